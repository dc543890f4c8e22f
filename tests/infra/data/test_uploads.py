from typing import Any

import pytest

from infra.application.container import USER
from infra.data.uploads import OWNER_ID, Uploads, UploadsArgs
from infra.iam.uploads import uploads_client
from tests.infra.recording import Recording, record

FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"


def declared(*, disposable: bool) -> Recording:
    subnets: Any = ["subnet-a", "subnet-b", "subnet-c"]
    args = UploadsArgs(subnet_ids=subnets, security_group_id="sg-1", key_arn="arn:key", disposable=disposable)
    return record(lambda: Uploads("jobr-test-uploads", args), {})


@pytest.fixture(scope="module")
def kept() -> Recording:
    return declared(disposable=False)


def statements(kept: Recording) -> dict[str, dict[str, Any]]:
    policy = kept.one("aws:efs/fileSystemPolicy:FileSystemPolicy").document("policy")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_files_are_encrypted_under_our_key_and_move_with_their_use(kept: Recording) -> None:
    inputs = kept.one(FILE_SYSTEM).inputs
    assert (inputs["encrypted"], inputs["kmsKeyId"], inputs["throughputMode"]) == (True, "arn:key", "elastic")
    assert inputs["lifecyclePolicies"] == [
        {"transitionToIa": "AFTER_30_DAYS"},
        {"transitionToArchive": "AFTER_90_DAYS"},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]


def test_what_is_kept_is_protected_and_backed_up_and_what_is_disposable_leaves_nothing(kept: Recording) -> None:
    gone = declared(disposable=True)
    assert (kept.one(FILE_SYSTEM).protect, gone.one(FILE_SYSTEM).protect) == (True, False)
    backup = "aws:efs/backupPolicy:BackupPolicy"
    assert kept.one(backup).inputs["backupPolicy"] == {"status": "ENABLED"}
    assert gone.one(backup).inputs["backupPolicy"] == {"status": "DISABLED"}


def test_each_subnet_has_a_mount_target_behind_the_one_group(kept: Recording) -> None:
    targets = kept.all("aws:efs/mountTarget:MountTarget")
    assert [target.inputs["subnetId"] for target in targets] == ["subnet-a", "subnet-b", "subnet-c"]
    assert {tuple(target.inputs["securityGroups"]) for target in targets} == {("sg-1",)}


def test_whoever_mounts_is_the_applications_account_in_a_folder_of_its_own(kept: Recording) -> None:
    inputs = kept.one("aws:efs/accessPoint:AccessPoint").inputs
    assert f"{OWNER_ID}:{OWNER_ID}" == USER, "the container's account"
    assert inputs["posixUser"] == {"uid": 1000, "gid": 1000}
    assert inputs["rootDirectory"]["path"] == "/uploads"
    assert inputs["rootDirectory"]["creationInfo"] == {"ownerUid": 1000, "ownerGid": 1000, "permissions": "0750"}


def test_nobody_comes_in_in_plain_text_by_another_way_or_as_root(kept: Recording) -> None:
    found = statements(kept)
    assert all(s["Effect"] == "Deny" and s["Principal"] == "*" for s in found.values()), (
        "and nobody by the policy alone"
    )
    assert found["DenyPlainText"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (point,) = found["DenyOtherWays"]["Condition"]["StringNotEquals"].values()
    assert point.endswith(":jobr-test-uploads")
    assert "elasticfilesystem:ClientMount" in found["DenyOtherWays"]["Action"]
    assert found["DenyRoot"]["Action"] == ["elasticfilesystem:ClientRootAccess"]
    assert "Condition" not in found["DenyRoot"]


def test_a_task_may_mount_and_write_through_the_access_point_and_never_as_root() -> None:
    statement = uploads_client(file_system_arn="arn:fs", access_point_arn="arn:ap")
    assert list(statement.actions) == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert statement.conditions == {"StringEquals": {"elasticfilesystem:AccessPointArn": "arn:ap"}}
