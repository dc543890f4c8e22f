"""Metrics in a line of the log."""

from datetime import UTC, datetime

from runtime.common.metrics import Metric, Unit, embedded


def test_a_metric_is_declared_with_its_unit_and_valued_at_the_top() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)

    document = embedded("Jobr/Backups", {"Environment": "test"}, [Metric("Duration", 1.5, Unit.SECONDS)], moment)

    assert document == {
        "_aws": {
            "Timestamp": 1767323045678,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Jobr/Backups",
                    "Dimensions": [["Environment"]],
                    "Metrics": [{"Name": "Duration", "Unit": "Seconds"}],
                }
            ],
        },
        "Environment": "test",
        "Duration": 1.5,
    }
