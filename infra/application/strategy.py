"""Deployment strategies as ECS takes them, and how long each may last. Pure, but for the shape of pulumi_aws."""

import math
from collections.abc import Sequence
from datetime import timedelta

import pulumi_aws as aws

from infra.settings import DeploymentSettings, DeploymentStrategy, VerdictSettings
from infra.settings.rooms.verdicts import Approval
from runtime.deployments.traffic.settings import Inconclusive

# Beside its bakes a deployment starts tasks, waits for health checks and drains: the provider's own 20 minutes are too short.
MARGIN = timedelta(minutes=30)
# The tests of green, and beside each window of the traffic hook the weights' patience, the metrics' delay and the minute that ends.
SMOKE_TESTS = timedelta(minutes=6)
BESIDE_A_WINDOW = timedelta(minutes=5)
_EVERYTHING = 100


def deployment_configuration(
    settings: DeploymentSettings, hooks: Sequence[aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgs] = ()
) -> aws.ecs.ServiceDeploymentConfigurationArgs:
    """The strategy with its hooks and its parameters, and with no other's: ECS refuses those."""
    strategy = settings.strategy
    canary = aws.ecs.ServiceDeploymentConfigurationCanaryConfigurationArgs(
        canary_percent=float(settings.canary_percent), canary_bake_time_in_minutes=_minutes(settings.canary_bake_time)
    )
    linear = aws.ecs.ServiceDeploymentConfigurationLinearConfigurationArgs(
        step_percent=float(settings.linear_step_percent),
        step_bake_time_in_minutes=_minutes(settings.linear_step_bake_time),
    )
    return aws.ecs.ServiceDeploymentConfigurationArgs(
        strategy=strategy.value,
        bake_time_in_minutes=None if strategy is DeploymentStrategy.ROLLING else _minutes(settings.bake_time),
        canary_configuration=canary if strategy is DeploymentStrategy.CANARY else None,
        linear_configuration=linear if strategy is DeploymentStrategy.LINEAR else None,
        lifecycle_hooks=list(hooks) or None,
    )


def baking(settings: DeploymentSettings) -> timedelta:
    """How long a deployment that goes well bakes, step by step and at the end."""
    match settings.strategy:
        case DeploymentStrategy.ROLLING:
            return timedelta(0)
        case DeploymentStrategy.BLUE_GREEN:
            return settings.bake_time
        case DeploymentStrategy.CANARY:
            return settings.canary_bake_time + settings.bake_time
        case DeploymentStrategy.LINEAR:
            # The step that reaches 100 % has no bake of its own (ECS API reference, LinearConfiguration).
            return (shifts(settings) - 1) * settings.linear_step_bake_time + settings.bake_time


def shifts(settings: DeploymentSettings) -> int:
    """How often production traffic is shifted."""
    match settings.strategy:
        case DeploymentStrategy.ROLLING:
            return 0
        case DeploymentStrategy.BLUE_GREEN:
            return 1
        case DeploymentStrategy.CANARY:
            return 2
        case DeploymentStrategy.LINEAR:
            return math.ceil(_EVERYTHING / settings.linear_step_percent)


def judging(settings: DeploymentSettings, verdicts: VerdictSettings) -> timedelta:
    """How long hooks, people and a green that starts slowly may hold a deployment up, all of them together."""
    if settings.strategy is DeploymentStrategy.ROLLING:
        return timedelta(0)
    extends = verdicts.when_inconclusive is Inconclusive.EXTEND
    window = verdicts.extended_observation if extends else verdicts.observation
    asked = {Approval.OFF: 0, Approval.EACH_SHIFT: shifts(settings)}.get(verdicts.approval, 1)
    return (
        verdicts.gate_patience
        + verdicts.scale_up_deadline
        + SMOKE_TESTS
        + shifts(settings) * (window + BESIDE_A_WINDOW)
        + asked * verdicts.approval_timeout
    )


def patience(settings: DeploymentSettings, verdicts: VerdictSettings) -> str:
    """How long Pulumi waits for a deployment, as its timeouts are written."""
    return f"{_minutes(baking(settings) + judging(settings, verdicts) + MARGIN)}m"


def rolling_maximum_percent(tasks: int) -> int:
    """What lets a rolling deployment start one task before it stops one.

    ECS rounds the number of tasks down, so less than one task more would be none, and the deployment would never begin.
    """
    return _EVERYTHING + math.ceil(_EVERYTHING / tasks)


def _minutes(duration: timedelta) -> str:
    return str(int(duration.total_seconds() // 60))
