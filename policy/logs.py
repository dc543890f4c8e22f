"""Logs and metrics are kept as long as asked, under a key, and an alarm tells somebody."""

from policy.model import Control, Resource, Standard, house
from policy.rules import below, checker, in_production, missing, rule, unless, when

KEPT = Control(
    "CloudWatch.16", "CloudWatch log groups should be retained for a specified time period", Standard.SECURITY_HUB
)
TELLS = Control("CloudWatch.15", "CloudWatch alarms should have specified actions configured", Standard.SECURITY_HUB)
ACTIVE = Control("CloudWatch.17", "CloudWatch alarm actions should be activated", Standard.SECURITY_HUB)
MACHINES_LOGGED = Control("StepFunctions.1", "Step Functions state machines should have logging turned on")
ENDS = house(
    "logs-end",
    "Log groups say how long they are kept",
    "without retention a log group keeps, and costs, for ever",
)
ENCRYPTED = house(
    "logs-under-a-key",
    "Log groups and metric workspaces are encrypted with a key of the stack",
    "logs repeat what the stores hold, so they are kept as the stores are; Security Hub has no control on it",
)

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARMS = {"aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"}
WORKSPACE = "aws:amp/workspace:Workspace"
STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"
# The defaults of CloudWatch.16 (minRetentionTime), in days.
LEAST_RETENTION = 365


def _ends_too_soon(group: Resource) -> bool:
    # 0 is for ever: ENDS speaks of it.
    return bool(group.get("retentionInDays")) and below("retentionInDays", LEAST_RETENTION)(group)


check = checker(
    [
        rule(LOG_GROUP, ENDS, missing("retentionInDays"), "is kept for ever", "Set retention_in_days"),
        rule(LOG_GROUP, ENCRYPTED, missing("kmsKeyId"), "is not encrypted with a key of the stack", "Set kms_key_id"),
        in_production(
            LOG_GROUP,
            KEPT,
            _ends_too_soon,
            f"is kept for less than {LEAST_RETENTION} days",
            "Set retention_in_days to 365 or more",
        ),
        rule(WORKSPACE, ENCRYPTED, missing("kmsKeyArn"), "is not encrypted with a key of the stack", "Set kms_key_arn"),
        rule(ALARMS, TELLS, missing("alarmActions"), "tells nobody", "Set alarm_actions to the topic of its severity"),
        rule(
            ALARMS,
            ACTIVE,
            when("actionsEnabled", False),
            "has its actions switched off",
            "Set actions_enabled=True; mute an alarm with an AlarmMuteRule",
        ),
        rule(
            STATE_MACHINE,
            MACHINES_LOGGED,
            unless("loggingConfiguration.level", "ALL", "ERROR", "FATAL"),
            "keeps no log",
            "Set logging_configuration with a log group and a level",
        ),
    ]
)
