"""An alarm as data. Pure: what it watches, when it goes off, who is told and which runbook says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import pulumi

from infra.operations.severity import Severity

RUNBOOKS = "docs/runbooks"
MINUTE = timedelta(minutes=1)


class Comparison(StrEnum):
    """How a value breaches its threshold (PutMetricAlarm, "ComparisonOperator")."""

    ABOVE = "GreaterThanThreshold"
    AT_LEAST = "GreaterThanOrEqualToThreshold"
    BELOW = "LessThanThreshold"


class Missing(StrEnum):
    """What no data means (PutMetricAlarm, "TreatMissingData")."""

    # Nothing happened, so nothing went wrong: counters that CloudWatch publishes only above zero.
    FINE = "notBreaching"
    # Whoever reports has died: a value that always comes as long as all is well.
    BAD = "breaching"
    # The state stays as it was: values that come once or twice a day.
    UNCHANGED = "ignore"


class Group(StrEnum):
    """Where an alarm stands on the dashboard."""

    REQUESTS = "Requests"
    SERVICE = "Service"
    DATABASE = "Database"
    ARCHIVE = "Archive"
    PLATFORM = "Platform"
    FUNCTIONS = "Functions"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of CloudWatch; `statistic` is Sum, Average, Minimum, Maximum or a percentile such as p95."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str = "Sum"

    @property
    def is_percentile(self) -> bool:
        """Whether the statistic is a percentile, which the API takes in another member."""
        return self.statistic.startswith("p")


@dataclass(frozen=True, kw_only=True)
class Signal:
    """What is measured: one metric, or an expression over several by their ids (metric math)."""

    metrics: Mapping[str, Metric]
    expression: str = ""

    def __post_init__(self) -> None:
        if not self.expression and len(self.metrics) != 1:
            raise ValueError("several metrics need an expression that makes one value of them")

    @property
    def only(self) -> Metric:
        """The metric of a signal without an expression."""
        (metric,) = self.metrics.values()
        return metric


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """It goes off when the signal breached `threshold` in `datapoints` (all, when None) of the last `periods`.

    `runbook` is a file's name in docs/runbooks without its ending; the alarm's own name unless several share one.
    """

    name: str
    severity: Severity
    group: Group
    summary: str
    signal: Signal
    comparison: Comparison
    threshold: float
    period: timedelta = MINUTE
    periods: int
    datapoints: int | None = None
    missing: Missing
    runbook: str = ""

    @property
    def runbook_path(self) -> str:
        """Where in the repository its runbook is."""
        return f"{RUNBOOKS}/{self.runbook or self.name}.md"

    @property
    def description(self) -> str:
        """What a person reads first: what is wrong, how bad it is, where it says what to do."""
        return f"{self.summary}. Severity: {self.severity}. Runbook: {self.runbook_path}"


def metric(namespace: str, name: str, statistic: str = "Sum", **dimensions: pulumi.Input[str]) -> Signal:
    """A signal that is one metric."""
    return Signal(metrics={"value": Metric(namespace=namespace, name=name, dimensions=dimensions, statistic=statistic)})


def total(*ids: str) -> str:
    """An expression: the sum of what there is; a metric without data counts nothing (CloudWatch User Guide, "Using metric math")."""
    return f"SUM([{', '.join(ids)}])"
