"""Metrics in CloudWatch's embedded metric format: a line of the log becomes metrics, without a call to an API.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """The units of CloudWatch that the functions use."""

    SECONDS = "Seconds"
    BYTES = "Bytes"
    COUNT = "Count"


@dataclass(frozen=True)
class Metric:
    """One value of one metric."""

    name: str
    value: float
    unit: Unit


def embedded(namespace: str, dimensions: Mapping[str, str], metrics: list[Metric], moment: datetime) -> dict[str, Any]:
    """The document that, logged as one line, records `metrics` under `dimensions` at `moment`."""
    declared = [{"Name": metric.name, "Unit": str(metric.unit)} for metric in metrics]
    directive = {"Namespace": namespace, "Dimensions": [list(dimensions)], "Metrics": declared}
    return {
        "_aws": {"Timestamp": int(moment.timestamp() * 1000), "CloudWatchMetrics": [directive]},
        **dimensions,
        **{metric.name: metric.value for metric in metrics},
    }
