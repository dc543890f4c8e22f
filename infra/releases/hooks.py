"""The functions that judge green once it runs, and the whole list of what ECS asks and where it waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.releases import deployment_traffic, invoke_hooks
from infra.iam.trust import ecs_infrastructure_trust
from infra.network.flows import HTTP_PORT, TEST_LISTENER_PORT
from infra.operations.functions import Function, FunctionNetwork
from infra.releases.base import (
    ReleaseBase,
    ReleaseFunctionArgs,
    hook_failure,
    minutes,
    release_function,
    together,
)
from infra.releases.gate import Gate
from infra.releases.lifecycle import Judge, LifecycleHook, pauses, question, stages
from infra.settings import DeploymentStrategy, VerdictSettings
from runtime.deployments.smoke.settings import SmokeSettings
from runtime.deployments.traffic.settings import TrafficSettings

SMOKE_HANDLER = "runtime.deployments.smoke.handler.handle"
TRAFFIC_HANDLER = "runtime.deployments.traffic.handler.handle"
# Every test of the suite may be tried again, and each attempt has its own patience.
SMOKE_TIMEOUT = timedelta(minutes=5)
# A few calls of AWS: it waits by asking ECS to call again.
TRAFFIC_TIMEOUT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class TestListener:
    """Where green is tested: by the load balancer's own name, as `domain`, trusting `authority` (PEM) where it is no public one."""

    host: pulumi.Input[str]
    domain: pulumi.Input[str]
    authority: str | None


@dataclass(frozen=True, kw_only=True)
class HooksArgs:
    """What the hooks are made from. Tests come from a network of their own: the load balancer lets nobody else in there."""

    base: ReleaseBase
    settings: VerdictSettings
    strategy: DeploymentStrategy
    gate: Gate
    listener: TestListener
    testing: FunctionNetwork
    reading: FunctionNetwork


class Hooks(Component):
    """Produces the functions that a strategy asks beside the gate, and the role with which ECS asks them.

    `lifecycle` is for the service's deployments; `ready` has to stand before ECS can ask. A rolling deployment has none of it.
    """

    room = "releases"

    def __init__(self, name: str, args: HooksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._stages = stages(args.strategy)
        made = {Judge.SMOKE: self._smoke, Judge.TRAFFIC: self._traffic}
        self.functions = [make() for judge, make in made.items() if judge in self._stages]
        self.ready: list[pulumi.Resource] = []
        self.lifecycle = self._lifecycle()
        self.finish({})

    def _lifecycle(self) -> list[LifecycleHook]:
        if not self._stages:
            return []
        asked: Mapping[Judge, Function] = dict(zip(Judge, [self._args.gate.function, *self.functions], strict=True))
        role = self._role(asked)
        questions = [
            question(at, function_arn=asked[judge].arn, role_arn=role.arn) for judge, at in self._stages.items()
        ]
        settings = self._args.settings
        return [*questions, *pauses(settings.approval, settings.approval_timeout)]

    def _role(self, asked: Mapping[Judge, Function]) -> aws.iam.Role:
        name = self.named("hooks")
        role = aws.iam.Role(
            name, assume_role_policy=ecs_infrastructure_trust(), tags=self.tags(name), opts=self.options()
        )
        policy = rendered(invoke_hooks, function_arns=[function.arn for function in asked.values()])
        self.ready = [aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=self.options())]
        return role

    def _smoke(self) -> Function:
        base, listener = self._args.base, self._args.listener
        authority = {"certificate_authority": listener.authority} if listener.authority else {}
        environment = SmokeSettings.render(
            **base.environment(),
            load_balancer_host=listener.host,
            domain=listener.domain,
            test_port=str(TEST_LISTENER_PORT),
            plain_port=str(HTTP_PORT),
            **authority,
        )
        return release_function(
            self.named(Judge.SMOKE),
            base,
            ReleaseFunctionArgs(
                description="Tests green at the test listener",
                command=SMOKE_HANDLER,
                environment=environment,
                statements=base.statements(),
                network=self._args.testing,
                timeout=SMOKE_TIMEOUT,
                failure=hook_failure(
                    "The tests of green failed themselves: the deployment goes back before people reach it"
                ),
            ),
            self.options(),
        )

    def _traffic(self) -> Function:
        base = self._args.base
        return release_function(
            self.named(Judge.TRAFFIC),
            base,
            ReleaseFunctionArgs(
                description="Judges green by the requests of people",
                command=TRAFFIC_HANDLER,
                environment=self._limits(),
                statements=together(base.statements(), list(deployment_traffic())),
                network=self._args.reading,
                timeout=TRAFFIC_TIMEOUT,
                failure=hook_failure("The judgement of green's traffic failed itself: the deployment goes back"),
            ),
            self.options(),
        )

    def _limits(self) -> dict[str, pulumi.Input[str]]:
        settings = self._args.settings
        return TrafficSettings.render(
            **self._args.base.environment(),
            error_percent=str(settings.error_percent),
            minimum_requests=str(settings.minimum_requests),
            when_inconclusive=settings.when_inconclusive.value,
            observation_minutes=minutes(settings.observation),
            extended_minutes=minutes(settings.extended_observation),
            baseline_minutes=minutes(settings.baseline),
            latency_factor=str(settings.latency_factor),
            latency_floor_seconds=str(settings.latency_floor),
            slow_minutes=str(settings.slow_minutes),
        )
