import json
from typing import Any

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Contract, Drift
from tests.sandbox.provider.types.test_identity import new_role
from tests.sandbox.provider.types.test_messaging import new_queue

SCHEDULE = {"Name": "{name}", "GroupName": "{groupName}"}
RULE = {"Name": "{id}"}
MACHINE = {"stateMachineArn": "{id}"}
TARGETS = {"Rule": "{rule}"}


def machine(end: str) -> str:
    return json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": end, "End": True}}})


def schedule(bench: Bench) -> dict[str, Any]:
    return {
        "description": "nightly",
        "scheduleExpression": "cron(0 3 * * ? *)",
        "scheduleExpressionTimezone": "Europe/Berlin",
        "flexibleTimeWindow": {"mode": "OFF"},
        "startDate": "2031-01-01T00:00:00Z",
        "target": {
            "arn": new_queue(bench),
            "roleArn": new_role(bench, "scheduler")["Arn"],
            "input": '{"kind": "full"}',
            "retryPolicy": {"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 3600},
        },
    }


def a_rule(bench: Bench) -> str:
    name = bench.unique("rule")
    bench.client("events").put_rule(Name=name, ScheduleExpression="rate(1 hour)")
    return name


def state_machine(bench: Bench) -> dict[str, Any]:
    return {
        "definition": machine("one"),
        "roleArn": new_role(bench, "states")["Arn"],
        "loggingConfiguration": {
            "level": "ERROR",
            "includeExecutionData": False,
            "logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:/jobr/machine:*",
        },
        "tags": {"a": "b"},
    }


class TestEvents(Contract):
    CASES = (
        Case(
            "aws:scheduler/schedule:Schedule",
            given=schedule,
            look=Call("get_schedule", SCHEDULE),
            shown={
                "ScheduleExpression": "cron(0 3 * * ? *)",
                "Target.RetryPolicy.MaximumRetryAttempts": 2,
                "State": "ENABLED",
            },
            outputs={"arn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/{name}", "groupName": "default"},
            changes=(
                Change(
                    "scheduleExpression",
                    "rate(6 hours)",
                    {"ScheduleExpression": "rate(6 hours)", "Description": "nightly"},
                ),
                Change("description", None, {"Description": None}),
                Change("state", "DISABLED", {"State": "DISABLED"}),
                Change(
                    "flexibleTimeWindow",
                    {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15},
                    {"FlexibleTimeWindow.Mode": "FLEXIBLE"},
                ),
            ),
            replaces={"name": "other", "groupName": "other"},
            drift=(
                Drift(
                    Call(
                        "update_schedule",
                        {
                            **SCHEDULE,
                            "ScheduleExpression": "rate(1 hour)",
                            "FlexibleTimeWindow": {"Mode": "OFF"},
                            "Target": {
                                "Arn": "arn:aws:sqs:us-east-1:123456789012:q",
                                "RoleArn": "arn:aws:iam::123456789012:role/r",
                            },
                        },
                    ),
                    "scheduleExpression",
                    "rate(1 hour)",
                ),
            ),
            vanish=Call("delete_schedule", SCHEDULE),
        ),
        Case(
            "aws:cloudwatch/eventRule:EventRule",
            given=lambda _: {"scheduleExpression": "rate(1 hour)", "description": "d", "tags": {"a": "b"}},
            look=Call("describe_rule", RULE),
            shown={"ScheduleExpression": "rate(1 hour)", "State": "ENABLED", "Description": "d"},
            outputs={"arn": "arn:aws:events:us-east-1:123456789012:rule/{name}"},
            changes=(
                Change(
                    "scheduleExpression", "rate(2 hours)", {"ScheduleExpression": "rate(2 hours)", "Description": "d"}
                ),
                Change("state", "DISABLED", {"State": "DISABLED"}),
                Change(
                    "tags",
                    {"a": "c"},
                    {"Tags": [{"Key": "a", "Value": "c"}]},
                    look=Call("list_tags_for_resource", {"ResourceARN": "{arn}"}),
                ),
            ),
            replaces={"name": "other"},
            drift=(Drift(Call("disable_rule", RULE), "state", "DISABLED"),),
            vanish=Call("delete_rule", RULE),
        ),
        Case(
            "aws:cloudwatch/eventTarget:EventTarget",
            given=lambda bench: {
                "rule": a_rule(bench),
                "arn": new_queue(bench),
                "input": '{"a": 1}',
                "retryPolicy": {"maximumRetryAttempts": 2},
            },
            look=Call("list_targets_by_rule", TARGETS, at="Targets[0]"),
            shown={"Id": "{targetId}", "Arn": "{arn}", "Input": '{"a": 1}', "RetryPolicy.MaximumRetryAttempts": 2},
            changes=(Change("input", '{"a": 2}', {"Input": '{"a": 2}', "Arn": "{arn}"}),),
            replaces={"rule": "other", "targetId": "other"},
            drift=(
                Drift(
                    Call("put_targets", {**TARGETS, "Targets": [{"Id": "{targetId}", "Arn": "{arn}", "Input": "{}"}]}),
                    "input",
                    "{}",
                ),
            ),
            vanish=Call("remove_targets", {**TARGETS, "Ids": ["{targetId}"]}),
        ),
        Case(
            "aws:sfn/stateMachine:StateMachine",
            given=state_machine,
            look=Call("describe_state_machine", MACHINE),
            shown={
                "definition": machine("one"),
                "type": "STANDARD",
                "loggingConfiguration.destinations[0].cloudWatchLogsLogGroup.logGroupArn": (
                    "arn:aws:logs:us-east-1:123456789012:log-group:/jobr/machine:*"
                ),
            },
            outputs={"arn": "arn:aws:states:us-east-1:123456789012:stateMachine:{name}", "status": "ACTIVE"},
            changes=(
                Change("definition", machine("two"), {"definition": machine("two")}),
                Change("tracingConfiguration", {"enabled": True}, {"tracingConfiguration.enabled": True}),
                Change(
                    "tags",
                    {"a": "c"},
                    {"tags": [{"key": "a", "value": "c"}]},
                    look=Call("list_tags_for_resource", {"resourceArn": "{id}"}),
                ),
            ),
            replaces={"name": "other", "type": "EXPRESS"},
            drift=(
                Drift(
                    Call("update_state_machine", {**MACHINE, "definition": machine("x")}), "definition", machine("x")
                ),
            ),
            vanish=Call("delete_state_machine", MACHINE),
        ),
    )
