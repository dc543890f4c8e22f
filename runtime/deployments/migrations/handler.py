"""The migrations function's door: a step's name and the progress in, the progress out. The state machine calls it."""

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from runtime.common.aws import Clients
from runtime.common.clock import Clock
from runtime.common.errors import OperationError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.common.postgres import Tls
from runtime.deployments.migrations.errors import MigrationInputError
from runtime.deployments.migrations.progress import Progress
from runtime.deployments.migrations.settings import MigrationSettings
from runtime.deployments.migrations.steps import STEPS
from runtime.deployments.migrations.tools import Tools


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str


def handle(event: object, context: Context) -> dict[str, Any]:
    """Do one step: `{"step": <name>, "progress": {…}}`. Returns the progress, or error and cause after "conclude".

    Raises OperationError with no secret in it; its name is what the state machine catches.
    """
    clock, redactor = Clock(), Redactor()
    log = JsonLog(sys.stdout, clock, redactor, {"function": "migrations", "request_id": context.aws_request_id})
    try:
        answer = run(event, _tools(clock, redactor))
    except OperationError as error:
        raise _failed(log, redactor, error) from None
    except Exception as error:  # noqa: BLE001  # whatever it is, its text is masked before Lambda logs it
        raise _failed(log, redactor, UnexpectedError(f"{type(error).__name__}: {error}")) from None
    log.info("step done", step=_members(event).get("step"), answer=answer)
    return answer


def run(event: object, tools: Tools) -> dict[str, Any]:
    """What `handle` does, with everything handed in."""
    members = _members(event)
    step = STEPS.get(str(members.get("step")))
    if step is None:
        raise MigrationInputError(f"The step is one of {', '.join(STEPS)}, and not {members.get('step')!r}.")
    answer = step(Progress.parse(members.get("progress")), tools)
    return answer.document() if isinstance(answer, Progress) else dict(answer)


def _members(event: object) -> Mapping[str, Any]:
    return event if isinstance(event, Mapping) else {}


def _tools(clock: Clock, redactor: Redactor) -> Tools:
    tls = Tls.verified()
    tls.check()
    return Tools(
        settings=MigrationSettings.from_environment(),
        aws=Clients(),
        clock=clock,
        tls=tls,
        redactor=redactor,
    )


def _failed(log: JsonLog, redactor: Redactor, error: OperationError) -> OperationError:
    text = redactor.text(str(error))
    log.error("step failed", error=type(error).__name__, message=text)
    error.args = (text,)
    return error
