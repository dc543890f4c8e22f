"""Event source mappings poll their SQS queues, in batches, as long as they exist and are enabled.

moto invokes the function inside SendMessage, one message at a time with made-up attributes, and goes on after the mapping
was deleted. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

import json
import logging
import threading
from typing import Any

from moto.awslambda.utils import get_backend
from moto.sqs.models import Queue

from sandbox.cloud import clients
from sandbox.cloud.functions.delivery import find
from sandbox.cloud.functions.invocation import InvocationError, ThrottledError, invoke
from sandbox.home import ACCOUNT_ID, REGION, Home

LOG = logging.getLogger(__name__)
INTERVAL = 0.25
# SQS hands out at most ten messages at a time; larger batches need a batching window on AWS, too.
RECEIVE_LIMIT = 10
_ended = threading.Event()


def install(home: Home) -> None:
    """Start the poller and take moto's own delivery away."""
    # A mapping that moto stores in the queue invokes inside SendMessage: whatever is stored is not kept.
    Queue.lambda_event_source_mappings = property(lambda _: {}, lambda _, __: None)  # type: ignore[assignment]  # no attribute of the class
    threading.Thread(target=_poll, args=(home,), daemon=True, name="event source mappings").start()


def shut_down() -> None:
    """End the poller."""
    _ended.set()


def _poll(home: Home) -> None:
    busy: dict[str, threading.Thread] = {}
    while not _ended.wait(INTERVAL):
        for mapping in list(get_backend(ACCOUNT_ID, REGION)._event_source_mappings.values()):  # noqa: SLF001 - no accessor
            free = mapping.uuid not in busy or not busy[mapping.uuid].is_alive()
            if mapping.enabled and free and ":sqs:" in mapping.event_source_arn:
                busy[mapping.uuid] = threading.Thread(target=_turn, args=(home, mapping), daemon=True)
                busy[mapping.uuid].start()


def _turn(home: Home, mapping: Any) -> None:
    """Receive one batch and hand it over; what is not deleted becomes visible again after the queue's timeout."""
    try:
        sqs = clients.client("sqs")
        url = sqs.get_queue_url(QueueName=mapping.event_source_arn.rsplit(":", 1)[1])["QueueUrl"]
        messages = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(mapping.batch_size, RECEIVE_LIMIT),
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        function = find(mapping.function_arn) if messages else None
        if function is None:
            return
        event = {"Records": [_record(message, mapping.event_source_arn) for message in messages]}
        done = _handled(home, function, mapping, event)
        for message in messages:
            if message["MessageId"] in done:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    except Exception:
        LOG.exception("the event source mapping %s of %s broke", mapping.uuid, mapping.event_source_arn)


def _handled(home: Home, function: Any, mapping: Any, event: dict[str, Any]) -> set[str]:
    """The ids of the messages that the function dealt with."""
    everything = {record["messageId"] for record in event["Records"]}
    try:
        answer = invoke(home, function, json.dumps(event).encode())
    except (InvocationError, ThrottledError) as error:
        LOG.warning("%s could not be invoked: %s", function.function_name, error)
        return set()
    if answer.failed:
        return set()
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []):
        return everything
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: a malformed answer fails the batch.
    try:
        failures = (json.loads(answer.payload) or {}).get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (AttributeError, KeyError, TypeError):
        return set()
    return everything - failed if failed <= everything else set()


def _record(message: dict[str, Any], queue_arn: str) -> dict[str, Any]:
    attributes = {
        name: {
            "dataType": value["DataType"],
            "stringValue": value.get("StringValue"),
            "stringListValues": [],
            "binaryListValues": [],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
