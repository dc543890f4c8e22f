"""Requests for identities, storage, networks, logs and messages as CloudFormation's resources; `mapping` is the vocabulary."""

from sandbox.provider.checks import reshape
from sandbox.provider.checks.mapping import Mapping, nowhere, policy

_S3 = nowhere("ACL", "CreateBucketConfiguration", "ContentMD5", "ChecksumAlgorithm", "ExpectedBucketOwner") | nowhere(
    *(f"Grant{right}" for right in ("FullControl", "Read", "ReadACP", "Write", "WriteACP"))
)
_BUCKET = "AWS::S3::Bucket"
_NAMED: dict[str, str | None] = {"Bucket": "BucketName"}
_EC2 = nowhere("TagSpecifications", "DryRun", "ClientToken")
_ENDPOINT = "AWS::EC2::VPCEndpoint"
_MEMBERSHIPS = ("RouteTableIds", "SubnetIds", "SecurityGroupIds")
_GROUP = "AWS::EC2::SecurityGroup"
_QUEUE_DOCUMENTS = frozenset({"RedrivePolicy", "RedriveAllowPolicy"})
_QUEUE_POLICY = Mapping(
    "AWS::SQS::QueuePolicy", documents=frozenset({"PolicyDocument"}), reshape=reshape.queue_policy, update=True
)

MAPPINGS: dict[tuple[str, str], Mapping] = {
    ("logs", "CreateLogGroup"): Mapping("AWS::Logs::LogGroup"),
    ("logs", "PutRetentionPolicy"): Mapping("AWS::Logs::LogGroup", update=True),
    ("iam", "CreateRole"): policy("AWS::IAM::Role", "AssumeRolePolicyDocument", "AssumeRolePolicyDocument"),
    ("iam", "UpdateAssumeRolePolicy"): policy(
        "AWS::IAM::Role", "AssumeRolePolicyDocument", "PolicyDocument", update=True
    ),
    ("iam", "PutRolePolicy"): policy("AWS::IAM::RolePolicy", "PolicyDocument", "PolicyDocument"),
    ("iam", "CreatePolicy"): policy(
        "AWS::IAM::ManagedPolicy", "PolicyDocument", "PolicyDocument", PolicyName="ManagedPolicyName"
    ),
    ("kms", "PutKeyPolicy"): policy(
        "AWS::KMS::Key",
        "KeyPolicy",
        "Policy",
        update=True,
        KeyId=None,
        PolicyName=None,
        BypassPolicyLockoutSafetyCheck=None,
    ),
    ("kms", "CreateKey"): policy(
        "AWS::KMS::Key", "KeyPolicy", "Policy", CustomerMasterKeySpec=None, CustomKeyStoreId=None, XksKeyId=None
    ),
    ("s3", "CreateBucket"): Mapping(
        _BUCKET,
        _S3 | {"Bucket": "BucketName", "ObjectLockEnabledForBucket": "ObjectLockEnabled", "ObjectOwnership": None},
    ),
    ("s3", "PutBucketPolicy"): policy(
        "AWS::S3::BucketPolicy",
        "PolicyDocument",
        "Policy",
        ContentMD5=None,
        ChecksumAlgorithm=None,
        ConfirmRemoveSelfBucketAccess=None,
        ExpectedBucketOwner=None,
    ),
    ("s3", "PutBucketEncryption"): Mapping(
        _BUCKET,
        {
            "BucketEncryption.ServerSideEncryptionConfiguration[].ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"
        },
        reshape=reshape.bucket_encryption,
        update=True,
    ),
    ("s3", "PutBucketLifecycleConfiguration"): Mapping(
        _BUCKET,
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
    ("cloudwatch", "PutMetricAlarm"): Mapping(
        "AWS::CloudWatch::Alarm",
        without={"E3615": "its list of periods lacks 20 seconds; documented.py has the whole rule"},
    ),
    ("ec2", "CreateVpc"): Mapping(
        "AWS::EC2::VPC",
        nowhere("Ipv6Pool", "Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6NetmaskLength", "Ipv6CidrBlockNetworkBorderGroup")
        | nowhere("VpcEncryptionControl.GlobalAcceleratorExclusion", "VpcEncryptionControl.ApiGatewayV2Exclusion")
        | nowhere("TagSpecifications", "DryRun", "AmazonProvidedIpv6CidrBlock"),
    ),
    ("ec2", "CreateSubnet"): Mapping("AWS::EC2::Subnet", nowhere("TagSpecifications", "DryRun")),
    ("ec2", "AuthorizeSecurityGroupIngress"): Mapping(_GROUP, reshape=reshape.ingress, update=True),
    ("ec2", "AuthorizeSecurityGroupEgress"): Mapping(_GROUP, reshape=reshape.egress, update=True),
    ("sqs", "CreateQueue"): Mapping(
        "AWS::SQS::Queue", documents=_QUEUE_DOCUMENTS, reshape=reshape.attributes, also=_QUEUE_POLICY
    ),
    ("sqs", "SetQueueAttributes"): Mapping(
        "AWS::SQS::Queue",
        documents=_QUEUE_DOCUMENTS,
        reshape=reshape.attributes,
        update=True,
        also=_QUEUE_POLICY,
    ),
    ("sns", "SetTopicAttributes"): Mapping(
        "AWS::SNS::TopicPolicy", documents=frozenset({"PolicyDocument"}), reshape=reshape.topic_policy
    ),
    ("sns", "Subscribe"): Mapping("AWS::SNS::Subscription", nowhere("Attributes", "ReturnSubscriptionArn")),
    ("secretsmanager", "CreateSecret"): Mapping(
        "AWS::SecretsManager::Secret",
        nowhere("ClientRequestToken", "SecretBinary", "SecretString", "AddReplicaRegions")
        | nowhere("ForceOverwriteReplicaSecret", "CrossAccountPrimaryARN"),
    ),
    ("ecr", "SetRepositoryPolicy"): policy(
        "AWS::ECR::Repository", "RepositoryPolicyText", "policyText", update=True, registryId=None, force=None
    ),
    ("s3", "PutBucketVersioning"): Mapping(_BUCKET, _S3 | nowhere("MFA", "VersioningConfiguration.MFADelete") | _NAMED),
    ("s3", "PutBucketReplication"): Mapping(
        _BUCKET,
        _S3
        | nowhere("Token", "ReplicationConfiguration.Rules[].ExistingObjectReplication")
        | _NAMED
        | {
            "ReplicationConfiguration.Rules[].Filter.Tag": "TagFilter",
            "ReplicationConfiguration.Rules[].Filter.And.Tags": "TagFilters",
        },
    ),
    ("efs", "PutLifecycleConfiguration"): Mapping("AWS::EFS::FileSystem", update=True),
    ("efs", "ModifyMountTargetSecurityGroups"): Mapping("AWS::EFS::MountTarget", {"MountTargetId": "Id"}, update=True),
    ("acm", "RequestCertificate"): Mapping(
        "AWS::CertificateManager::Certificate", nowhere("IdempotencyToken", "Options", "ManagedBy")
    ),
    ("route53", "ChangeResourceRecordSets"): Mapping(
        "AWS::Route53::RecordSetGroup", nowhere("RecordSets[].TrafficPolicyInstanceId"), reshape=reshape.records
    ),
    ("kms", "CreateAlias"): Mapping("AWS::KMS::Alias"),
    ("kms", "UpdateAlias"): Mapping("AWS::KMS::Alias"),
    ("iam", "CreatePolicyVersion"): policy(
        "AWS::IAM::ManagedPolicy", "PolicyDocument", "PolicyDocument", SetAsDefault=None, PolicyArn=None
    ),
    ("logs", "AssociateKmsKey"): Mapping("AWS::Logs::LogGroup", nowhere("resourceIdentifier"), update=True),
    ("logs", "PutMetricFilter"): Mapping("AWS::Logs::MetricFilter"),
    ("ec2", "CreateVpcEndpoint"): Mapping(
        _ENDPOINT, _EC2 | nowhere("SubnetConfigurations"), documents=frozenset({"PolicyDocument"})
    ),
    ("ec2", "ModifyVpcEndpoint"): Mapping(
        _ENDPOINT,
        _EC2
        | nowhere("VpcEndpointId", "ResetPolicy", "SubnetConfigurations")
        | {f"Add{name}": name for name in _MEMBERSHIPS}
        | nowhere(*(f"Remove{name}" for name in _MEMBERSHIPS)),
        documents=frozenset({"PolicyDocument"}),
        update=True,
    ),
    ("ec2", "CreateNatGateway"): Mapping("AWS::EC2::NatGateway", _EC2),
    ("ec2", "CreateRouteTable"): Mapping("AWS::EC2::RouteTable", _EC2),
    ("ec2", "AssociateRouteTable"): Mapping(
        "AWS::EC2::SubnetRouteTableAssociation",
        _EC2 | nowhere("GatewayId", "PublicIpv4Pool"),
        without={"E3003": "a gateway may take the subnet's place"},
    ),
    ("ec2", "CreateRoute"): Mapping("AWS::EC2::Route", _EC2),
    ("ec2", "ReplaceRoute"): Mapping("AWS::EC2::Route", _EC2 | nowhere("LocalTarget")),
    ("ec2", "AttachInternetGateway"): Mapping("AWS::EC2::VPCGatewayAttachment", _EC2),
    ("ec2", "CreateSecurityGroup"): Mapping(_GROUP, _EC2 | {"Description": "GroupDescription"}),
    ("ec2", "ModifySecurityGroupRules"): Mapping(
        _GROUP,
        {
            "SecurityGroupIngress[].CidrIpv4": "CidrIp",
            "SecurityGroupIngress[].PrefixListId": "SourcePrefixListId",
            "SecurityGroupIngress[].ReferencedGroupId": "SourceSecurityGroupId",
        },
        reshape=reshape.modified_rules,
        update=True,
    ),
}
