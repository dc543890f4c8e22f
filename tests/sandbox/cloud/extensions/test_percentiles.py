"""GetMetricData answers percentiles of the values that were put, and leaves out the minutes that have none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def read(aws: Callable[[str], Any]) -> Callable[..., list[float]]:
    """Puts data of one metric, and reads a statistic of it by the minute."""
    name = f"n-{uuid4().hex[:8]}"

    def call(stat: str, *data: dict[str, Any]) -> list[float]:
        cloudwatch = aws("cloudwatch")
        dimensions = [{"Name": "LoadBalancer", "Value": name}]
        metric = {"MetricName": "TargetResponseTime", "Dimensions": dimensions}
        for datum in data:
            cloudwatch.put_metric_data(Namespace=name, MetricData=[{"Timestamp": START, **metric, **datum}])
        query = {"Metric": {"Namespace": name, **metric}, "Period": 60, "Stat": stat}
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": query}],
            StartTime=START,
            EndTime=START + timedelta(minutes=5),
            ScanBy="TimestampAscending",
        )
        return list(answer["MetricDataResults"][0]["Values"])

    return call


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(read: Callable[..., list[float]]) -> None:
    values = {"Values": [float(value) for value in range(1, 101)]}
    assert read("p95", values) == [95.0]
    assert [read(stat) for stat in ("p0.0", "p50", "p99.9", "p100")] == [[1.0], [50.0], [100.0], [100.0]]


def test_counts_weigh(read: Callable[..., list[float]]) -> None:
    assert read("p95", {"Values": [0.1, 5.0], "Counts": [94.0, 6.0]}) == [5.0]


def test_a_statistic_set_has_a_percentile_only_where_it_is_certain(read: Callable[..., list[float]]) -> None:
    one = {"StatisticValues": {"SampleCount": 3, "Sum": 6, "Minimum": 2, "Maximum": 2}}
    wide = {"StatisticValues": {"SampleCount": 3, "Sum": 9, "Minimum": 1, "Maximum": 5}}
    later = {"Timestamp": START + timedelta(minutes=2)}
    assert read("p95", one, wide | later) == [2.0]
    assert read("Sum") == [6.0, 9.0]
