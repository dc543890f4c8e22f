"""CloudWatch answers percentiles; moto answers nothing for them, and its GetMetricData then breaks off with a TypeError.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html: p0.0 to p100, over the values that were put;
a statistic set has a percentile only where it holds one value, or where its minimum and maximum are equal.
"""

import math
import re
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, Statistics

from sandbox.cloud.patching import replace
from sandbox.home import Home

PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


def install(home: Home) -> None:
    """Work percentiles out of the kept values, and leave out the periods that have none."""
    del home

    def statistics(self: Statistics, stat: str) -> Any:
        percent = PERCENTILE.fullmatch(stat)
        return percentile(_values(self), float(percent[1])) if percent else original(self, stat)

    def data(self: CloudWatchBackend, *arguments: Any, **named: Any) -> list[dict[str, Any]]:
        return [_without_gaps(result) for result in get(self, *arguments, **named)]

    original = replace(Statistics, "get_statistics_for_type", statistics)
    get = replace(CloudWatchBackend, "get_metric_data", data)


def percentile(values: list[float], percent: float) -> float | None:
    """The smallest value that `percent` of them do not exceed; None of none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def _values(statistics: Statistics) -> list[float]:
    certain = [kept.min for kept in statistics.metric_aggregated_list if kept.min == kept.max or kept.sample_count == 1]
    return [*statistics.metric_single_values_list, *certain]


def _without_gaps(result: dict[str, Any]) -> dict[str, Any]:
    kept = [
        (moment, value)
        for moment, value in zip(result["timestamps"], result["values"], strict=True)
        if value is not None
    ]
    return {**result, "timestamps": [moment for moment, _ in kept], "values": [value for _, value in kept]}
