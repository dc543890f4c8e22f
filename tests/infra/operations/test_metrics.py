"""What is measured exists: names, dimensions, statistics and units against the pages of AWS."""

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.backups.settings import NAMESPACE as BACKUPS
from runtime.wal.settings import NAMESPACE as ARCHIVE
from tests.infra.operations.aws_metrics import METRICS, Published, Unit
from tests.infra.operations.test_alarms import ALARM, metrics
from tests.infra.operations.test_dashboard import widgets
from tests.infra.recording import Recording

POLICY = "aws:appautoscaling/policy:Policy"
Used = tuple[str, str, str, frozenset[str], str]


def published(namespace: str, name: str) -> Published:
    return METRICS[namespace].metrics[name]


def in_alarms(stack: Recording) -> Iterator[Used]:
    for found in stack.all(ALARM):
        for metric in metrics(found.inputs):
            statistic = metric.get("stat") or metric.get("statistic") or metric["extendedStatistic"]
            yield found.name, metric["namespace"], metric["metricName"], frozenset(metric["dimensions"]), statistic


def in_scaling(stack: Recording) -> Iterator[Used]:
    configuration = stack.one(POLICY).inputs["targetTrackingScalingPolicyConfiguration"]
    for part in configuration["customizedMetricSpecification"]["metrics"]:
        if "metricStat" in part:
            metric = part["metricStat"]["metric"]
            dimensions = frozenset(each["name"] for each in metric["dimensions"])
            yield part["id"], metric["namespace"], metric["metricName"], dimensions, part["metricStat"]["stat"]


def in_dashboard(stack: Recording) -> Iterator[Used]:
    for widget in widgets(stack):
        for *names, options in widget["properties"].get("metrics", []):
            if names:
                namespace, name, *pairs = names
                yield widget["properties"]["title"], namespace, name, frozenset(pairs[::2]), options["stat"]


@pytest.mark.parametrize("measured", [in_alarms, in_scaling, in_dashboard])
def test_every_metric_exists_on_aws_under_the_dimensions_and_the_statistic_that_are_asked_for(
    stack: Recording, measured: Any
) -> None:
    used = [each for each in measured(stack) if not each[1].startswith("Jobr/")]
    assert used
    for where, namespace, name, dimensions, statistic in used:
        metric = published(namespace, name)
        assert dimensions in metric.dimensions, (where, name, dimensions)
        assert statistic in metric.statistics, (where, name, statistic)


def test_the_table_holds_no_metric_that_nobody_uses(production: Recording) -> None:
    used = {each[1:3] for measured in (in_alarms, in_scaling, in_dashboard) for each in measured(production)}
    known = {(namespace, name) for namespace, described in METRICS.items() for name in described.metrics}
    assert known <= used


def test_every_namespace_names_the_page_that_lists_its_metrics() -> None:
    for namespace, described in METRICS.items():
        assert described.page.startswith("https://docs.aws.amazon.com/"), namespace
        assert described.title


def test_our_own_metrics_are_the_ones_that_somebody_publishes(stack: Recording) -> None:
    (counted,) = stack.all("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    transformation = counted.inputs["metricTransformation"]
    own = {(namespace, name) for _, namespace, name, _, _ in in_alarms(stack) if namespace.startswith("Jobr/")}
    # test_archive_alarms.py looks whether the archiver tells of these.
    archive = {(ARCHIVE, name) for namespace, name in own if namespace == ARCHIVE}
    assert own - archive == {(BACKUPS, "BackupSucceeded"), (transformation["namespace"], transformation["name"])}


# Between which numbers a threshold of that unit can lie: a value in MiB or in seconds would be far outside.
SENSIBLE: dict[Unit, tuple[float, float]] = {
    Unit.COUNT: (1, 2_000_000_000),
    Unit.PERCENT: (1, 100),
    Unit.BYTES: (50 * 1024**2, 64 * 1024**4),
    Unit.SECONDS: (1, 86_400),
    Unit.MICROSECONDS: (1_000_000, 60_000_000),
    Unit.DAYS: (1, 40),
}


def test_every_threshold_is_in_the_unit_that_cloudwatch_has(production: Recording) -> None:
    judged = set()
    for found in production.all(ALARM):
        if "metricName" not in found.inputs or found.inputs["namespace"].startswith("Jobr/"):
            continue
        unit = published(found.inputs["namespace"], found.inputs["metricName"]).unit
        least, most = SENSIBLE[unit]
        assert least <= found.inputs["threshold"] <= most, (found.name, unit)
        judged.add(unit)
    assert judged == set(Unit)
