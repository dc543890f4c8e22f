"""The archiver's doors: a function that archives for as long as it may, and what the task uses."""

import sys
from threading import Event, Timer
from typing import Any, Protocol

from runtime.common.aws import s3_client, secrets_manager_client
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import OperationError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.common.postgres import Tls
from runtime.wal.settings import WalSettings
from runtime.wal.work import WAITING_REMEDY, Tools, Work

# Storing the last segments and parting from the server takes a few calls to S3.
STOP_BEFORE_TIMEOUT_SECONDS = 20
# The invocation before this one may end a little after this one began.
WAIT_SECONDS = 60


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the process."""


def tools(name: str) -> Tools:
    """What both doors reach out to; `name` stands in every line of the log."""
    clock, redactor = Clock(), Redactor()
    log = JsonLog(sys.stdout, clock, redactor, {"function": "wal", "run": name})
    return Tools(s3_client(), secrets_manager_client(), Tls.verified(), clock, redactor, log)


def handle(_event: object, context: Context) -> dict[str, Any]:
    """Archive until the function's time is nearly over, then part in order; the next invocation goes on.

    Returns position (as an integer), segments and stored_bytes. Raises OperationError with no secret in it.
    """
    around = tools(context.aws_request_id)
    seconds = context.get_remaining_time_in_millis() / 1000
    stop = Event()
    # A short timeout keeps half of itself.
    timer = Timer(max(seconds - STOP_BEFORE_TIMEOUT_SECONDS, seconds / 2), stop.set)
    timer.daemon = True
    timer.start()
    try:
        work = Work(WalSettings.from_environment(), around)
        progress = work.once(stop, Deadline.within(around.clock, min(WAIT_SECONDS, seconds / 2), WAITING_REMEDY))
    except OperationError as error:
        raise _failed(around, error) from None
    except Exception as error:  # noqa: BLE001  # whatever it is, its text is masked before Lambda logs it
        raise _failed(around, UnexpectedError(f"{type(error).__name__}: {error}")) from None
    finally:
        timer.cancel()
    return {"position": progress.position, "segments": progress.segments, "stored_bytes": progress.stored_bytes}


def _failed(around: Tools, error: OperationError) -> OperationError:
    text = around.redactor.text(str(error))
    around.log.error("archiver failed", error=type(error).__name__, message=text)
    error.args = (text,)
    return error
