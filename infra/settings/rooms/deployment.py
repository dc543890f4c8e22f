"""How a release reaches people."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values
from infra.settings.types import DeploymentStrategy, Duration, between, whole_minutes

# Amazon ECS API reference: DeploymentConfiguration, CanaryConfiguration and LinearConfiguration. Each bake is 0 to 1440 minutes;
# percentages are multiples of 0.1, from 0.1 for a canary and from 3.0 for a linear step.
BakeTime = Annotated[Duration, between(timedelta(0), timedelta(days=1)), whole_minutes]
CanaryPercent = Annotated[Decimal, Field(ge=Decimal("0.1"), le=100, decimal_places=1)]
StepPercent = Annotated[Decimal, Field(ge=3, le=100, decimal_places=1)]
# A canary of everything, or a single step to everything, is a blue/green deployment by another name.
EVERYTHING = 100


class DeploymentSettings(Room):
    """How a release reaches people."""

    strategy: DeploymentStrategy = Field(
        DeploymentStrategy.BLUE_GREEN,
        alias="deploymentStrategy",
        description=(
            "`BLUE_GREEN` moves all traffic at once, `CANARY` a part first, `LINEAR` in equal steps; each keeps the old tasks "
            "for deploymentBakeTime. `ROLLING` replaces tasks one by one, without test traffic, bake time or hooks."
        ),
    )
    bake_time: BakeTime = Field(
        timedelta(minutes=10),
        alias="deploymentBakeTime",
        description="How long blue stays ready after green took the traffic: `0m` to `1d`.",
    )
    canary_percent: CanaryPercent = Field(
        Decimal(10),
        alias="canaryPercent",
        description="`CANARY`: the part of the traffic that green gets first, in percent.",
    )
    canary_bake_time: BakeTime = Field(
        timedelta(minutes=10),
        alias="canaryBakeTime",
        description="`CANARY`: how long green has that part before it gets the rest: `0m` to `1d`.",
    )
    linear_step_percent: StepPercent = Field(
        Decimal(20), alias="linearStepPercent", description="`LINEAR`: what each step moves, in percent: 3 to 100."
    )
    linear_step_bake_time: BakeTime = Field(
        timedelta(minutes=5),
        alias="linearStepBakeTime",
        description="`LINEAR`: how long each step is watched before the next: `0m` to `1d`.",
    )


def _a_part(strategy: DeploymentStrategy, key: str) -> Rule:
    def rule(values: Values) -> Iterator[Problem]:
        if values["deploymentStrategy"] is strategy and values[key] == EVERYTHING:
            yield Problem.to_set(
                "deploymentStrategy",
                f"{strategy} with {key} 100 moves all traffic at once",
                DeploymentStrategy.BLUE_GREEN,
            )

    return rule


RULES: tuple[Rule, ...] = (
    _a_part(DeploymentStrategy.CANARY, "canaryPercent"),
    _a_part(DeploymentStrategy.LINEAR, "linearStepPercent"),
)
