"""The archiver at work: session after session until it is told to stop, with its log and its metrics."""

import time
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

from runtime.common.clock import Clock, Deadline
from runtime.common.errors import OperationError
from runtime.common.logging import JsonLog, Redactor
from runtime.common.lsn import lsn_text
from runtime.common.metrics import Metric, Unit, embedded
from runtime.common.postgres import Connection, Tls
from runtime.common.s3 import Encryption, storage_errors
from runtime.common.secrets import read_credentials
from runtime.wal.archiver import Archiver, Pace, Progress
from runtime.wal.line import Line
from runtime.wal.opening import Opened, Place
from runtime.wal.session import Archiving, Listener
from runtime.wal.settings import NAMESPACE, WalSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# CloudWatch's finest standard period is a minute; two values in each survive a slow moment.
MEASURE_SECONDS = 30.0
# Between two tries after an error: doubled from the first to the last.
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 1.0, 60.0
WAITING_REMEDY = (
    "another archiver has the slot and is alive: stop one of the two; a task that replaces one waits for it"
)


@dataclass(frozen=True)
class Tools:
    """What the archiver reaches out to. Its connection is made anew for every session, so that a changed password is taken."""

    s3: "S3Client"
    secrets_manager: Any
    tls: Tls
    clock: Clock
    redactor: Redactor
    log: JsonLog


class Work:
    """Archives one database."""

    def __init__(self, settings: WalSettings, tools: Tools) -> None:
        """Take the settings and what is reached with them; nothing is done yet."""
        self._settings = settings
        self._tools = tools
        self._measured_at = 0.0
        self._listener = Listener(began=self._began, opened=self._opened, moved=self._moved)

    def once(self, stop: Event, waiting: Deadline) -> Progress:
        """One session until `stop` is set. Raises OperationError."""
        settings, tools = self._settings, self._tools
        with storage_errors(f"find the bucket {settings.backup_bucket} (BACKUP_BUCKET)"):
            tools.s3.head_bucket(Bucket=settings.backup_bucket)
        tools.tls.check()
        place = Place(
            database=settings.database_name,
            instance=settings.database_instance,
            slot=settings.wal_slot,
            bucket=settings.backup_bucket,
            prefix=settings.wal_prefix,
            encryption=Encryption(settings.backup_kms_key_arn),
        )
        pace = Pace(seconds=settings.wal_seconds, idle_seconds=settings.wal_idle_seconds)
        archiving = Archiving(tools.s3, self._connection(), place, pace, tools.clock)
        progress = archiving.run(stop, waiting, self._listener)
        self._tools.log.info("archiver stopped", position=lsn_text(progress.position))
        return progress

    def forever(self, stop: Event) -> None:
        """Session after session until `stop` is set: an error ends one of them, is logged, and the next one goes on from what is stored."""
        pause = FIRST_PAUSE_SECONDS
        while not stop.is_set():
            began = time.monotonic()
            try:
                self.once(stop, Deadline.never(self._tools.clock))
            except OperationError as error:
                self._failed(error)
                pause = FIRST_PAUSE_SECONDS if time.monotonic() - began > LAST_PAUSE_SECONDS else pause * 2
                stop.wait(min(pause, LAST_PAUSE_SECONDS))

    def _connection(self) -> Connection:
        settings = self._settings
        credentials = read_credentials(self._tools.secrets_manager, settings.replication_secret_arn)
        password = credentials.password.get_secret_value()
        self._tools.redactor.learn(password)
        return Connection(
            host=settings.database_host,
            port=settings.database_port,
            database=settings.database_name,
            user=credentials.username,
            password=password,
            tls=self._tools.tls,
        )

    def _began(self, line: Line) -> None:
        gap = line.follows
        fields = {"follows": gap.line, "gap_from": lsn_text(gap.upto), "reason": gap.reason} if gap else {}
        report = self._tools.log.error if gap else self._tools.log.info
        report("a line of the archive begins, and needs a base", line=line.name, **fields)
        self._measure(Metric("LineBegan", 1, Unit.COUNT), Metric("LineBroken", int(gap is not None), Unit.COUNT))

    def _opened(self, opened: Opened) -> None:
        self._tools.log.info(
            "archiver started",
            line=opened.line.name,
            position=lsn_text(opened.position),
            confirmed=lsn_text(opened.start),
            is_new=opened.is_new,
        )

    def _moved(self, archiver: Archiver) -> None:
        now = time.monotonic()
        if now - self._measured_at >= MEASURE_SECONDS:
            self._measured_at = now
            self._measure(*lag(archiver))

    def _failed(self, error: OperationError) -> None:
        text = self._tools.redactor.text(str(error))
        self._tools.log.error("archiver failed", error=type(error).__name__, message=text)
        self._measure(Metric("ArchiverFailed", 1, Unit.COUNT))

    def _measure(self, *metrics: Metric) -> None:
        if metrics:
            dimensions = {"Environment": self._settings.environment}
            self._tools.log.raw(embedded(NAMESPACE, dimensions, list(metrics), self._tools.clock.now()))


def lag(archiver: Archiver) -> list[Metric]:
    """How far the archive is behind the server: in seconds of the server's own clock, and in bytes of its log; nothing before the first look."""
    newest, progress = archiver.newest, archiver.progress
    if newest is None:
        return []
    covered = progress.covers_until or archiver.began_at
    behind = max(newest.moment - covered, timedelta()) if covered else timedelta()
    return [
        Metric("ArchiveLagSeconds", behind.total_seconds(), Unit.SECONDS),
        Metric("ArchiveLagBytes", max(newest.position - progress.position, 0), Unit.BYTES),
        Metric("ArchiveStoredBytes", progress.stored_bytes, Unit.BYTES),
    ]
