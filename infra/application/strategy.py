"""Deployment strategies as ECS takes them, and how long each may last. Pure, but for the shape of pulumi_aws."""

import math
from datetime import timedelta

import pulumi_aws as aws

from infra.settings import DeploymentSettings, DeploymentStrategy

# Beside its bakes a deployment starts tasks, waits for health checks and drains: the provider's own 20 minutes are too short.
MARGIN = timedelta(minutes=30)
_EVERYTHING = 100


def deployment_configuration(settings: DeploymentSettings) -> aws.ecs.ServiceDeploymentConfigurationArgs:
    """The strategy with its parameters, and with no other's: ECS refuses those."""
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
            waits = math.ceil(_EVERYTHING / settings.linear_step_percent) - 1
            return waits * settings.linear_step_bake_time + settings.bake_time


def patience(settings: DeploymentSettings) -> str:
    """How long Pulumi waits for a deployment, as its timeouts are written."""
    return f"{_minutes(baking(settings) + MARGIN)}m"


def rolling_maximum_percent(tasks: int) -> int:
    """What lets a rolling deployment start one task before it stops one.

    ECS rounds the number of tasks down, so less than one task more would be none, and the deployment would never begin.
    """
    return _EVERYTHING + math.ceil(_EVERYTHING / tasks)


def _minutes(duration: timedelta) -> str:
    return str(int(duration.total_seconds() // 60))
