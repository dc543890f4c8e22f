"""The outcome's door: the deployment itself calls it, once the service is updated."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from runtime.common.clock import Deadline
from runtime.common.errors import OperationError, SettingsError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.deployments.hearing import Tools
from runtime.deployments.outcome.judge import Judge
from runtime.deployments.outcome.newest import Service
from runtime.deployments.outcome.settings import OutcomeSettings
from runtime.deployments.records import Records

EVENT = '{"taskDefinition": "<ARN>"}'


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the process."""


def handle(event: object, context: Context) -> dict[str, Any]:
    """What became of the deployment of `{"taskDefinition": <ARN>}`.

    Raises OperationError, which fails `pulumi up`: its text is the verdict by which ECS went back.
    """
    return run(event, context, Tools(), time.sleep)


def run(event: object, context: Context, tools: Tools, pause: Callable[[float], None]) -> dict[str, Any]:
    """The same with the world handed in."""
    fields = {"function": "deployment-outcome", "request_id": context.aws_request_id}
    log = JsonLog(sys.stdout, tools.clock, Redactor(), fields)
    try:
        answer = _judge(context, tools, pause).outcome(task_definition_of(event))
    except OperationError as error:
        raise _told(log, error) from None
    except Exception as error:
        raise _told(log, UnexpectedError(f"{type(error).__name__}: {error}")) from error
    log.info("outcome", **answer)
    return answer


def task_definition_of(event: object) -> str:
    """The task definition that an event names. Raises SettingsError."""
    found = event.get("taskDefinition") if isinstance(event, Mapping) else None
    if not isinstance(found, str) or not found:
        raise SettingsError("The event is wrong (the deployment itself sends it)", [f"it must be {EVENT}"])
    return found


def _judge(context: Context, tools: Tools, pause: Callable[[float], None]) -> Judge:
    settings = OutcomeSettings.from_environment()
    clients = tools.clients
    return Judge(
        service=Service(clients.get("ecs"), settings.cluster, settings.service),
        records=Records(
            clients.get("s3"), settings.artifacts_bucket, settings.artifacts_kms_key_arn, settings.verdicts_prefix
        ),
        deadline=Deadline.within(tools.clock, context.get_remaining_time_in_millis() / 1000, "run `pulumi up` again"),
        pause=pause,
    )


def _told(log: JsonLog, error: OperationError) -> OperationError:
    log.error("no good outcome", error=type(error).__name__, message=str(error))
    return error
