"""CloudWatch Logs keeps a group's class, its deletion protection and the changes of its key; moto drops or lacks them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html
"""

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException, ValidationException
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from sandbox.cloud.patching import add, replace
from sandbox.home import Home

DEFAULT_CLASS = "STANDARD"


def install(home: Home) -> None:
    """Keep logGroupClass and deletionProtectionEnabled, refuse to delete what is protected, let the key change."""
    del home

    def create(self: Any) -> Any:
        answer = original_create(self)
        group = _group(self, "logGroupName")
        group.log_group_class = self._get_param("logGroupClass") or DEFAULT_CLASS
        group.deletion_protection = bool(self._get_param("deletionProtectionEnabled"))
        return answer

    def delete(self: Any) -> Any:
        if getattr(_group(self, "logGroupName"), "deletion_protection", False):
            raise ValidationException(
                "Cannot delete log group with deletion protection enabled. Disable deletion protection first."
            )
        return original_delete(self)

    def describe(self: LogGroup) -> dict[str, Any]:
        return {
            **original_describe(self),
            "logGroupClass": getattr(self, "log_group_class", DEFAULT_CLASS),
            "deletionProtectionEnabled": getattr(self, "deletion_protection", False),
        }

    original_create = replace(LogsResponse, "create_log_group", create)
    original_delete = replace(LogsResponse, "delete_log_group", delete)
    original_describe = replace(LogGroup, "to_describe_dict", describe)
    for operation in (associate_kms_key, disassociate_kms_key, put_log_group_deletion_protection):
        add(LogsResponse, operation.__name__, operation)


def associate_kms_key(self: Any) -> str:
    """AssociateKmsKey, which replaces the key there was."""
    _group(self, "logGroupName", "resourceIdentifier").kms_key_id = self._get_param("kmsKeyId")
    return ""


def disassociate_kms_key(self: Any) -> str:
    """DisassociateKmsKey."""
    _group(self, "logGroupName", "resourceIdentifier").kms_key_id = None
    return ""


def put_log_group_deletion_protection(self: Any) -> str:
    """PutLogGroupDeletionProtection."""
    _group(self, "logGroupIdentifier").deletion_protection = self._get_param("deletionProtectionEnabled")
    return ""


def _group(response: Any, *members: str) -> Any:
    """The group that the first given member names, or whose ARN it is."""
    named = next((value for member in members if (value := response._get_param(member))), "")  # noqa: SLF001 - as moto's own
    name = named.partition(":log-group:")[2].removesuffix(":*") or named
    groups = response.logs_backend.groups
    if name not in groups:
        raise ResourceNotFoundException
    return groups[name]
