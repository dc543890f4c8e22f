"""CloudWatch Logs keeps a group's class; moto drops it.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

from typing import Any

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from sandbox.cloud.patching import replace
from sandbox.home import Home

DEFAULT_CLASS = "STANDARD"


def install(home: Home) -> None:
    """Keep logGroupClass on the group."""
    del home

    def create(self: Any) -> Any:
        answer = original_create(self)
        group = self.logs_backend.groups[self._get_param("logGroupName")]
        group.log_group_class = self._get_param("logGroupClass") or DEFAULT_CLASS
        return answer

    def describe(self: LogGroup) -> dict[str, Any]:
        return {**original_describe(self), "logGroupClass": getattr(self, "log_group_class", DEFAULT_CLASS)}

    original_create = replace(LogsResponse, "create_log_group", create)
    original_describe = replace(LogGroup, "to_describe_dict", describe)
