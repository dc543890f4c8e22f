"""EFS: file systems, mount targets, access points and policies."""

import json
from typing import Any, ClassVar

import pytest

from sandbox.provider.mapping import Call
from sandbox.provider.types.file_systems import BACKUP_POLICY
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift
from tests.sandbox.provider.types.surroundings import Make, WholeContract, benches, groups, subnets

make = pytest.fixture(benches, name="make")

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER = "fs-0123456789abcdef0"
TAGS = {"Name": "uploads"}


def file_system(bench: Bench) -> str:
    """The id of a new file system."""
    return str(bench.client("efs").create_file_system(CreationToken=bench.unique())["FileSystemId"])


def _owner(number: int) -> dict[str, Any]:
    return {"uid": number, "gid": number}


def _policy(bench: Bench, action: str = "elasticfilesystem:ClientRootAccess") -> dict[str, Any]:
    statement = {"Sid": "A", "Effect": "Deny", "Principal": "*", "Action": [action], "Resource": ["*"]}
    return {
        "fileSystemId": file_system(bench),
        "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }


class TestFileSystems(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:efs/fileSystem:FileSystem",
            lambda _: {
                "encrypted": True,
                "kmsKeyId": KEY,
                "throughputMode": "elastic",
                "performanceMode": "generalPurpose",
                "lifecyclePolicies": [
                    {"transitionToIa": "AFTER_30_DAYS"},
                    {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
                ],
                "tags": TAGS,
            },
            Call("describe_file_systems", {"FileSystemId": "{id}"}, at="FileSystems[0]"),
            {"Encrypted": True, "KmsKeyId": KEY, "ThroughputMode": "elastic", "Name": "uploads"},
            outputs={
                "arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/{id}",
                "dnsName": "{id}.efs.us-east-1.amazonaws.com",
            },
            changes=(
                Change("throughputMode", "bursting", {"ThroughputMode": "bursting"}),
                Change(
                    "lifecyclePolicies",
                    [{"transitionToIa": "AFTER_7_DAYS"}],
                    {"[0].TransitionToIA": "AFTER_7_DAYS", "length(@)": 1},
                    look=Call("describe_lifecycle_configuration", {"FileSystemId": "{id}"}, at="LifecyclePolicies"),
                ),
                Change("tags", {"Name": "another"}, {"Name": "another"}),
            ),
            replaces={"encrypted": False, "kmsKeyId": f"{KEY[:-1]}6", "performanceMode": "maxIO"},
            drift=(
                Drift(
                    Call(
                        "put_lifecycle_configuration",
                        {"FileSystemId": "{id}", "LifecyclePolicies": [{"TransitionToIA": "AFTER_1_DAY"}]},
                    ),
                    "lifecyclePolicies",
                    [{"transitionToIa": "AFTER_1_DAY"}],
                ),
            ),
            vanish=Call("delete_file_system", {"FileSystemId": "{id}"}),
        ),
        Case(
            "aws:efs/mountTarget:MountTarget",
            lambda bench: {
                "fileSystemId": file_system(bench),
                "subnetId": subnets(bench.cloud)[0],
                "securityGroups": [groups(bench.cloud)[0]],
            },
            Call("describe_mount_targets", {"MountTargetId": "{id}"}, at="MountTargets[0]"),
            {"FileSystemId": "{fileSystemId}", "SubnetId": "{subnetId}"},
            outputs={"dnsName": "{fileSystemId}.efs.us-east-1.amazonaws.com", "availabilityZoneName": "us-east-1a"},
            replaces={"fileSystemId": OTHER, "subnetId": "subnet-00000000"},
            vanish=Call("delete_mount_target", {"MountTargetId": "{id}"}),
        ),
        Case(
            "aws:efs/accessPoint:AccessPoint",
            lambda bench: {
                "fileSystemId": file_system(bench),
                "posixUser": _owner(1000),
                "rootDirectory": {
                    "path": "/uploads",
                    "creationInfo": {"ownerUid": 1000, "ownerGid": 1000, "permissions": "0750"},
                },
                "tags": TAGS,
            },
            Call("describe_access_points", {"AccessPointId": "{id}"}, at="AccessPoints[0]"),
            {
                "PosixUser.Uid": 1000,
                "RootDirectory.Path": "/uploads",
                "RootDirectory.CreationInfo.Permissions": "0750",
                "Tags[0].Value": "uploads",
            },
            outputs={"ownerId": "123456789012"},
            changes=(Change("tags", {"Name": "another"}, {"Tags[0].Value": "another"}),),
            replaces={"fileSystemId": OTHER, "posixUser": _owner(0), "rootDirectory": {"path": "/"}},
            vanish=Call("delete_access_point", {"AccessPointId": "{id}"}),
        ),
        Case(
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            _policy,
            Call("describe_file_system_policy", {"FileSystemId": "{id}"}),
            {"Policy": "{policy}"},
            replaces={"fileSystemId": OTHER},
            vanish=Call("delete_file_system_policy", {"FileSystemId": "{id}"}),
        ),
    )


class TestBackupPolicies:
    def test_backups_are_switched_on_and_off_and_drift_is_seen(self, make: Make) -> None:
        bench = make(BACKUP_POLICY)
        efs, system = bench.client("efs"), file_system(bench)
        state = bench.create({"fileSystemId": system, "backupPolicy": {"status": "ENABLED"}})
        assert efs.describe_backup_policy(FileSystemId=system)["BackupPolicy"] == {"Status": "ENABLED"}
        efs.put_backup_policy(FileSystemId=system, BackupPolicy={"Status": "DISABLED"})
        read = bench.read(state)
        assert read is not None
        assert read.inputs["backupPolicy"] == {"status": "DISABLED"}
        assert bench.diff(read, {"fileSystemId": OTHER, "backupPolicy": {"status": "ENABLED"}}).replaces == {
            "fileSystemId"
        }

    def test_its_deletion_switches_backups_off(self, make: Make) -> None:
        bench = make(BACKUP_POLICY)
        system = file_system(bench)
        bench.delete(bench.create({"fileSystemId": system, "backupPolicy": {"status": "ENABLED"}}))
        found = bench.client("efs").describe_backup_policy(FileSystemId=system)["BackupPolicy"]
        assert found == {"Status": "DISABLED"}

    def test_it_is_gone_with_its_file_system(self, make: Make) -> None:
        bench = make(BACKUP_POLICY)
        system = file_system(bench)
        state = bench.create({"fileSystemId": system, "backupPolicy": {"status": "ENABLED"}})
        bench.client("efs").delete_file_system(FileSystemId=system)
        assert bench.read(state) is None
