"""The watch on deployments: a function, woken by ECS's events and by a schedule."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered_statements
from infra.iam.releases import roll_back
from infra.operations.functions import Function, FunctionNetwork
from infra.operations.schedules import FunctionSchedule, FunctionScheduleArgs
from infra.releases.base import (
    ReleaseBase,
    ReleaseFunctionArgs,
    hook_failure,
    minutes,
    release_function,
    together,
)
from infra.settings import VerdictSettings
from runtime.deployments.watch.settings import WatchSettings

HANDLER = "runtime.deployments.watch.handler.handle"
# Whether or not the events come, a rollback is told and a deadline held with a delay of this at most.
SCHEDULE = "rate(2 minutes)"
# Two looks never meet.
TIMEOUT = timedelta(seconds=100)
EVENT = "ECS Deployment State Change"


@dataclass(frozen=True, kw_only=True)
class DeploymentWatchArgs:
    """What the watch is made from."""

    base: ReleaseBase
    settings: VerdictSettings
    network: FunctionNetwork


class DeploymentWatch(Component):
    """Produces the function, the rule on ECS's events of the one service, and the schedule."""

    room = "releases"

    def __init__(self, name: str, args: DeploymentWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.function = self._function()
        self._events()
        self._schedule()
        self.finish({"functionArn": self.function.arn})

    def _function(self) -> Function:
        args = self._args
        environment = WatchSettings.render(
            **args.base.environment(),
            service_arn=args.base.service_arn,
            scale_up_minutes=minutes(args.settings.scale_up_deadline),
        )
        return release_function(
            self.component_name,
            args.base,
            ReleaseFunctionArgs(
                description="Watches deployments: tells of rollbacks, gives up a green that never becomes healthy",
                command=HANDLER,
                environment=environment,
                statements=together(
                    args.base.statements(), rendered_statements(roll_back, service_arn=args.base.service_arn)
                ),
                network=args.network,
                timeout=TIMEOUT,
                failure=hook_failure(
                    "Deployments are not watched: nobody is told of a rollback, and a green that hangs is not given up"
                ),
            ),
            self.options(),
        )

    def _events(self) -> None:
        name, function = self.component_name, self.function
        pattern = pulumi.Output.from_input(self._args.base.service_arn).apply(
            lambda arn: json.dumps({"source": ["aws.ecs"], "detail-type": [EVENT], "resources": [arn]})
        )
        rule = aws.cloudwatch.EventRule(
            name,
            description="A deployment of the application's service begins, ends or goes back",
            event_pattern=pattern,
            tags=self.tags(name),
            opts=self.options(),
        )
        permission = aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=function.name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=self.options(),
        )
        aws.cloudwatch.EventTarget(name, rule=rule.name, arn=function.arn, opts=self.options(depends_on=[permission]))

    def _schedule(self) -> None:
        platform = self._args.base.platform
        args = FunctionScheduleArgs(
            account_id=platform.stack.account_id,
            description="Looks at the application's deployments, whether or not an event came",
            expression=SCHEDULE,
            function_arn=self.function.arn,
            queue_arn=self.function.queue_arn,
            messages_key_arn=platform.messages_key_arn,
            event={},
        )
        FunctionSchedule(self.component_name, args, self.options())
