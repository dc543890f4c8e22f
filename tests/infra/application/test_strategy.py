from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.application.strategy import MARGIN, baking, judging, patience, rolling_maximum_percent
from infra.settings import DeploymentSettings, DeploymentStrategy, VerdictSettings


def _settings(**values: object) -> DeploymentSettings:
    return DeploymentSettings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "minutes"),
    [
        ({"deploymentStrategy": "BLUE_GREEN", "deploymentBakeTime": "15m"}, 15),
        ({"deploymentStrategy": "CANARY", "canaryBakeTime": "10m", "deploymentBakeTime": "5m"}, 15),
        (
            {
                "deploymentStrategy": "LINEAR",
                "linearStepPercent": "25",
                "linearStepBakeTime": "6m",
                "deploymentBakeTime": "5m",
            },
            23,
        ),
        (
            {
                "deploymentStrategy": "LINEAR",
                "linearStepPercent": "30",
                "linearStepBakeTime": "6m",
                "deploymentBakeTime": "0m",
            },
            18,
        ),
        ({"deploymentStrategy": "ROLLING", "deploymentBakeTime": "1d"}, 0),
    ],
)
def test_a_deployment_bakes_as_long_as_its_steps_and_its_end_together(values: dict[str, object], minutes: int) -> None:
    assert baking(_settings(**values)) == timedelta(minutes=minutes)


@given(
    strategy=st.sampled_from(DeploymentStrategy),
    bake=st.integers(0, 1440),
    step=st.integers(0, 1440),
    percent=st.decimals(3, 100, places=1),
)
def test_pulumi_waits_longer_than_any_deployment_bakes(
    strategy: DeploymentStrategy, bake: int, step: int, percent: Decimal
) -> None:
    settings = _settings(
        deploymentStrategy=strategy,
        deploymentBakeTime=timedelta(minutes=bake),
        canaryBakeTime=timedelta(minutes=step),
        linearStepBakeTime=timedelta(minutes=step),
        linearStepPercent=percent,
    )
    waits = timedelta(minutes=int(patience(settings, VerdictSettings()).removesuffix("m")))
    assert waits == baking(settings) + judging(settings, VerdictSettings()) + MARGIN


def _judged(strategy: str, **values: object) -> timedelta:
    verdicts = {"gatePatience": "1h", "scaleUpDeadline": "10m", "trafficObservation": "5m", **values}
    return judging(
        _settings(deploymentStrategy=strategy, linearStepPercent="25"), VerdictSettings.model_validate(verdicts)
    )


@pytest.mark.parametrize(("strategy", "shifts"), [("BLUE_GREEN", 1), ("CANARY", 2), ("LINEAR", 4)])
def test_pulumi_waits_for_the_gate_a_slow_start_the_tests_and_each_shifts_window(strategy: str, shifts: int) -> None:
    assert _judged(strategy) == timedelta(minutes=60 + 10 + 6 + shifts * (5 + 5))


def test_a_window_that_may_be_extended_is_waited_for_in_its_full_length() -> None:
    extended = _judged("BLUE_GREEN", trafficWhenInconclusive="extend", trafficExtendedObservation="2h")
    assert extended - _judged("BLUE_GREEN") == timedelta(minutes=115)


@pytest.mark.parametrize(("approval", "pauses"), [("before-traffic", 1), ("each-shift", 4), ("after-traffic", 1)])
def test_a_person_has_the_time_that_the_settings_give(approval: str, pauses: int) -> None:
    asked = _judged("LINEAR", deploymentApproval=approval, deploymentApprovalTimeout="3h")
    assert asked - _judged("LINEAR") == pauses * timedelta(hours=3)


def test_nobody_holds_a_rolling_deployment_up() -> None:
    assert _judged("ROLLING") == timedelta(0), "the gate is asked before it begins"


@given(st.integers(1, 100))
def test_a_rolling_deployment_always_has_room_for_one_task_more(tasks: int) -> None:
    at_most = tasks * rolling_maximum_percent(tasks) // 100
    assert at_most >= tasks + 1, "ECS rounds down, and without room it would wait for ever"
    assert at_most <= tasks + 2
