"""Requests for databases, services, functions and their schedules as CloudFormation's resources; `mapping` is the vocabulary."""

from sandbox.provider.checks.mapping import Mapping, nowhere

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
_SOURCE_MEMBERS: dict[str, str | None] = {
    "DestinationConfig.OnSuccess": None,
    "SelfManagedEventSource.Endpoints.KAFKA_BOOTSTRAP_SERVERS": "KafkaBootstrapServers",
}

# The engines without licences; cfn-lint judges the others only with their licence model, which is not sent either.
_ENGINES = ("postgres", "mysql", "mariadb", "aurora-postgresql", "aurora-mysql")
_RDS = "AWS::RDS::DBInstance"
_FUNCTION_TYPE = "AWS::Lambda::Function"
_SOURCE = "AWS::Lambda::EventSourceMapping"
_PROXY = "AWS::RDS::DBProxy"
_EVENTS = "AWS::RDS::EventSubscription"
_CLUSTER = "AWS::ECS::Cluster"
_LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
_LISTENER_MEMBERS = nowhere("Certificates[].IsDefault", "MutualAuthentication.TrustStoreAssociationStatus")

MAPPINGS: dict[tuple[str, str], Mapping] = {
    ("rds", "CreateDBInstance"): Mapping(_RDS, _INSTANCE),
    ("rds", "CreateDBInstanceReadReplica"): Mapping(
        _RDS,
        _INSTANCE | nowhere("PreSignedUrl", "UpgradeStorageConfig"),
        assumed=("Engine", _ENGINES),
        without={"E3720": "a replica takes its encryption from its source, and names only its key"},
    ),
    ("rds", "ModifyDBInstance"): Mapping(
        _RDS,
        _INSTANCE
        | {"NewDBInstanceIdentifier": None, "DBPortNumber": "Port", "DisableDomain": None}
        | nowhere("CloudwatchLogsExportConfiguration", "AutomationMode", "ResumeFullAutomationModeMinutes")
        | nowhere("AwsBackupRecoveryPointArn", "RotateMasterUserPassword", "AdditionalStorageVolumes[].SetForDelete"),
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
    ("lambda", "CreateFunction"): Mapping(_FUNCTION_TYPE, _FUNCTION),
    ("lambda", "UpdateFunctionConfiguration"): Mapping(_FUNCTION_TYPE, _FUNCTION, update=True),
    ("lambda", "CreateEventSourceMapping"): Mapping(_SOURCE, _SOURCE_MEMBERS),
    ("lambda", "AddPermission"): Mapping("AWS::Lambda::Permission", nowhere("StatementId", "Qualifier", "RevisionId")),
    ("elbv2", "CreateLoadBalancer"): Mapping(
        "AWS::ElasticLoadBalancingV2::LoadBalancer", nowhere("CustomerOwnedIpv4Pool", "IpamPools")
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
    ("ssm", "PutParameter"): Mapping("AWS::SSM::Parameter", nowhere("KeyId", "Overwrite")),
    ("scheduler", "CreateSchedule"): Mapping("AWS::Scheduler::Schedule", _SCHEDULE),
    ("scheduler", "UpdateSchedule"): Mapping("AWS::Scheduler::Schedule", _SCHEDULE),
    ("rds", "CreateDBProxy"): Mapping(_PROXY, nowhere("Auth[].UserName")),
    ("rds", "ModifyDBProxy"): Mapping(
        _PROXY,
        {"SecurityGroups": "VpcSecurityGroupIds", "NewDBProxyName": "DBProxyName", "Auth[].UserName": None},
        update=True,
    ),
    ("rds", "ModifyDBProxyTargetGroup"): Mapping(
        "AWS::RDS::DBProxyTargetGroup",
        {"ConnectionPoolConfig": "ConnectionPoolConfigurationInfo", "NewName": None},
        update=True,
    ),
    ("rds", "RegisterDBProxyTargets"): Mapping("AWS::RDS::DBProxyTargetGroup", update=True),
    ("rds", "CreateEventSubscription"): Mapping(_EVENTS),
    ("rds", "ModifyEventSubscription"): Mapping(_EVENTS, update=True),
    ("ecs", "CreateCluster"): Mapping(_CLUSTER, {"settings": "ClusterSettings"}),
    ("ecs", "UpdateCluster"): Mapping(_CLUSTER, {"settings": "ClusterSettings", "cluster": "ClusterName"}),
    ("elbv2", "SetSubnets"): Mapping("AWS::ElasticLoadBalancingV2::LoadBalancer", update=True),
    ("elbv2", "SetSecurityGroups"): Mapping("AWS::ElasticLoadBalancingV2::LoadBalancer", update=True),
    ("elbv2", "ModifyTargetGroup"): Mapping("AWS::ElasticLoadBalancingV2::TargetGroup", update=True),
    ("lambda", "UpdateEventSourceMapping"): Mapping(_SOURCE, _SOURCE_MEMBERS | {"UUID": None}, update=True),
    ("application-autoscaling", "RegisterScalableTarget"): Mapping(
        "AWS::ApplicationAutoScaling::ScalableTarget", update=True
    ),
    ("application-autoscaling", "PutScalingPolicy"): Mapping("AWS::ApplicationAutoScaling::ScalingPolicy"),
    ("events", "PutRule"): Mapping("AWS::Events::Rule", documents=frozenset({"EventPattern"})),
    ("events", "PutTargets"): Mapping(
        "AWS::Events::Rule",
        {"Rule": "Name", "Targets[].EcsParameters.PlacementStrategy": "PlacementStrategies"},
        update=True,
    ),
}
