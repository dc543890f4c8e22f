"""At which stages of a deployment ECS asks which function, and where it waits for a person. Pure, but for the shape of pulumi_aws.

The stages: docs/deployment-stages.md. None of ours is TEST_TRAFFIC_SHIFT, where nothing could be judged.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

import pulumi
import pulumi_aws as aws

from infra.settings import DeploymentStrategy
from infra.settings.rooms.verdicts import Approval
from runtime.deployments.stages import Stage

LifecycleHook = aws.ecs.ServiceDeploymentConfigurationLifecycleHookArgs


class Judge(StrEnum):
    """A function that ECS asks; the value is part of its name."""

    GATE = "deployment-gate"
    SMOKE = "deployment-smoke"
    TRAFFIC = "deployment-traffic"


_AT_ONCE: Mapping[Judge, tuple[Stage, ...]] = {
    Judge.GATE: (Stage.PRE_SCALE_UP,),
    Judge.SMOKE: (Stage.POST_TEST_TRAFFIC_SHIFT,),
    Judge.TRAFFIC: (Stage.POST_PRODUCTION_TRAFFIC_SHIFT,),
}
# A step is judged while it is the newest one. PRE_PRODUCTION_TRAFFIC_SHIFT would judge it only when its bake is over, and
# pulumi_aws does not name that stage (docs/deployment-stages.md, "pre-production-through-pulumi").
_IN_STEPS = {**_AT_ONCE, Judge.TRAFFIC: (Stage.PRODUCTION_TRAFFIC_SHIFT, Stage.POST_PRODUCTION_TRAFFIC_SHIFT)}
_STAGES: Mapping[DeploymentStrategy, Mapping[Judge, tuple[Stage, ...]]] = {
    DeploymentStrategy.BLUE_GREEN: _AT_ONCE,
    DeploymentStrategy.CANARY: _IN_STEPS,
    DeploymentStrategy.LINEAR: _IN_STEPS,
    # ECS calls no hook in a rolling deployment.
    DeploymentStrategy.ROLLING: {},
}
_APPROVALS = {
    Approval.BEFORE_TRAFFIC: Stage.POST_TEST_TRAFFIC_SHIFT,
    Approval.EACH_SHIFT: Stage.PRE_PRODUCTION_TRAFFIC_SHIFT,
    Approval.AFTER_TRAFFIC: Stage.POST_PRODUCTION_TRAFFIC_SHIFT,
}


def stages(strategy: DeploymentStrategy) -> Mapping[Judge, tuple[Stage, ...]]:
    """Who is asked in deployments of this kind, and where."""
    return _STAGES[strategy]


def question(asked: Sequence[Stage], *, function_arn: pulumi.Input[str], role_arn: pulumi.Input[str]) -> LifecycleHook:
    """A function that ECS asks, by the role with which it may. Its timeout is ECS's default, a day: every function has its own."""
    return LifecycleHook(
        target_type="AWS_LAMBDA",
        lifecycle_stages=[stage.value for stage in asked],
        hook_target_arn=function_arn,
        role_arn=role_arn,
    )


def pauses(approval: Approval, timeout: timedelta) -> list[LifecycleHook]:
    """Where ECS waits for ContinueServiceDeployment; without an answer in time it rolls back."""
    if approval is Approval.OFF:
        return []
    limit = aws.ecs.ServiceDeploymentConfigurationLifecycleHookTimeoutConfigurationArgs(
        action="ROLLBACK", timeout_in_minutes=str(timeout // timedelta(minutes=1))
    )
    return [
        LifecycleHook(target_type="PAUSE", lifecycle_stages=[_APPROVALS[approval].value], timeout_configuration=limit)
    ]
