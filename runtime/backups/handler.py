"""The backup function's door: the event and the environment in, a result, a line of log and metrics out."""

import sys
from dataclasses import dataclass
from typing import Any, Protocol

from runtime.backups.backup import Backup, Surroundings, back_up
from runtime.backups.settings import NAMESPACE, BackupSettings
from runtime.common.aws import s3_client, secrets_manager_client
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import OperationError, UnexpectedError
from runtime.common.logging import JsonLog, Redactor
from runtime.common.metrics import Metric, Unit, embedded
from runtime.common.postgres import Tls

# Ending pg_dump, waiting for parts on their way and aborting the upload take at most three calls to S3.
STOP_BEFORE_TIMEOUT_SECONDS = 60
REMEDY = "give the function more memory (it gets CPU with it), or run the image as a Fargate task: python -m runtime.backups run"


class Context(Protocol):
    """What Lambda hands to a function beside the event."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the process."""


@dataclass(frozen=True)
class Run:
    """One invocation's own tools."""

    clock: Clock
    redactor: Redactor
    log: JsonLog
    started: float


def handle(_event: object, context: Context) -> dict[str, Any]:
    """Make one backup; the event does not matter, so a retry makes another one.

    Returns manifest_url, object_key, raw_bytes, compressed_bytes and seconds. Raises OperationError with no secret in it.
    """
    clock = Clock()
    seconds = context.get_remaining_time_in_millis() / 1000
    # A short timeout keeps a fifth of itself.
    deadline = Deadline.within(clock, max(seconds - STOP_BEFORE_TIMEOUT_SECONDS, seconds * 0.8), REMEDY)
    return run(clock, deadline, context.aws_request_id)


def run(clock: Clock, deadline: Deadline, request_id: str) -> dict[str, Any]:
    """What `handle` does, for whoever has no Lambda context."""
    redactor = Redactor()
    log = JsonLog(sys.stdout, clock, redactor, {"function": "backups", "request_id": request_id})
    this = Run(clock, redactor, log, clock.steady())
    environment = "unknown"
    try:
        settings = BackupSettings.from_environment()
        environment = settings.environment
        around = Surroundings(s3_client(), secrets_manager_client(), Tls.verified(), clock, redactor)
        log.info("backup started", database=settings.database_name, host=settings.database_host)
        backup = back_up(settings, around, deadline)
    except OperationError as error:
        raise _failed(this, environment, error) from None
    except Exception as error:  # noqa: BLE001  # whatever it is, its text is masked before Lambda logs it
        raise _failed(this, environment, UnexpectedError(f"{type(error).__name__}: {error}")) from None
    return _succeeded(this, environment, backup)


def _succeeded(this: Run, environment: str, backup: Backup) -> dict[str, Any]:
    seconds = round(this.clock.steady() - this.started, 3)
    manifest = backup.manifest
    result = {
        "manifest_url": backup.manifest_url,
        "object_key": manifest.object_key,
        "raw_bytes": manifest.raw_bytes,
        "compressed_bytes": manifest.compressed_bytes,
        "seconds": seconds,
    }
    this.log.info("backup finished", **result)
    _measure(
        this,
        environment,
        Metric("BackupSucceeded", 1, Unit.COUNT),
        Metric("BackupDuration", seconds, Unit.SECONDS),
        Metric("BackupRawBytes", manifest.raw_bytes, Unit.BYTES),
        Metric("BackupCompressedBytes", manifest.compressed_bytes, Unit.BYTES),
    )
    return result


def _failed(this: Run, environment: str, error: OperationError) -> OperationError:
    notes = getattr(error, "__notes__", [])
    text = this.redactor.text("\n".join([str(error), *notes]))
    this.log.error("backup failed", error=type(error).__name__, message=text)
    _measure(this, environment, Metric("BackupSucceeded", 0, Unit.COUNT))
    error.args = (text,)
    return error


def _measure(this: Run, environment: str, *metrics: Metric) -> None:
    this.log.raw(embedded(NAMESPACE, {"Environment": environment}, list(metrics), this.clock.now()))
