"""What every function is watched by."""

from datetime import timedelta

import pulumi

from infra.operations.alarms.model import Alarm, Comparison, Group, Missing, metric
from infra.operations.severity import Severity

# Functions run seldom: one failure is a failure.
_PERIOD = timedelta(minutes=5)
# An error bears the time at which its call began (Lambda Developer Guide, "Types of metrics"), and a call may take a quarter of an
# hour (Lambda quotas): an alarm that looks at the newest period alone would miss a timeout.
_LONGEST_CALL = timedelta(minutes=15)


def function_alarms(
    what: str, *, function_name: pulumi.Input[str], queue_name: pulumi.Input[str], severity: Severity, runbook: str
) -> list[Alarm]:
    """Alarms on a function's errors (its timeouts count among them), on throttled calls and on its dead letters.

    `what` says what a failure means; `runbook` is the one for its errors.
    """
    return [
        Alarm(
            name="errors",
            severity=severity,
            group=Group.FUNCTIONS,
            summary=what,
            signal=metric("AWS/Lambda", "Errors", FunctionName=function_name),
            comparison=Comparison.AT_LEAST,
            threshold=1,
            period=_PERIOD,
            periods=_LONGEST_CALL // _PERIOD + 1,
            datapoints=1,
            # A function that did not run has no errors; that it ought to have run is another alarm's business.
            missing=Missing.FINE,
            runbook=runbook,
        ),
        Alarm(
            name="throttles",
            severity=Severity.WARNING,
            group=Group.FUNCTIONS,
            summary="Lambda refused to start the function: its concurrency or the account's is used up",
            signal=metric("AWS/Lambda", "Throttles", FunctionName=function_name),
            comparison=Comparison.AT_LEAST,
            threshold=1,
            period=_PERIOD,
            # A second call beside a long one is refused and tried again; refused for a quarter of an hour is trouble.
            periods=3,
            missing=Missing.FINE,
            runbook="function-throttled",
        ),
        Alarm(
            name="dead-letters",
            severity=severity,
            group=Group.FUNCTIONS,
            summary="An event failed at every attempt and waits in the function's dead-letter queue",
            signal=metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=queue_name),
            comparison=Comparison.AT_LEAST,
            threshold=1,
            period=_PERIOD,
            periods=1,
            # SQS stops reporting on a queue that nobody used for six hours.
            missing=Missing.FINE,
            runbook="function-dead-letters",
        ),
    ]
