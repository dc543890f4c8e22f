"""What starts a function by the clock."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.document import rendered
from infra.iam.functions import invoke_policy
from infra.iam.trust import trust

# After this the next regular run is nearer than another try.
MAXIMUM_EVENT_AGE_SECONDS = 3600
MAXIMUM_RETRIES = 3


@dataclass(frozen=True, kw_only=True)
class FunctionScheduleArgs:
    """What a schedule is made from."""

    account_id: str
    description: str
    expression: str
    function_arn: pulumi.Input[str]
    queue_arn: pulumi.Input[str]
    messages_key_arn: pulumi.Input[str]
    event: dict[str, str]


class FunctionSchedule(Component):
    """Produces a schedule (UTC) that invokes a function with a fixed event, and the role that may do just that.

    What it could not hand over within its retries goes to the queue.
    """

    room = "operations"

    def __init__(self, name: str, args: FunctionScheduleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        role_name = self.named("schedule")
        role = aws.iam.Role(
            role_name,
            assume_role_policy=trust("scheduler.amazonaws.com", args.account_id),
            tags=self.tags(role_name),
            opts=self.options(),
        )
        policy = aws.iam.RolePolicy(
            role_name,
            role=role.name,
            policy=rendered(
                invoke_policy,
                function_arn=args.function_arn,
                queue_arn=args.queue_arn,
                messages_key_arn=args.messages_key_arn,
            ),
            opts=self.options(),
        )
        self.schedule = aws.scheduler.Schedule(
            name,
            description=args.description,
            schedule_expression=args.expression,
            schedule_expression_timezone="UTC",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            state="ENABLED",
            target=aws.scheduler.ScheduleTargetArgs(
                arn=args.function_arn,
                role_arn=role.arn,
                input=json.dumps(args.event),
                dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=args.queue_arn),
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_event_age_in_seconds=MAXIMUM_EVENT_AGE_SECONDS, maximum_retry_attempts=MAXIMUM_RETRIES
                ),
            ),
            opts=self.options(depends_on=[policy]),
        )
        self.finish({"scheduleArn": self.schedule.arn})
