from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.application.strategy import MARGIN, baking, patience, rolling_maximum_percent
from infra.settings import DeploymentSettings, DeploymentStrategy


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
    assert timedelta(minutes=int(patience(settings).removesuffix("m"))) == baking(settings) + MARGIN


@given(st.integers(1, 100))
def test_a_rolling_deployment_always_has_room_for_one_task_more(tasks: int) -> None:
    at_most = tasks * rolling_maximum_percent(tasks) // 100
    assert at_most >= tasks + 1, "ECS rounds down, and without room it would wait for ever"
    assert at_most <= tasks + 2
