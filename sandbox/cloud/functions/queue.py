"""Asynchronous invocations: queued, tried again when they fail, and then handed to the dead-letter queue."""

import json
import logging
import threading
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sandbox.cloud import clients
from sandbox.cloud.functions.invocation import InvocationError, ThrottledError, invoke
from sandbox.home import Home

LOG = logging.getLogger(__name__)
# Seconds before the second and the third attempt. AWS waits one and two minutes:
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
RETRY_DELAYS = (1.0, 2.0)
# Throttled events wait and are tried again; on AWS for up to six hours.
THROTTLE_DELAY = 0.5
# Asynchronous functions that run at a time; the others wait their turn, as this machine has few processors.
PARALLEL = 8
_turn = threading.BoundedSemaphore(PARALLEL)
_ended = threading.Event()


def submit(home: Home, function: Any, event: bytes, client_context: str | None = None) -> str:
    """Queue an invocation of the function (moto's object); its request id."""
    request_id = str(uuid4())
    arguments = (home, function, event, request_id, client_context)
    threading.Thread(target=_work, args=arguments, daemon=True, name=f"invocation {request_id}").start()
    return request_id


def shut_down() -> None:
    """Give up what waits for its next attempt."""
    _ended.set()


def _work(home: Home, function: Any, event: bytes, request_id: str, client_context: str | None) -> None:
    configured = [c.config.get("MaximumRetryAttempts") for c in function.event_invoke_config]
    retries = next((number for number in configured if number is not None), len(RETRY_DELAYS))
    attempt = 0
    while not _ended.is_set():
        try:
            with _turn:
                answer = invoke(home, function, event, request_id, client_context)
            if not answer.failed:
                return
            error: Mapping[str, Any] = json.loads(answer.payload)
        except ThrottledError:
            _ended.wait(THROTTLE_DELAY)
            continue
        except InvocationError as problem:
            LOG.warning("the invocation %s of %s could not start: %s", request_id, function.function_name, problem)
            error = {"errorMessage": str(problem)}
        except Exception:
            LOG.exception("the invocation %s of %s broke", request_id, function.function_name)
            return
        if attempt >= retries:
            _bury(function, event, request_id, error)
            return
        _ended.wait(RETRY_DELAYS[attempt])
        attempt += 1


def _bury(function: Any, event: bytes, request_id: str, error: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq ."""
    target = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn", "")
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": str(error.get("errorMessage") or "none")[:1024]},
    }
    body = event.decode(errors="replace")
    try:
        if ":sqs:" in target:
            queue = clients.client("sqs").get_queue_url(QueueName=target.rsplit(":", 1)[1])["QueueUrl"]
            clients.client("sqs").send_message(QueueUrl=queue, MessageBody=body, MessageAttributes=attributes)
        elif ":sns:" in target:
            clients.client("sns").publish(TopicArn=target, Message=body, MessageAttributes=attributes)
    except Exception:
        LOG.exception("the dead letter of %s could not be sent to %s", function.function_name, target)
