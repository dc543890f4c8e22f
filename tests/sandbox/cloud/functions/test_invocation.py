import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from botocore.exceptions import ClientError

from sandbox.home import Home
from tests.sandbox.cloud.support import Functions, zipped


def failure(functions: Functions, source: str, **arguments: Any) -> dict[str, Any]:
    payload, answer = functions.invoke(functions.make(source, **arguments))
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert isinstance(payload, dict)
    return payload


def test_the_handler_gets_the_event_the_declared_environment_and_a_context(functions: Functions, cloud: Home) -> None:
    source = """
import os
def handle(event, context):
    return {"event": event, "environment": dict(os.environ), "id": context.aws_request_id,
            "name": context.function_name, "left": context.get_remaining_time_in_millis()}
"""
    arn = functions.make(source, Environment={"Variables": {"COLOUR": "green"}}, Timeout=20)
    payload, answer = functions.invoke(arn, {"a": [1, None]})
    environment = payload["environment"]
    assert payload["event"] == {"a": [1, None]}
    assert payload["id"] == answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    assert payload["name"] == arn.rsplit(":", 1)[1] == environment["AWS_LAMBDA_FUNCTION_NAME"]
    assert 10_000 < payload["left"] <= 20_000
    assert environment["COLOUR"] == "green"
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["PGSSLROOTCERT"] == str(cloud.certificate_authority)
    assert environment["PATH"].split(":")[0] == str(cloud.root / "image-bin")
    assert "PYTEST_CURRENT_TEST" not in environment


def test_an_exception_is_answered_with_its_type_message_and_trace(functions: Functions) -> None:
    error = failure(functions, "def handle(event, context):\n    raise KeyError('who')")
    assert (error["errorType"], error["errorMessage"]) == ("KeyError", "'who'")
    assert "app.py" in error["stackTrace"][0]


def test_a_function_that_takes_too_long_is_ended_with_its_children(functions: Functions, tmp_path: Path) -> None:
    mark = tmp_path / "child"
    source = f"""
import subprocess, time
def handle(event, context):
    child = subprocess.Popen(["sleep", "300"])
    open({str(mark)!r}, "w").write(str(child.pid))
    time.sleep(300)
"""
    error = failure(functions, source, Timeout=1)
    assert error["errorMessage"].endswith("Task timed out after 1.00 seconds")
    child = int(mark.read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("__import__('os')._exit(7)", "Runtime.ExitError", "exit status 7"),
        ("__import__('os')._exit(0)", "Runtime.ExitError", "without providing a reason"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "Runtime.ExitError", "signal: killed"),
        ("return object()", "Runtime.MarshalError", "not JSON serializable"),
        ("return 'x' * 7_000_000", "Function.ResponseSizeTooLarge", "6291556 bytes"),
    ],
)
def test_a_handler_that_ends_badly_is_answered_as_aws_does(
    functions: Functions, body: str, kind: str, message: str
) -> None:
    error = failure(functions, f"def handle(event, context):\n    {body}")
    assert error["errorType"] == kind
    assert message in error["errorMessage"]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import nothing_like_this", "Runtime.ImportModuleError"),
        ("def other(event, context): pass", "Runtime.HandlerNotFound"),
        ("def handle(:", "Runtime.UserCodeSyntaxError"),
    ],
)
def test_a_module_without_a_handler_is_answered_as_aws_does(functions: Functions, source: str, kind: str) -> None:
    assert failure(functions, source)["errorType"] == kind


def test_megabytes_of_output_reach_the_log_and_the_tail_is_its_end(
    functions: Functions, aws: Callable[[str], Any]
) -> None:
    source = (
        "def handle(event, context):\n    for n in range(20_000):\n        print(n, 'x' * 100)\n    print('the end')"
    )
    group = f"/declared/{uuid4().hex}"
    arn = functions.make(source, LoggingConfig={"LogGroup": group})
    _, answer = functions.invoke(arn, LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert len(tail) <= 4096
    assert "\nthe end\nEND RequestId: " in tail
    logs = aws("logs")
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)[
        "events"
    ]
    assert events[0]["message"].startswith("START RequestId: ")
    assert events[1]["message"] == "0 " + "x" * 100


def test_two_invocations_run_at_the_same_time(functions: Functions, tmp_path: Path) -> None:
    source = """
import pathlib, time
def handle(event, context):
    mine, other = (pathlib.Path(path) for path in event)
    mine.touch()
    while not other.exists():
        time.sleep(0.02)
    return "met"
"""
    arn = functions.make(source)
    paths = [str(tmp_path / "a"), str(tmp_path / "b")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda event: functions.invoke(arn, event)[0], [paths, paths[::-1]]))
    assert answers == ["met", "met"]


def test_requests_that_aws_refuses_are_refused(functions: Functions) -> None:
    arn = functions.make("def handle(event, context): pass")
    with pytest.raises(ClientError, match="RequestTooLargeException"):
        functions.client.invoke(FunctionName=arn, Payload=b'"' + b"x" * 6_291_456 + b'"')
    with pytest.raises(ClientError, match="RequestTooLargeException"):
        functions.client.invoke(FunctionName=arn, Payload=b'"' + b"x" * 1_048_576 + b'"', InvocationType="Event")
    with pytest.raises(ClientError, match="InvalidRequestContentException"):
        functions.client.invoke(FunctionName=arn, Payload=b"{")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        functions.client.invoke(FunctionName="nobody")


def test_reserved_concurrency_throttles(functions: Functions) -> None:
    arn = functions.make("def handle(event, context): pass")
    functions.client.put_function_concurrency(FunctionName=arn, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        functions.client.invoke(FunctionName=arn)


def test_a_dry_run_executes_nothing(functions: Functions, tmp_path: Path) -> None:
    arn = functions.make(f"def handle(event, context): open({str(tmp_path / 'ran')!r}, 'w')")
    answer = functions.client.invoke(FunctionName=arn, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert not (tmp_path / "ran").exists()


def test_new_code_is_what_runs_next(functions: Functions) -> None:
    arn = functions.make("def handle(event, context): return 'old'")
    assert functions.invoke(arn)[0] == "old"
    functions.client.update_function_code(FunctionName=arn, ZipFile=zipped("def handle(event, context): return 'new'"))
    assert functions.invoke(arn)[0] == "new"


def test_an_asynchronous_failure_is_tried_three_times_and_then_a_dead_letter(
    functions: Functions, aws: Callable[[str], Any], tmp_path: Path
) -> None:
    sqs = aws("sqs")
    name = f"dead-{uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    tries = tmp_path / "tries"
    source = f"def handle(event, context):\n    open({str(tries)!r}, 'a').write('x')\n    raise ValueError('never')"
    arn = functions.make(source, DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:123456789012:{name}"})
    answer = functions.client.invoke(FunctionName=arn, Payload=b'{"n": 1}', InvocationType="Event")
    assert answer["StatusCode"] == 202
    deadline = time.monotonic() + 60
    messages: list[Any] = []
    while not messages and time.monotonic() < deadline:
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2, MessageAttributeNames=["All"]).get(
            "Messages", []
        )
    assert messages[0]["Body"] == '{"n": 1}'
    assert messages[0]["MessageAttributes"]["ErrorMessage"]["StringValue"] == "never"
    assert tries.read_text() == "xxx"
