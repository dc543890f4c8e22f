"""Alarms; each names the runbook that says what to do."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component

RUNBOOKS = "docs/runbooks"


@dataclass(frozen=True, kw_only=True)
class FunctionErrorsAlarmArgs:
    """What the alarm is made from. `runbook` is a file's name in docs/runbooks without its ending."""

    function_name: pulumi.Input[str]
    topic_arn: pulumi.Input[str]
    period: timedelta
    what_failed: str
    runbook: str


class FunctionErrorsAlarm(Component):
    """Produces an alarm that goes off when a function ended in an error, or ran into its timeout, even once in the period."""

    room = "operations"

    def __init__(self, name: str, args: FunctionErrorsAlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        alarm_name = self.named("errors")
        alarm = aws.cloudwatch.MetricAlarm(
            alarm_name,
            alarm_description=f"{args.what_failed}. Runbook: {RUNBOOKS}/{args.runbook}.md",
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": args.function_name},
            statistic="Sum",
            period=int(args.period.total_seconds()),
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            # A function that did not run has no errors; that it ought to have run is another alarm's business.
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            tags=self.tags(alarm_name),
            opts=self.options(),
        )
        self.arn = alarm.arn
        self.name = alarm.name
        self.finish({"alarmArn": self.arn})
