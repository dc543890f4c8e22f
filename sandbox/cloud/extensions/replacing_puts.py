"""A metric filter, or a function's asynchronous configuration, that is put again replaces the one before; moto keeps both.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
"""

from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.logs.metric_filters import MetricFilters

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Take the old one away before the new one comes."""
    del home

    def add_filter(self: Any, filter_name: str, filter_pattern: str, log_group_name: str, transformations: Any) -> None:
        same = (filter_name, log_group_name)
        self.metric_filters = [f for f in self.metric_filters if (f["filterName"], f["logGroupName"]) != same]
        original_filter(self, filter_name, filter_pattern, log_group_name, transformations)

    def put_configuration(self: Any, function_name: str, config: dict[str, Any]) -> Any:
        answer = original_configuration(self, function_name, config)
        function = self.get_function(function_name)
        function.event_invoke_config = function.event_invoke_config[-1:]
        return answer

    original_filter = replace(MetricFilters, "add_filter", add_filter)
    original_configuration = replace(LambdaBackend, "put_function_event_invoke_config", put_configuration)
