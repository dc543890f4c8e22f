"""Every way into a function ends in the same real invocation."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.cloud.support import Functions

Seen = tuple[str, Callable[[], Any]]
Aws = Callable[[str], Any]


@pytest.fixture
def name() -> str:
    return f"n-{uuid4().hex[:8]}"


def permit(aws: Aws, function: str, principal: str, source: str) -> None:
    aws("lambda").add_permission(
        FunctionName=function,
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal=principal,
        SourceArn=source,
    )


def test_a_topic_reaches_a_function_that_permits_it_and_no_other(aws: Aws, seen: Seen, name: str) -> None:
    function, wait = seen
    sns = aws("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    sns.publish(TopicArn=topic, Message="too early: no permission")
    permit(aws, function, "sns.amazonaws.com", topic)
    attributes = {"kind": {"DataType": "String", "StringValue": "alarm"}}
    sent = sns.publish(TopicArn=topic, Message="hello", Subject="subject", MessageAttributes=attributes)
    (record,) = wait()["Records"]
    assert (record["EventSource"], record["Sns"]["TopicArn"]) == ("aws:sns", topic)
    assert (record["Sns"]["Message"], record["Sns"]["Subject"]) == ("hello", "subject")
    assert record["Sns"]["MessageId"] == sent["MessageId"]
    assert record["Sns"]["MessageAttributes"] == {"kind": {"Type": "String", "Value": "alarm"}}


def test_a_queue_hands_over_batches_until_its_mapping_is_deleted(aws: Aws, seen: Seen, name: str) -> None:
    function, wait = seen
    sqs = aws("sqs")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": str(n), "MessageBody": f"m{n}"} for n in range(3)])
    mapping = aws("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=function)["UUID"]
    records = wait()["Records"]
    assert [record["body"] for record in records] == ["m0", "m1", "m2"]
    assert {record["eventSourceARN"] for record in records} == {arn}
    aws("lambda").delete_event_source_mapping(UUID=mapping)
    time.sleep(1)
    sqs.send_message(QueueUrl=queue, MessageBody="unread")
    time.sleep(1)
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "unread"


def test_only_the_failed_messages_of_a_batch_come_back(aws: Aws, functions: Functions, name: str) -> None:
    source = """
def handle(event, context):
    failed = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": i} for i in failed]}
"""
    sqs = aws("sqs")
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:123456789012:{name}-dead", "maxReceiveCount": 1}
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)}
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": body, "MessageBody": body} for body in ("good", "bad")])
    aws("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:us-east-1:123456789012:{name}",
        FunctionName=functions.make(source),
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    bodies: list[str] = []
    for _ in range(15):
        bodies += [m["Body"] for m in sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=1).get("Messages", [])]
        if bodies:
            break
    assert bodies == ["bad"]


def test_a_rule_reaches_its_function_with_the_event_that_matches(aws: Aws, seen: Seen, name: str) -> None:
    function, wait = seen
    events = aws("events")
    rule = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "f", "Arn": function}])
    permit(aws, function, "events.amazonaws.com", rule)
    events.put_events(
        Entries=[
            {"Source": "other", "DetailType": "d", "Detail": '{"n": 1}'},
            {"Source": name, "DetailType": "d", "Detail": '{"n": 2}'},
        ]
    )
    event = wait()
    assert (event["source"], event["detail-type"], event["detail"]) == (name, "d", {"n": 2})


def test_a_disabled_rule_reaches_nothing(aws: Aws, seen: Seen, name: str) -> None:
    function, wait = seen
    events = aws("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}), State="DISABLED")
    events.put_targets(Rule=name, Targets=[{"Id": "f", "Arn": function, "Input": '{"n": "chosen"}'}])
    permit(aws, function, "events.amazonaws.com", f"arn:aws:events:us-east-1:123456789012:rule/{name}")
    entry = {"Source": name, "DetailType": "d", "Detail": "{}"}
    events.put_events(Entries=[entry])
    events.put_targets(Rule=name, Targets=[{"Id": "f", "Arn": function, "Input": '{"n": "enabled"}'}])
    events.enable_rule(Name=name)
    events.put_events(Entries=[entry])
    assert wait() == {"n": "enabled"}


def test_a_schedule_invokes_its_function_in_real_time(aws: Aws, seen: Seen, role: str, name: str) -> None:
    function, wait = seen
    # A moment that is over before both schedules exist would start nothing: a busy machine takes seconds for that.
    at = (datetime.now(UTC) + timedelta(seconds=10)).strftime("at(%Y-%m-%dT%H:%M:%S)")
    target = {"Arn": function, "RoleArn": role, "Input": '{"by": "<aws.scheduler.schedule-arn>"}'}
    arguments = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": at}
    disabled = {**target, "Input": '{"by": "a disabled schedule"}'}
    aws("scheduler").create_schedule(Name=f"{name}-off", Target=disabled, State="DISABLED", **arguments)
    made = aws("scheduler").create_schedule(Name=name, Target=target, **arguments)
    assert wait() == {"by": made["ScheduleArn"]}


def test_a_rate_begins_at_once_and_a_changed_schedule_keeps_its_new_input(
    aws: Aws, seen: Seen, role: str, name: str
) -> None:
    function, wait = seen
    scheduler = aws("scheduler")
    arguments = {"Name": name, "FlexibleTimeWindow": {"Mode": "OFF"}}
    target = {"Arn": function, "RoleArn": role, "Input": '"first"'}
    scheduler.create_schedule(ScheduleExpression="rate(1 day)", Target=target, **arguments)
    assert wait() == "first"
    # A moment that is over before both schedules exist would start nothing: a busy machine takes seconds for that.
    at = (datetime.now(UTC) + timedelta(seconds=10)).strftime("at(%Y-%m-%dT%H:%M:%S)")
    scheduler.update_schedule(ScheduleExpression=at, Target={**target, "Input": '"second"'}, **arguments)
    assert wait() == "second"


def test_a_bad_schedule_is_refused_and_changes_nothing(aws: Aws, role: str, name: str) -> None:
    scheduler = aws("scheduler")
    target = {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "RoleArn": role}
    arguments = {"Name": name, "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    with pytest.raises(ClientError, match="Invalid Schedule Expression"):
        scheduler.create_schedule(ScheduleExpression="cron(0 3 * * * *)", **arguments)
    scheduler.create_schedule(ScheduleExpression="cron(0 3 * * ? *)", **arguments)
    with pytest.raises(ClientError, match="Invalid Schedule Expression"):
        scheduler.update_schedule(ScheduleExpression="cron(0 3 * * * *)", **arguments)
    assert scheduler.get_schedule(Name=name)["ScheduleExpression"] == "cron(0 3 * * ? *)"


def test_a_state_machine_runs_functions_and_catches_their_errors(
    aws: Aws, functions: Functions, role: str, name: str
) -> None:
    fine = functions.make("def handle(event, context): return {'n': event['n'] + 1}")
    bad = functions.make("def handle(event, context): raise LookupError('gone')")
    catch = [{"ErrorEquals": ["LookupError"], "Next": "Mend", "ResultPath": "$.error"}]
    states = {
        "Add": {"Type": "Task", "Resource": fine, "Next": "Fail"},
        "Fail": {"Type": "Task", "Resource": bad, "Catch": catch, "End": True},
        "Mend": {"Type": "Pass", "End": True},
    }
    machines = aws("stepfunctions")
    definition = json.dumps({"StartAt": "Add", "States": states})
    machine = machines.create_state_machine(name=name, roleArn=role, definition=definition)["stateMachineArn"]
    run = machines.start_execution(stateMachineArn=machine, input='{"n": 1}')["executionArn"]
    deadline = time.monotonic() + 30
    while (ended := machines.describe_execution(executionArn=run))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution does not end"
        time.sleep(0.2)
    output = json.loads(ended["output"])
    assert (ended["status"], output["n"], output["error"]["Error"]) == ("SUCCEEDED", 2, "LookupError")
