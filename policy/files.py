"""File systems are encrypted, backed up, entered through fixed doors, and mounted in private subnets."""

from collections.abc import Iterator, Sequence

from policy.model import UNKNOWN, Control, Finding, Resource
from policy.rules import checker, missing, rule, unless, when

UNDER_A_KEY = Control("EFS.1", "Elastic File System should be configured to encrypt file data at-rest using AWS KMS")
ROOTED = Control("EFS.3", "EFS access points should enforce a root directory")
IDENTIFIED = Control("EFS.4", "EFS access points should enforce a user identity")
PRIVATE = Control(
    "EFS.6", "EFS mount targets should not be associated with subnets that assign public IP addresses on launch"
)
BACKED_UP = Control("EFS.7", "EFS file systems should have automatic backups enabled")
ENCRYPTED = Control("EFS.8", "EFS file systems should be encrypted at rest")

SYSTEM = "aws:efs/fileSystem:FileSystem"
DOOR = "aws:efs/accessPoint:AccessPoint"
BACKUPS = "aws:efs/backupPolicy:BackupPolicy"
MOUNT = "aws:efs/mountTarget:MountTarget"
SUBNET = "aws:ec2/subnet:Subnet"

check = checker(
    [
        rule(SYSTEM, ENCRYPTED, unless("encrypted", True), "stores its files unencrypted", "Set encrypted=True"),
        rule(SYSTEM, UNDER_A_KEY, missing("kmsKeyId"), "is not encrypted with a key of the stack", "Set kms_key_id"),
        rule(
            DOOR,
            ROOTED,
            when("rootDirectory.path", None, "", "/"),
            "opens the whole file system",
            "Set root_directory.path to a folder",
        ),
        rule(DOOR, IDENTIFIED, missing("posixUser"), "lets everybody in under any number", "Set posix_user"),
    ]
)


def check_backups(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about file systems of production that are not backed up."""
    policies = [resource for resource in resources if resource.type == BACKUPS]
    for system in resources:
        if system.type != SYSTEM or not system.production:
            continue
        states = [one.get("backupPolicy.status") for one in policies if one.refers_to(system, "fileSystemId")]
        if not any(state in ("ENABLED", UNKNOWN) for state in states):
            mend = 'Add a BackupPolicy with backup_policy={"status": "ENABLED"}'
            yield Finding(BACKED_UP, system, "is not backed up", mend)


def check_mounts(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about mount targets in subnets that give out public addresses."""
    public = [one for one in resources if one.type == SUBNET and one.get("mapPublicIpOnLaunch") is True]
    for mount in resources:
        if mount.type == MOUNT and any(mount.refers_to(subnet, "subnetId") for subnet in public):
            yield Finding(PRIVATE, mount, "stands in a public subnet", "Set subnet_id to a private subnet")
