"""What tells people that the archive is behind, broken or silent."""

import inspect
import re
from typing import Any

import pytest

from infra.data.parameters import MAXIMUM_SLOT_WAL_MIB, parameters
from runtime.wal import work
from runtime.wal.settings import NAMESPACE
from tests.infra.operations.test_alarms import ALARM, alarm, metrics
from tests.infra.operations.test_dashboard import widgets
from tests.infra.recording import PRODUCTION, Recording, record, run_program

OBJECTIVES = {"production": 60, "development": 120}
GIB = 1024**3


def severity(inputs: dict[str, Any]) -> str:
    match = re.search(r"Severity: (\w+)\.", inputs["alarmDescription"])
    assert match
    return match[1]


def test_an_archive_beyond_its_objective_for_three_minutes_gets_somebody_up(stack: Recording) -> None:
    lag = alarm(stack, "archive-lag-high")
    assert (lag["threshold"], lag["comparisonOperator"]) == (OBJECTIVES[stack.stack], "GreaterThanThreshold")
    assert (lag["period"], lag["evaluationPeriods"], lag["datapointsToAlarm"]) == (60, 3, 3)
    assert lag["statistic"] == "Maximum"
    assert severity(lag) == "critical"


def test_a_silent_archive_is_as_bad_as_a_late_one(stack: Recording) -> None:
    assert alarm(stack, "archive-lag-high")["treatMissingData"] == "breaching"


def test_a_gap_between_two_lines_is_told_at_once_and_stays_for_an_hour(stack: Recording) -> None:
    broken = alarm(stack, "archive-line-broken")
    assert (broken["threshold"], broken["datapointsToAlarm"]) == (1, 1)
    assert broken["period"] * broken["evaluationPeriods"] == 3600
    assert broken["treatMissingData"] == "notBreaching", "a line that goes on says nothing of it"
    assert severity(broken) == "critical"


def test_an_archiver_that_fails_over_and_over_is_told_and_one_failover_is_not(production: Recording) -> None:
    failing = alarm(production, "archiver-failing")
    assert failing["threshold"] == 3
    assert failing["period"] * failing["datapointsToAlarm"] == 600, "a failover takes one to two minutes"
    assert severity(failing) == "critical"


def test_a_task_that_does_not_run_is_told_and_a_deployment_is_not(production: Recording) -> None:
    running = alarm(production, "archiver-not-running")
    assert running["dimensions"].keys() == {"ClusterName", "ServiceName"}
    assert running["dimensions"]["ServiceName"].endswith("-wal-archive")
    assert (running["threshold"], running["comparisonOperator"]) == (1, "LessThanThreshold")
    assert running["treatMissingData"] == "breaching"
    assert running["period"] * running["evaluationPeriods"] == 300


def test_a_function_is_no_task_that_could_be_missing(development: Recording) -> None:
    names = {found.name for found in development.all(ALARM)}
    assert not {name for name in names if name.endswith(("archiver-not-running", "archiver-failing"))}
    assert {name for name in names if name.endswith("wal-archive-errors")}


def test_what_is_watched_is_what_the_archiver_of_this_stack_tells(stack: Recording) -> None:
    told = set(re.findall(r'Metric\("(\w+)"', inspect.getsource(work)))
    watched = [m for found in stack.all(ALARM) for m in metrics(found.inputs) if m["namespace"] == NAMESPACE]
    assert watched
    for metric in watched:
        assert metric["metricName"] in told
        assert metric["dimensions"] == {"Environment": stack.stack}


def test_the_dashboard_shows_the_lag_in_seconds_and_in_bytes(stack: Recording) -> None:
    graphs = [w["properties"] for w in widgets(stack) if w["type"] == "metric"]
    drawn = {series[1] for graph in graphs for series in graph["metrics"] if series[0] == NAMESPACE}
    assert {"ArchiveLagSeconds", "ArchiveLagBytes"} <= drawn


@pytest.mark.parametrize(("gib", "held"), [("20", 4 * GIB), ("100", 5 * GIB)])
def test_a_slot_is_told_of_before_its_log_is_thrown_away_however_large_the_disk(gib: str, held: int) -> None:
    """A fifth of 100 GiB would be twice what PostgreSQL keeps: nobody would ever hear of it."""
    chosen = {p.name: p.value for p in parameters(maximum_connections=200, logical_replication=True)}
    assert chosen["max_slot_wal_keep_size"] == str(MAXIMUM_SLOT_WAL_MIB)
    recorded = record(run_program, {**PRODUCTION, "databaseStorageGib": gib, "databaseMaximumStorageGib": "1000"})
    slot = alarm(recorded, "replication-slot-lag-high")
    assert slot["threshold"] == held
    assert slot["threshold"] <= MAXIMUM_SLOT_WAL_MIB * 1024**2 / 2
