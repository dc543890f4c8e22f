"""EFS: file systems, their mount targets, access points and policies."""

from sandbox.provider.mapping import At, Call, Part, Resource, Text

_FILE_SYSTEM = {"FileSystemId": "{fileSystemId}"}
_GONE = "FileSystemNotFound"

FILE_SYSTEM = Resource(
    token="aws:efs/fileSystem:FileSystem",
    service="efs",
    create=Call("create_file_system"),
    id=At("FileSystemId"),
    read=Call("describe_file_systems", {"FileSystemId": "{id}"}, at="FileSystems[0]"),
    update=Call(
        "update_file_system", {"FileSystemId": "{id}"}, carries=("throughputMode", "provisionedThroughputInMibps")
    ),
    delete=Call("delete_file_system", {"FileSystemId": "{id}"}),
    replace=("creationToken", "encrypted", "kmsKeyId", "performanceMode", "availabilityZoneName"),
    parts=(
        Part(
            ("lifecyclePolicies",),
            put=Call("put_lifecycle_configuration", {"FileSystemId": "{id}"}, carries=("lifecyclePolicies",)),
            read=Call("describe_lifecycle_configuration", {"FileSystemId": "{id}"}),
            clear=Call("put_lifecycle_configuration", {"FileSystemId": "{id}", "LifecyclePolicies": []}),
        ),
    ),
    outputs={"arn": At("FileSystemArn"), "dnsName": Text("{id}.efs.{region}.amazonaws.com")},
    gone=(_GONE,),
    unserved={
        "availabilityZoneId": "file systems of one zone are not served",
        "sizeInBytes": "nothing is stored, and its time is that of the look",
    },
)

MOUNT_TARGET = Resource(
    token="aws:efs/mountTarget:MountTarget",
    service="efs",
    create=Call("create_mount_target", carries=("fileSystemId", "subnetId", "ipAddress", "securityGroups")),
    id=At("MountTargetId"),
    read=Call("describe_mount_targets", {"MountTargetId": "{id}"}, at="MountTargets[0]"),
    delete=Call("delete_mount_target", {"MountTargetId": "{id}"}),
    replace=("fileSystemId", "subnetId", "ipAddress"),
    parts=(
        Part(
            ("securityGroups",),
            put=Call("modify_mount_target_security_groups", {"MountTargetId": "{id}"}, carries=("securityGroups",)),
            read=Call("describe_mount_target_security_groups", {"MountTargetId": "{id}"}),
        ),
    ),
    unordered=("securityGroups",),
    outputs={
        "dnsName": Text("{fileSystemId}.efs.{region}.amazonaws.com"),
        "fileSystemArn": Text("arn:aws:elasticfilesystem:{region}:{account}:file-system/{fileSystemId}"),
        "mountTargetDnsName": Text("{availabilityZoneName}.{fileSystemId}.efs.{region}.amazonaws.com"),
        "availabilityZoneName": At("AvailabilityZoneName"),
    },
    gone=("MountTargetNotFound",),
    taggable=False,
)

ACCESS_POINT = Resource(
    token="aws:efs/accessPoint:AccessPoint",
    service="efs",
    create=Call("create_access_point"),
    id=At("AccessPointId"),
    read=Call("describe_access_points", {"AccessPointId": "{id}"}, at="AccessPoints[0]"),
    delete=Call("delete_access_point", {"AccessPointId": "{id}"}),
    replace=("fileSystemId", "posixUser", "rootDirectory"),
    outputs={
        "arn": At("AccessPointArn"),
        "fileSystemArn": Text("arn:aws:elasticfilesystem:{region}:{account}:file-system/{fileSystemId}"),
    },
    gone=("AccessPointNotFound",),
)

BACKUP_POLICY = Resource(
    token="aws:efs/backupPolicy:BackupPolicy",
    service="efs",
    create=Call("put_backup_policy", carries=("fileSystemId", "backupPolicy")),
    id=Text("{fileSystemId}"),
    read=Call("describe_backup_policy", _FILE_SYSTEM),
    update=Call("put_backup_policy", carries=("fileSystemId", "backupPolicy")),
    update_all=True,
    # A file system always has one: the official provider switches backups off.
    delete=Call("put_backup_policy", {**_FILE_SYSTEM, "BackupPolicy": {"Status": "DISABLED"}}),
    replace=("fileSystemId",),
    gone=(_GONE, "PolicyNotFound"),
    taggable=False,
)

POLICY = Resource(
    token="aws:efs/fileSystemPolicy:FileSystemPolicy",
    service="efs",
    create=Call("put_file_system_policy", carries=("fileSystemId", "policy", "bypassPolicyLockoutSafetyCheck")),
    id=Text("{fileSystemId}"),
    read=Call("describe_file_system_policy", _FILE_SYSTEM),
    update=Call("put_file_system_policy", carries=("fileSystemId", "policy", "bypassPolicyLockoutSafetyCheck")),
    update_all=True,
    delete=Call("delete_file_system_policy", _FILE_SYSTEM),
    replace=("fileSystemId",),
    fixed=("bypassPolicyLockoutSafetyCheck",),
    documents=("policy",),
    gone=(_GONE, "PolicyNotFound"),
    taggable=False,
)

RESOURCES: tuple[Resource, ...] = (FILE_SYSTEM, MOUNT_TARGET, ACCESS_POINT, BACKUP_POLICY, POLICY)
