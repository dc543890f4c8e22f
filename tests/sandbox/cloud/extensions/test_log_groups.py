"""A log group's key and its protection change as on AWS."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

KEYS = [f"arn:aws:kms:us-east-1:123456789012:key/{number}" for number in (1, 2)]


class Group:
    """One log group, through the API alone."""

    def __init__(self, logs: Any, **declared: Any) -> None:
        self.logs, self.name = logs, f"/group/{uuid4().hex[:8]}"
        logs.create_log_group(logGroupName=self.name, **declared)

    def describe(self) -> Any:
        return self.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"][0]

    def protect(self, on: bool) -> None:
        self.logs.put_log_group_deletion_protection(logGroupIdentifier=self.name, deletionProtectionEnabled=on)


@pytest.fixture
def logs(aws: Callable[[str], Any]) -> Any:
    return aws("logs")


def test_a_group_gets_a_key_another_one_and_none(logs: Any) -> None:
    group = Group(logs)
    for key in KEYS:
        logs.associate_kms_key(logGroupName=group.name, kmsKeyId=key)
        assert group.describe()["kmsKeyId"] == key
    logs.disassociate_kms_key(logGroupName=group.name)
    assert "kmsKeyId" not in group.describe()


def test_a_group_that_was_made_with_a_key_can_lose_it_by_its_arn(logs: Any) -> None:
    group = Group(logs, kmsKeyId=KEYS[0])
    logs.disassociate_kms_key(resourceIdentifier=group.describe()["arn"])
    assert "kmsKeyId" not in group.describe()


def test_a_protected_group_is_not_deleted_before_its_protection_ends(logs: Any) -> None:
    group = Group(logs, deletionProtectionEnabled=True)
    assert group.describe()["deletionProtectionEnabled"] is True
    with pytest.raises(ClientError, match=r"ValidationException.*deletion protection"):
        logs.delete_log_group(logGroupName=group.name)
    group.protect(False)
    logs.delete_log_group(logGroupName=group.name)
    assert not logs.describe_log_groups(logGroupNamePrefix=group.name)["logGroups"]


def test_a_group_can_be_protected_later(logs: Any) -> None:
    group = Group(logs)
    assert group.describe()["deletionProtectionEnabled"] is False
    group.protect(True)
    with pytest.raises(ClientError, match="ValidationException"):
        logs.delete_log_group(logGroupName=group.name)


def test_an_unknown_group_is_named_as_such(logs: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.associate_kms_key(logGroupName="/nowhere", kmsKeyId=KEYS[0])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_log_group(logGroupName="/nowhere")
