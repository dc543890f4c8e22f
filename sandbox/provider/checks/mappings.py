"""Which CloudFormation type describes an operation's request, and which members are called otherwise there.

Members match by name, whatever the case and at any depth. `members` names the others by their dotted path in the request ([] for
any element of a list); None says that CloudFormation has nothing to check for it. A test holds every member of every operation
against this table, so nothing is left out unnoticed.
"""

from dataclasses import dataclass, field

from sandbox.provider.checks import reshape
from sandbox.provider.checks.reshape import Reshape


@dataclass(frozen=True)
class Mapping:
    """How one operation's request becomes the properties of one CloudFormation resource."""

    type: str
    members: dict[str, str | None] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()  # CloudFormation properties that the request carries as JSON text
    reshape: Reshape | None = None
    assumed: tuple[str, tuple[str, ...]] | None = None  # a property that is not sent: some value of these must fit
    update: bool = False  # sends a part of the resource, so that nothing is missing from it
    without: dict[str, str] = field(
        default_factory=dict
    )  # cfn-lint rules that do not hold for this operation, with the reason


_INSTANCE: dict[str, str | None] = {
    "VpcSecurityGroupIds": "VPCSecurityGroups",
    "MasterUserPassword": None,  # a secret, and free in CloudFormation
    "TdeCredentialPassword": None,
    "EnableCustomerOwnedIp": None,
    "MasterUserSecretKmsKeyId": None,
    "MultiTenant": None,
    "TagSpecifications": None,
    "DBCapacityReservationIdentifier": None,
}
_SERVICE: dict[str, str | None] = {
    "service": "ServiceName",
    "clientToken": None,
    "forceNewDeployment": None,  # a switch here, an object in CloudFormation
    "placementStrategy": "PlacementStrategies",
    "gatewayConnectors[].deregistrationDelay": None,
}
_FUNCTION: dict[str, str | None] = {
    "Publish": None,
    "PublishTo": None,
    "RevisionId": None,
    "RuntimeConfig": None,
    "AcceleratorConfig": None,
    "Code.ZipFile": None,  # an archive here, the text of a source file in CloudFormation
}
_STATE_MACHINE: dict[str, str | None] = {
    "name": "StateMachineName",
    "type": "StateMachineType",
    "publish": None,
    "versionDescription": None,
    "stateMachineArn": None,
}
_SCHEDULE: dict[str, str | None] = {
    "ClientToken": None,
    "ActionAfterCompletion": None,
    "Target.EventBridgePutEventsV2Parameters": None,
    "Target.EventBridgePutRawEventsParameters": None,
}


def _policy(kind: str, property_name: str, member: str, update: bool = False, **others: str | None) -> Mapping:
    return Mapping(kind, {member: property_name, **others}, documents=frozenset({property_name}), update=update)


def _nowhere(*names: str) -> dict[str, str | None]:
    return dict.fromkeys(names)


_S3 = _nowhere("ACL", "CreateBucketConfiguration", "ContentMD5", "ChecksumAlgorithm", "ExpectedBucketOwner") | _nowhere(
    *(f"Grant{right}" for right in ("FullControl", "Read", "ReadACP", "Write", "WriteACP"))
)
# The engines without licences; cfn-lint judges the others only with their licence model, which is not sent either.
_ENGINES = ("postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql")
_RDS = "AWS::RDS::DBInstance"
_FUNCTION_TYPE = "AWS::Lambda::Function"
_LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
_LISTENER_MEMBERS = _nowhere("Certificates[].IsDefault", "MutualAuthentication.TrustStoreAssociationStatus")

MAPPINGS: dict[tuple[str, str], Mapping] = {
    ("rds", "CreateDBInstance"): Mapping(_RDS, _INSTANCE),
    ("rds", "CreateDBInstanceReadReplica"): Mapping(
        _RDS,
        _INSTANCE | _nowhere("PreSignedUrl", "UpgradeStorageConfig"),
        assumed=("Engine", _ENGINES),
        without={"E3720": "a replica takes its encryption from its source, and names only its key"},
    ),
    ("rds", "ModifyDBInstance"): Mapping(
        _RDS,
        _INSTANCE
        | {"NewDBInstanceIdentifier": None, "DBPortNumber": "Port", "DisableDomain": None}
        | _nowhere("CloudwatchLogsExportConfiguration", "AutomationMode", "ResumeFullAutomationModeMinutes")
        | _nowhere("AwsBackupRecoveryPointArn", "RotateMasterUserPassword", "AdditionalStorageVolumes[].SetForDelete"),
        assumed=("Engine", _ENGINES),
        update=True,
    ),
    ("rds", "CreateDBParameterGroup"): Mapping("AWS::RDS::DBParameterGroup", {"DBParameterGroupFamily": "Family"}),
    ("ecs", "RegisterTaskDefinition"): Mapping(
        "AWS::ECS::TaskDefinition",
        {"proxyConfiguration.properties": "ProxyConfigurationProperties", "trustedExecutionConfiguration": None},
    ),
    ("ecs", "CreateService"): Mapping("AWS::ECS::Service", _SERVICE),
    ("ecs", "UpdateService"): Mapping("AWS::ECS::Service", _SERVICE, update=True),
    ("logs", "CreateLogGroup"): Mapping("AWS::Logs::LogGroup"),
    ("logs", "PutRetentionPolicy"): Mapping("AWS::Logs::LogGroup", update=True),
    ("lambda", "CreateFunction"): Mapping(_FUNCTION_TYPE, _FUNCTION),
    ("lambda", "UpdateFunctionConfiguration"): Mapping(_FUNCTION_TYPE, _FUNCTION, update=True),
    ("lambda", "CreateEventSourceMapping"): Mapping(
        "AWS::Lambda::EventSourceMapping",
        {
            "DestinationConfig.OnSuccess": None,
            "SelfManagedEventSource.Endpoints.KAFKA_BOOTSTRAP_SERVERS": "KafkaBootstrapServers",
        },
    ),
    ("lambda", "AddPermission"): Mapping("AWS::Lambda::Permission", _nowhere("StatementId", "Qualifier", "RevisionId")),
    ("iam", "CreateRole"): _policy("AWS::IAM::Role", "AssumeRolePolicyDocument", "AssumeRolePolicyDocument"),
    ("iam", "UpdateAssumeRolePolicy"): _policy(
        "AWS::IAM::Role", "AssumeRolePolicyDocument", "PolicyDocument", update=True
    ),
    ("iam", "PutRolePolicy"): _policy("AWS::IAM::RolePolicy", "PolicyDocument", "PolicyDocument"),
    ("iam", "CreatePolicy"): _policy(
        "AWS::IAM::ManagedPolicy", "PolicyDocument", "PolicyDocument", PolicyName="ManagedPolicyName"
    ),
    ("kms", "PutKeyPolicy"): _policy(
        "AWS::KMS::Key",
        "KeyPolicy",
        "Policy",
        update=True,
        KeyId=None,
        PolicyName=None,
        BypassPolicyLockoutSafetyCheck=None,
    ),
    ("kms", "CreateKey"): _policy(
        "AWS::KMS::Key", "KeyPolicy", "Policy", CustomerMasterKeySpec=None, CustomKeyStoreId=None, XksKeyId=None
    ),
    ("s3", "CreateBucket"): Mapping(
        "AWS::S3::Bucket",
        _S3 | {"Bucket": "BucketName", "ObjectLockEnabledForBucket": "ObjectLockEnabled", "ObjectOwnership": None},
    ),
    ("s3", "PutBucketPolicy"): _policy(
        "AWS::S3::BucketPolicy",
        "PolicyDocument",
        "Policy",
        ContentMD5=None,
        ChecksumAlgorithm=None,
        ConfirmRemoveSelfBucketAccess=None,
        ExpectedBucketOwner=None,
    ),
    ("s3", "PutBucketEncryption"): Mapping(
        "AWS::S3::Bucket",
        {
            "BucketEncryption.ServerSideEncryptionConfiguration[].ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"
        },
        reshape=reshape.bucket_encryption,
        update=True,
    ),
    ("s3", "PutBucketLifecycleConfiguration"): Mapping(
        "AWS::S3::Bucket",
        {
            "LifecycleConfiguration.Rules[].Transitions[].Days": "TransitionInDays",
            "LifecycleConfiguration.Rules[].Transitions[].Date": "TransitionDate",
            "LifecycleConfiguration.Rules[].NoncurrentVersionTransitions[].NoncurrentDays": "TransitionInDays",
        },
        reshape=reshape.bucket_lifecycle,
    ),
    ("efs", "CreateFileSystem"): Mapping(
        "AWS::EFS::FileSystem", {"Tags": "FileSystemTags", "CreationToken": None, "Backup": None}
    ),
    ("efs", "CreateMountTarget"): Mapping("AWS::EFS::MountTarget"),
    ("efs", "CreateAccessPoint"): Mapping("AWS::EFS::AccessPoint", {"Tags": "AccessPointTags"}),
    ("elbv2", "CreateLoadBalancer"): Mapping(
        "AWS::ElasticLoadBalancingV2::LoadBalancer", _nowhere("CustomerOwnedIpv4Pool", "IpamPools")
    ),
    ("elbv2", "CreateTargetGroup"): Mapping("AWS::ElasticLoadBalancingV2::TargetGroup"),
    ("elbv2", "CreateListener"): Mapping(_LISTENER, _LISTENER_MEMBERS),
    ("elbv2", "ModifyListener"): Mapping(_LISTENER, _LISTENER_MEMBERS, update=True),
    ("elbv2", "CreateRule"): Mapping("AWS::ElasticLoadBalancingV2::ListenerRule"),
    ("elbv2", "ModifyRule"): Mapping(
        "AWS::ElasticLoadBalancingV2::ListenerRule", {"ResetTransforms": None}, update=True
    ),
    ("stepfunctions", "CreateStateMachine"): Mapping(
        "AWS::StepFunctions::StateMachine", _STATE_MACHINE, documents=frozenset({"Definition"})
    ),
    ("stepfunctions", "UpdateStateMachine"): Mapping(
        "AWS::StepFunctions::StateMachine", _STATE_MACHINE, documents=frozenset({"Definition"}), update=True
    ),
    ("scheduler", "CreateSchedule"): Mapping("AWS::Scheduler::Schedule", _SCHEDULE),
    ("scheduler", "UpdateSchedule"): Mapping("AWS::Scheduler::Schedule", _SCHEDULE),
    ("cloudwatch", "PutMetricAlarm"): Mapping(
        "AWS::CloudWatch::Alarm",
        without={"E3615": "its list of periods lacks 20 seconds; documented.py has the whole rule"},
    ),
    ("ec2", "CreateVpc"): Mapping(
        "AWS::EC2::VPC",
        _nowhere("Ipv6Pool", "Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6NetmaskLength", "Ipv6CidrBlockNetworkBorderGroup")
        | _nowhere("VpcEncryptionControl.GlobalAcceleratorExclusion", "VpcEncryptionControl.ApiGatewayV2Exclusion")
        | _nowhere("TagSpecifications", "DryRun", "AmazonProvidedIpv6CidrBlock"),
    ),
    ("ec2", "CreateSubnet"): Mapping("AWS::EC2::Subnet", _nowhere("TagSpecifications", "DryRun")),
    ("ec2", "AuthorizeSecurityGroupIngress"): Mapping("AWS::EC2::SecurityGroup", reshape=reshape.ingress, update=True),
    ("ec2", "AuthorizeSecurityGroupEgress"): Mapping("AWS::EC2::SecurityGroup", reshape=reshape.egress, update=True),
    ("sqs", "CreateQueue"): Mapping(
        "AWS::SQS::Queue", documents=frozenset({"RedrivePolicy", "RedriveAllowPolicy"}), reshape=reshape.attributes
    ),
    ("sqs", "SetQueueAttributes"): Mapping(
        "AWS::SQS::Queue",
        documents=frozenset({"RedrivePolicy", "RedriveAllowPolicy"}),
        reshape=reshape.attributes,
        update=True,
    ),
    ("sns", "SetTopicAttributes"): Mapping(
        "AWS::SNS::TopicPolicy", documents=frozenset({"PolicyDocument"}), reshape=reshape.topic_policy
    ),
    ("sns", "Subscribe"): Mapping("AWS::SNS::Subscription", _nowhere("Attributes", "ReturnSubscriptionArn")),
    ("secretsmanager", "CreateSecret"): Mapping(
        "AWS::SecretsManager::Secret",
        _nowhere("ClientRequestToken", "SecretBinary", "SecretString", "AddReplicaRegions")
        | _nowhere("ForceOverwriteReplicaSecret", "CrossAccountPrimaryARN"),
    ),
    ("ecr", "SetRepositoryPolicy"): _policy(
        "AWS::ECR::Repository", "RepositoryPolicyText", "policyText", update=True, registryId=None, force=None
    ),
}
