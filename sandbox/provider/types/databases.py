"""RDS: subnet groups, parameter groups, and instances with their replicas."""

from typing import Any

from sandbox.provider.mapping import At, Call, Convert, Name, Part, Resource, Text, Until

_DESCRIPTION = "Managed by Pulumi"  # the official provider's default

SUBNET_GROUP = Resource(
    token="aws:rds/subnetGroup:SubnetGroup",
    service="rds",
    create=Call("create_db_subnet_group"),
    id=Text("{name}"),
    read=Call(
        "describe_db_subnet_groups",
        {"DBSubnetGroupName": "{id}"},
        at="DBSubnetGroups[0]",
        rename={"subnetIds": Convert("Subnets", list, lambda items: [item["SubnetIdentifier"] for item in items])},
    ),
    update=Call("modify_db_subnet_group", {"DBSubnetGroupName": "{id}"}, ("description", "subnetIds")),
    update_all=True,
    delete=Call("delete_db_subnet_group", {"DBSubnetGroupName": "{id}"}),
    rename={"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription"},
    replace=("name",),
    name=Name(lower=True),
    defaults={"description": _DESCRIPTION},
    unordered=("subnetIds",),
    outputs={"arn": At("DBSubnetGroupArn"), "supportedNetworkTypes": At("SupportedNetworkTypes || ['IPV4']")},
    gone=("DBSubnetGroupNotFoundFault",),
)


def _parameters(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "ParameterName": item["name"],
            "ParameterValue": str(item["value"]),
            "ApplyMethod": item.get("applyMethod", "immediate"),
        }
        for item in given
    ]


def _given(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": item["ParameterName"],
            "value": item["ParameterValue"],
            "applyMethod": item.get("ApplyMethod", "immediate"),
        }
        for item in found
        if item.get("ParameterValue") is not None
    ]


PARAMETER_GROUP = Resource(
    token="aws:rds/parameterGroup:ParameterGroup",
    service="rds",
    create=Call("create_db_parameter_group", carries=("name", "family", "description")),
    id=Text("{name}"),
    read=Call("describe_db_parameter_groups", {"DBParameterGroupName": "{id}"}, at="DBParameterGroups[0]"),
    delete=Call("delete_db_parameter_group", {"DBParameterGroupName": "{id}"}, when="!skipDestroy"),
    rename={"name": "DBParameterGroupName", "family": "DBParameterGroupFamily"},
    parts=(
        Part(
            ("parameters",),
            portion=20,  # ModifyDBParameterGroup: a maximum of 20 parameters can be modified in a single request
            put=Call(
                "modify_db_parameter_group",
                {"DBParameterGroupName": "{id}"},
                ("parameters",),
                {"parameters": Convert("Parameters", _parameters, _given)},
            ),
            read=Call(
                "describe_db_parameters",
                {"DBParameterGroupName": "{id}", "Source": "user"},
                rename={"parameters": Convert("Parameters", _parameters, _given)},
            ),
            shrink=Call(
                "reset_db_parameter_group",
                {"DBParameterGroupName": "{id}"},
                ("parameters",),
                {"parameters": Convert("Parameters", _parameters, _given)},
            ),
            clear=Call("reset_db_parameter_group", {"DBParameterGroupName": "{id}", "ResetAllParameters": True}, ()),
        ),
    ),
    replace=("name", "family", "description"),
    name=Name(lower=True),
    defaults={"description": _DESCRIPTION},
    unordered=("parameters",),
    local=("skipDestroy",),
    outputs={"arn": At("DBParameterGroupArn")},
    gone=("DBParameterGroupNotFound", "DBParameterGroupNotFoundFault"),
)

_CREATE = {
    "identifier": "DBInstanceIdentifier",
    "instanceClass": "DBInstanceClass",
    "username": "MasterUsername",
    "password": "MasterUserPassword",
    "parameterGroupName": "DBParameterGroupName",
    "backupWindow": "PreferredBackupWindow",
    "maintenanceWindow": "PreferredMaintenanceWindow",
    "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "performanceInsightsEnabled": "EnablePerformanceInsights",
    "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
    "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
    "caCertIdentifier": "CACertificateIdentifier",
    "replicateSourceDb": "SourceDBInstanceIdentifier",
}


def _names(member: str) -> Any:
    return lambda items: [item[member] for item in items]


_READ: dict[str, str | Convert] = {
    **{name: member for name, member in _CREATE.items() if name != "password"},
    "iamDatabaseAuthenticationEnabled": "IAMDatabaseAuthenticationEnabled",
    "performanceInsightsEnabled": "PerformanceInsightsEnabled",
    "enabledCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
    "replicateSourceDb": "ReadReplicaSourceDBInstanceIdentifier",
    "dbSubnetGroupName": "DBSubnetGroup.DBSubnetGroupName",
    "parameterGroupName": Convert(
        "DBParameterGroups", list, lambda items: items[0]["DBParameterGroupName"] if items else None
    ),
    "optionGroupName": Convert(
        "OptionGroupMemberships", list, lambda items: items[0]["OptionGroupName"] if items else None
    ),
    "vpcSecurityGroupIds": Convert("VpcSecurityGroups", list, _names("VpcSecurityGroupId")),
    "port": "Endpoint.Port",
    "address": "Endpoint.Address",
    "hostedZoneId": "Endpoint.HostedZoneId",
    "status": "DBInstanceStatus",
    "resourceId": "DbiResourceId",
    "replicas": "ReadReplicaDBInstanceIdentifiers",
}
_ID = {"DBInstanceIdentifier": "{identifier}"}
_DELETE = {**_ID, "DeleteAutomatedBackups": "{deleteAutomatedBackups}"}
_REPLACING = (
    "availabilityZone", "backupTarget", "characterSetName", "customIamInstanceProfile", "dbName", "engine", "kmsKeyId",
    "ncharCharacterSetName", "storageEncrypted", "timezone", "username",
)  # fmt: skip
_LOCAL = (
    "applyImmediately", "skipFinalSnapshot", "finalSnapshotIdentifier", "deleteAutomatedBackups",
    "allowMajorVersionUpgrade", "blueGreenUpdate",
)  # fmt: skip
_COMPUTED = (
    "allocatedStorage", "availabilityZone", "backupTarget", "backupRetentionPeriod", "backupWindow", "caCertIdentifier", "engine",
    "engineVersion", "kmsKeyId", "licenseModel", "maintenanceWindow", "monitoringRoleArn", "multiAz", "networkType",
    "optionGroupName", "parameterGroupName", "performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod",
    "port", "storageType", "username", "vpcSecurityGroupIds", "dbSubnetGroupName", "dbName", "databaseInsightsMode",
)  # fmt: skip

INSTANCE = Resource(
    token="aws:rds/instance:Instance",
    service="rds",
    create=Call("create_db_instance", rename=_CREATE),
    # A replica inherits these from its source; the API refuses them, and the official provider sends the rest afterwards.
    alternatives={"replicateSourceDb": Call("create_db_instance_read_replica", rename=_CREATE)},
    rest={"ApplyImmediately": True},
    id=At("DBInstance.DbiResourceId"),
    known_as=Call("describe_db_instances", {"DBInstanceIdentifier": "{id}"}, at="DBInstances[0].DbiResourceId"),
    read=Call(
        "describe_db_instances",
        {"Filters": [{"Name": "dbi-resource-id", "Values": ["{id}"]}]},
        at="DBInstances[0]",
        rename=_READ,
    ),
    update=Call(
        "modify_db_instance",
        {"DBInstanceIdentifier": "{old_identifier}", "ApplyImmediately": "{applyImmediately}"},
        rename={
            **_CREATE,
            "identifier": "NewDBInstanceIdentifier",
            "port": "DBPortNumber",
            "enabledCloudwatchLogsExports": "CloudwatchLogsExportConfiguration",
        },
    ),
    removals={
        "replicateSourceDb": Call(
            "promote_read_replica",
            {**_ID, "BackupRetentionPeriod": "{backupRetentionPeriod}", "PreferredBackupWindow": "{backupWindow}"},
            (),
        )
    },
    deltas={
        "enabledCloudwatchLogsExports": (
            "CloudwatchLogsExportConfiguration.EnableLogTypes",
            "CloudwatchLogsExportConfiguration.DisableLogTypes",
        )
    },
    delete=Call(
        "delete_db_instance",
        {**_DELETE, "SkipFinalSnapshot": False, "FinalDBSnapshotIdentifier": "{finalSnapshotIdentifier}"},
        when="!skipFinalSnapshot",
    ),
    # The API takes one or the other.
    before_delete=(Call("delete_db_instance", {**_DELETE, "SkipFinalSnapshot": True}, (), when="skipFinalSnapshot"),),
    replace=_REPLACING,
    local=_LOCAL,
    fixed=("password", "upgradeStorageConfig"),
    computed=_COMPUTED,
    versions=("engineVersion",),
    unordered=("vpcSecurityGroupIds", "enabledCloudwatchLogsExports"),
    defaults={
        "applyImmediately": False,
        "autoMinorVersionUpgrade": True,
        "copyTagsToSnapshot": False,
        "deleteAutomatedBackups": True,
        "monitoringInterval": 0,
        "performanceInsightsEnabled": False,
        "publiclyAccessible": False,
        "skipFinalSnapshot": False,
    },
    name=Name("identifier", limit=63, lower=True),
    outputs={
        "arn": At("DBInstanceArn"),
        "endpoint": Text("{address}:{port}"),
        "engineVersionActual": At("EngineVersion"),
    },
    ready=Until(
        "DBInstanceStatus", ("available",), ("failed", "incompatible-parameters", "storage-full"), seconds=2400
    ),
    gone=("DBInstanceNotFound", "DBInstanceNotFoundFault"),
    unserved={
        "latestRestorableTime": "no point-in-time recovery",
        "listenerEndpoints": "of SQL Server only",
        "masterUserSecrets": "manageMasterUserPassword is not mapped",
        "upgradeRolloutOrder": "no managed upgrade roll-outs",
    },
)

RESOURCES: tuple[Resource, ...] = (SUBNET_GROUP, PARAMETER_GROUP, INSTANCE)
