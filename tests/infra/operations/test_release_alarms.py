"""What moves a release back."""

import pytest

from tests.infra.operations.test_alarms import ALARM, alarm, expression, metrics
from tests.infra.recording import Recording


def test_errors_of_targets_that_do_not_answer_count_and_a_quiet_minute_divides_by_no_zero(stack: Recording) -> None:
    ratio = alarm(stack, "release-error-ratio-high")
    assert {metric["metricName"] for metric in metrics(ratio)} == {
        "RequestCount",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_ELB_503_Count",
    }
    # Requests that found no target are in no RequestCount, and what had a target must not count twice.
    requests = "SUM([requests, untargeted])"
    assert expression(ratio) == f"100 * SUM([target, balancer]) / IF({requests} > 20, {requests}, 20)"
    assert {query["id"]: query["metric"]["metricName"] for query in ratio["metricQueries"] if "metric" in query} == {
        "requests": "RequestCount",
        "target": "HTTPCode_Target_5XX_Count",
        "balancer": "HTTPCode_ELB_5XX_Count",
        "untargeted": "HTTPCode_ELB_503_Count",
    }


@pytest.mark.parametrize("colour", ["blue", "green"])
def test_a_colour_answers_for_its_own_errors_and_for_connections_that_it_did_not_take(
    stack: Recording, colour: str
) -> None:
    ratio = alarm(stack, f"release-error-ratio-high-{colour}")
    assert {metric["metricName"] for metric in metrics(ratio)} == {
        "RequestCount",
        "HTTPCode_Target_5XX_Count",
        "TargetConnectionErrorCount",
    }
    for metric in metrics(ratio):
        assert metric["dimensions"]["TargetGroup"].endswith(f"-{colour}/suffix")
    assert expression(ratio) == "100 * SUM([target, refused]) / IF(requests > 20, requests, 20)"


def test_latency_is_judged_however_few_requests_there_are_so_that_no_state_sticks(stack: Recording) -> None:
    percentiles = [found for found in stack.all(ALARM) if "extendedStatistic" in found.inputs]
    assert {found.name.rpartition("-release-")[2] for found in percentiles} == {
        "latency-high",
        "latency-high-blue",
        "latency-high-green",
    }
    for found in percentiles:
        assert found.inputs["evaluateLowSampleCountPercentiles"] == "evaluate"
        assert found.inputs["treatMissingData"] == "notBreaching"


def test_a_release_is_judged_by_nothing_that_silence_sets_off(stack: Recording) -> None:
    names = set(stack.one("aws:ecs/service:Service", "-application").inputs["alarms"]["alarmNames"])
    judges = [found for found in stack.all(ALARM) if found.name in names]
    assert len(judges) == len(names)
    for found in judges:
        assert found.inputs["treatMissingData"] == "notBreaching", found.name
        assert found.inputs.get("actionsEnabled", True) is True, found.name


def test_a_release_is_moved_back_by_errors_latency_and_unhealthy_targets_of_all_and_of_each_colour(
    stack: Recording,
) -> None:
    service = stack.one("aws:ecs/service:Service", "-application").inputs["alarms"]
    assert service["enable"] is True
    assert service["rollback"] is True
    names = {name.rpartition("-release-")[2] for name in service["alarmNames"]}
    assert names == {
        "error-ratio-high",
        "error-ratio-high-blue",
        "error-ratio-high-green",
        "latency-high",
        "latency-high-blue",
        "latency-high-green",
        "unhealthy-targets-blue",
        "unhealthy-targets-green",
    }


def test_nothing_mutes_an_alarm(stack: Recording) -> None:
    assert [r.name for r in stack.resources if "mute" in r.type.lower()] == []
