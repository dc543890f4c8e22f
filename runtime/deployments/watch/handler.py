"""The watch's door: a schedule, and ECS's events on deployments, which only wake it earlier.

An event does not say which deployment it is about, and its name does not tell a beginning from a rollback (docs/deployment-stages.md,
Events). So whatever comes, ECS is asked how things stand.
"""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from runtime.common.errors import OperationError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.deployments.hearing import Tools
from runtime.deployments.watch.look import look
from runtime.deployments.watch.scene import Scene
from runtime.deployments.watch.settings import WatchSettings


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str


def handle(event: object, context: Context) -> dict[str, Any]:
    """Look at the service. Returns `done`, a list of sentences. Raises OperationError, which the function's alarm reports."""
    return run(event, context, Tools())


def run(event: object, context: Context, tools: Tools) -> dict[str, Any]:
    """The same with the world handed in."""
    log = JsonLog(
        sys.stdout, tools.clock, Redactor(), {"function": "deployment-watch", "request_id": context.aws_request_id}
    )
    try:
        done = look(Scene.of(WatchSettings.from_environment(), tools.clients, tools.clock))
    except OperationError as error:
        raise _failed(log, event, error) from None
    except Exception as error:  # whatever it is, the log says what the watch was woken by
        raise _failed(log, event, UnexpectedError(f"{type(error).__name__}: {error}")) from error
    log.info("looked", done=done, woken_by=_name(event))
    return {"done": done}


def _name(event: object) -> str:
    """What woke the watch, for the log."""
    detail = event.get("detail") if isinstance(event, Mapping) else None
    return str(detail.get("eventName", "schedule")) if isinstance(detail, Mapping) else "schedule"


def _failed(log: JsonLog, event: object, error: OperationError) -> OperationError:
    log.error("not everything was looked at", error=type(error).__name__, message=str(error), woken_by=_name(event))
    return error
