import re
from pathlib import Path
from typing import Any

import pytest

from infra.operations.alarms.model import Missing, Signal
from infra.outputs import contract
from tests.infra.recording import DEVELOPMENT, PRODUCTION, Recorded, Recording, record, run_program

PROJECT = Path(__file__).resolve().parents[3]
RUNBOOKS = PROJECT / "docs/runbooks"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
# PutMetricAlarm, "Period": the evaluation may reach back a day, or a week with periods of an hour and more.
DAY, WEEK, HOUR = 86_400, 604_800, 3600


def alarm(stack: Recording, name: str) -> dict[str, Any]:
    """The inputs of the one alarm whose name ends so."""
    return stack.one(ALARM, f"-{name}").inputs


def metrics(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Every metric that an alarm reads, alone or in an expression."""
    queries = inputs.get("metricQueries", [])
    if not queries:
        return [inputs]
    return [query["metric"] for query in queries if "metric" in query]


def expression(inputs: dict[str, Any]) -> str:
    """The one expression of an alarm."""
    (found,) = [query["expression"] for query in inputs["metricQueries"] if "expression" in query]
    return str(found)


def runbook(found: Recorded) -> str:
    match = re.search(r"Runbook: docs/runbooks/(\S+)\.md$", found.inputs["alarmDescription"])
    assert match, found.name
    return match[1]


def test_every_alarm_tells_the_topic_of_its_severity_when_it_goes_off_and_when_it_is_over(stack: Recording) -> None:
    for found in stack.all(ALARM):
        severity = re.search(r"Severity: (\w+)\.", found.inputs["alarmDescription"])
        assert severity, found.name
        topic = stack.one("aws:sns/topic:Topic", f"-{severity[1]}")
        for actions in ("alarmActions", "okActions"):
            assert [action.rpartition(":")[2] for action in found.inputs[actions]] == [topic.name], found.name
        assert found.inputs.get("actionsEnabled", True) is True


def test_alarms_and_runbooks_are_the_same_list_both_ways(production: Recording) -> None:
    assert {runbook(found) for found in production.all(ALARM)} == {path.stem for path in RUNBOOKS.glob("*.md")}


def test_no_stack_has_an_alarm_without_a_runbook(development: Recording) -> None:
    assert [found.name for found in development.all(ALARM) if not (RUNBOOKS / f"{runbook(found)}.md").is_file()] == []


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_says_what_to_check_how_to_decide_and_how_to_act(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Check", "Decide", "Act"]
    assert len(text.splitlines()) < 60
    # Gone since PostgreSQL 13, and what the guide advises that nobody should do.
    assert not re.search(r"\b(total_time|mean_time)\b|--inspect=0|FULL;", text)


def test_a_runbook_names_only_outputs_that_the_stack_has() -> None:
    named = {
        name for path in RUNBOOKS.glob("*.md") for name in re.findall(r"pulumi stack output (\w+)", path.read_text())
    }
    assert named
    assert named <= contract().keys()


def test_a_runbook_refers_only_to_runbooks_that_exist() -> None:
    names = {path.name for path in RUNBOOKS.glob("*.md")}
    referred = {
        name for path in RUNBOOKS.glob("*.md") for name in re.findall(r"(?<![\w/-])([a-z-]+\.md)", path.read_text())
    }
    assert referred
    assert referred <= names


def test_every_alarm_says_what_no_data_means(stack: Recording) -> None:
    assert {found.inputs.get("treatMissingData") for found in stack.all(ALARM)} == set(Missing)


def test_no_alarm_asks_for_more_time_than_cloudwatch_looks_back(stack: Recording) -> None:
    for found in stack.all(ALARM):
        period = found.inputs.get("period") or metrics(found.inputs)[0]["period"]
        assert period * found.inputs["evaluationPeriods"] <= (WEEK if period >= HOUR else DAY), found.name
        assert 1 <= found.inputs["datapointsToAlarm"] <= found.inputs["evaluationPeriods"]


def test_an_expression_has_one_value_and_names_only_its_own_metrics(stack: Recording) -> None:
    expressions = [found for found in stack.all(ALARM) if "metricQueries" in found.inputs]
    assert expressions
    for found in expressions:
        queries = found.inputs["metricQueries"]
        assert [query["id"] for query in queries if query["returnData"]] == ["result"], found.name
        ids = {query["id"] for query in queries if not query["returnData"]}
        expression = next(query["expression"] for query in queries if query["returnData"])
        assert set(re.findall(r"\b[a-z][a-z0-9_]*\b", expression)) == ids, found.name


def test_an_expression_must_make_one_value_of_several_metrics() -> None:
    with pytest.raises(ValueError, match="expression"):
        Signal(metrics={})


def test_the_guides_numbers_are_the_defaults(production: Recording) -> None:
    ratio = alarm(production, "release-error-ratio-high")
    assert (ratio["threshold"], ratio["evaluationPeriods"], metrics(ratio)[0]["period"]) == (5, 2, 60)
    latency = alarm(production, "release-latency-high")
    assert (latency["threshold"], latency["extendedStatistic"]) == (2, "p95")
    assert latency["period"] * latency["evaluationPeriods"] == 5 * 60
    connections = alarm(production, "database-connections-high")
    assert (connections["threshold"], connections["period"] * connections["evaluationPeriods"]) == (180, 60)


def test_thresholds_follow_the_settings() -> None:
    changed = record(
        run_program,
        {
            **DEVELOPMENT,
            "databaseMaximumConnections": "300",
            "alarmConnectionsPercent": "50",
            "alarmErrorPercent": "2",
            "alarmLatency": "3s",
            "alarmBackupAge": "50h",
            "databaseStorageGib": "50",
        },
    )
    assert alarm(changed, "database-connections-high")["threshold"] == 150
    assert alarm(changed, "release-error-ratio-high")["threshold"] == 2
    assert alarm(changed, "release-latency-high-green")["threshold"] == 3
    assert alarm(changed, "database-backup-missing")["evaluationPeriods"] == 50
    assert alarm(changed, "database-storage-low")["threshold"] == 50 * 1024**3 * 8 // 100


def test_a_call_that_ran_for_a_quarter_of_an_hour_is_still_looked_at_when_it_fails(stack: Recording) -> None:
    """An error bears the time at which the call began."""
    functions = {r.name: r.inputs["timeout"] for r in stack.all("aws:lambda/function:Function")}
    errors = [found for found in stack.all(ALARM) if found.inputs.get("metricName") == "Errors"]
    assert len(errors) == len(functions)
    for found in errors:
        looked_back = found.inputs["period"] * found.inputs["evaluationPeriods"]
        assert looked_back >= max(functions.values()) + found.inputs["period"]
        assert found.inputs["datapointsToAlarm"] == 1


@pytest.mark.parametrize(("gateways", "is_sum"), [("one", False), ("per-zone", True)])
def test_the_sum_of_one_series_which_is_a_number_and_no_series_is_never_asked_for(gateways: str, is_sum: bool) -> None:
    ports = alarm(record(run_program, {**DEVELOPMENT, "natGateways": gateways}), "nat-ports-exhausted")
    assert {metric["metricName"] for metric in metrics(ports)} == {"ErrorPortAllocation"}
    assert ("metricQueries" in ports) is is_sum


def test_the_idle_colour_without_targets_is_no_alarm_and_no_target_at_all_is(stack: Recording) -> None:
    for colour in ("blue", "green"):
        assert alarm(stack, f"unhealthy-targets-{colour}")["treatMissingData"] == "notBreaching"
    assert alarm(stack, "no-healthy-target")["treatMissingData"] == "breaching"


def test_a_backup_that_never_ran_is_an_alarm(stack: Recording) -> None:
    missing = alarm(stack, "database-backup-missing")
    assert missing["treatMissingData"] == "breaching"
    assert missing["evaluationPeriods"] * metrics(missing)[0]["period"] == 26 * HOUR
    variables = stack.one("aws:lambda/function:Function", "database-backup").inputs["environment"]["variables"]
    assert metrics(missing)[0]["dimensions"] == {"Environment": variables["ENVIRONMENT"]}


def test_the_tasks_memory_is_measured_against_what_the_application_may_have(stack: Recording) -> None:
    # 1024 MiB of a task of 2048, which is what Fargate has for application and collector; CloudWatch knows the task alone.
    assert alarm(stack, "task-memory-high")["threshold"] == 45


def test_a_replica_and_a_proxy_are_watched_where_there_are_any() -> None:
    without = record(run_program, {**DEVELOPMENT, "databaseReplica": "false", "databaseProxy": "false"})
    names = {found.name for found in without.all(ALARM)}
    assert not {name for name in names if "replica-lag" in name or name.endswith("-replica") or "proxy" in name}
    with_proxy = record(run_program, {**PRODUCTION, "databaseProxy": "true"})
    assert alarm(with_proxy, "proxy-borrow-latency-high")["threshold"] == 1_000_000
