"""A database that is archived: how to write to it, to archive it, and to compare the archive with what the server says."""

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, LiteralString

from psycopg import sql

from runtime.common.aws import secrets_manager_client
from runtime.common.clock import Clock, Deadline
from runtime.common.logging import JsonLog, Redactor
from runtime.common.lsn import parse_lsn
from runtime.recovery.reader import Reader
from runtime.wal import pgoutput
from runtime.wal.archive import Archive
from runtime.wal.line import Line, lines
from runtime.wal.pgoutput import Kind, Parsed
from runtime.wal.settings import WalSettings
from runtime.wal.walk import reach
from runtime.wal.work import WAITING_REMEDY, Tools, Work
from tests.postgres_cluster import PostgresCluster
from tests.runtime.conftest import PLAIN

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As runtime/wal/capture has them, without its triggers and identities: here every table has a key, or only grows.
PUBLICATIONS: LiteralString = """
CREATE PUBLICATION jobr_archive FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION jobr_archive_changes FOR ALL TABLES WITH (publish = 'update, delete')"""
REFERENCE = """
SELECT data FROM pg_logical_slot_get_binary_changes(%s, NULL, NULL, 'proto_version', '1', 'publication_names', 'jobr_archive,jobr_archive_changes', 'messages', 'true')"""
# A transaction: where it ends, its number, and its changes without the descriptions.
Told = tuple[int, int, tuple[Parsed, ...]]


def tools(s3: Any, log: io.StringIO | None = None) -> Tools:
    """What the archiver reaches out to here."""
    clock, redactor = Clock(), Redactor()
    return Tools(
        s3, secrets_manager_client(), PLAIN, clock, redactor, JsonLog(log or io.StringIO(), clock, redactor, {})
    )


@dataclass
class Running:
    """An archiver in a thread."""

    stop: Event
    thread: Thread
    log: io.StringIO
    error: list[BaseException]

    def end(self) -> None:
        """Have it part in order. Raises what it raised."""
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()
        if self.error:
            raise self.error[0]

    def lines(self) -> list[dict[str, Any]]:
        """What it logged: events and metrics."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def events(self, beginning: str) -> list[dict[str, Any]]:
        """The events whose names begin so."""
        return [line for line in self.lines() if line.get("event", "").startswith(beginning)]


@dataclass(frozen=True)
class Archived:
    """The database and where its archive is."""

    cluster: PostgresCluster
    database: str
    s3: "S3Client"
    variables: dict[str, str]

    @property
    def settings(self) -> WalSettings:
        return WalSettings.from_environment(self.variables)

    def where(self, **variables: str) -> "Archived":
        """The same with other settings."""
        return replace(self, variables=self.variables | variables)

    def run(self, *statements: LiteralString) -> None:
        """Run each as a transaction."""
        with self.cluster.connect(self.database) as session:
            for statement in statements:
                session.execute(statement)

    def query(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with self.cluster.connect(self.database) as session:
            return session.execute(query, values).fetchall()

    @contextmanager
    def archiver(self, s3: Any = None) -> Iterator[Running]:
        """An archiver that runs meanwhile, and parts in order."""
        running = self.start(s3)
        try:
            yield running
        finally:
            running.stop.set()
            running.thread.join(30)
        running.end()

    def start(self, s3: Any = None, wait: float = 20.0) -> Running:
        """Start one session; it waits for the slot."""
        running = Running(Event(), Thread(), io.StringIO(), [])
        around = tools(s3 or self.s3, running.log)

        def work() -> None:
            try:
                Work(self.settings, around).once(running.stop, Deadline.within(Clock(), wait, WAITING_REMEDY))
            except BaseException as error:  # noqa: BLE001  # handed to whoever ends it
                running.error.append(error)

        running.thread = Thread(target=work, daemon=True)
        running.thread.start()
        return running

    def once(self) -> None:
        """One session that is to end by itself. Raises what it raised."""
        running = self.start(wait=1)
        running.thread.join(20)
        running.end()

    def catch_up(self, seconds: float = 30.0) -> None:
        """Wait until all that was flushed by now is stored."""
        target = self.flushed()
        self.until(lambda: self.stored_upto() >= target, seconds)

    def flushed(self) -> int:
        """How far the server's log is safe."""
        return parse_lsn(self.query("SELECT pg_current_wal_flush_lsn()::text")[0][0])

    def until(self, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.05)

    def lines(self) -> list[Line]:
        """The lines of the archive."""
        return lines(self.s3, self.settings.backup_bucket, "wal/", self.database)

    def archive(self, line: Line | None = None) -> Archive:
        """The newest line's objects."""
        line = line or self.lines()[-1]
        return Archive(self.s3, self.settings.backup_bucket, line.folder("wal/"), line.name)

    def stored_upto(self) -> int:
        """How far the newest line goes; 0 before there is one."""
        found = self.lines()
        if not found:
            return 0
        start = found[-1].identity.start
        return reach(self.archive(found[-1]).names(start), start)

    def told(self, line: Line | None = None) -> list[Told]:
        """The transactions that a reader gets of a whole line."""
        line = line or self.lines()[-1]
        archive, start = self.archive(line), line.identity.start
        reader = Reader(archive, start, reach(archive.names(start), start))
        return [_told(t.begin, t.changes()) for t in reader.transactions()]

    def reference(self) -> None:
        """Have a second slot, by which the server tells all that is committed from now on."""
        self.query("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", f"{self.database}_2")

    def expected(self) -> list[Told]:
        """What the server tells by the second slot."""
        found: list[Told] = []
        begun: pgoutput.Begin | None = None
        changes: list[Parsed] = []
        for (data,) in self.query(REFERENCE, f"{self.database}_2"):
            parsed = pgoutput.parse(bytes(data))
            if isinstance(parsed, pgoutput.Begin):
                begun, changes = parsed, []
            elif data[0] == Kind.COMMIT:
                assert begun is not None
                found.append(_told(begun, iter(changes)))
            else:
                changes.append(parsed)
        return found

    def drop(self) -> None:
        """Forget its slots, so that later tests have room."""
        with self.cluster.connect() as session:
            names = sql.SQL("SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = {}")
            for name, active in session.execute(names.format(sql.Literal(self.database))).fetchall():
                if active:
                    session.execute("SELECT pg_terminate_backend(%s, 5000)", (active,))
                session.execute("SELECT pg_drop_replication_slot(%s)", (name,))


def _told(begun: pgoutput.Begin, changes: Iterator[Parsed]) -> Told:
    rows = (change for change in changes if not isinstance(change, pgoutput.Relation | pgoutput.TypeName))
    return begun.final_lsn, begun.xid, tuple(rows)
