"""The moment of a base: one snapshot for all sessions, and where it stands in the archive's line."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Timer
from typing import Any

import psycopg

from runtime.backups.base import catalog
from runtime.backups.base.catalog import FoundTable
from runtime.backups.base.locks import lock_tables, writers
from runtime.backups.base.rights import check_rights
from runtime.backups.base.sessions import import_snapshot, reading
from runtime.common.clock import Deadline
from runtime.common.errors import DatabaseError
from runtime.common.postgres import Connection, connect, database_errors
from runtime.wal.names import LineName
from runtime.wal.stream import Created, Replication

Session = psycopg.Connection[Any]

ATTEMPTS = 3
SLOT_PREFIX = "jobr_base_"
# TRUNCATE and rewrites put a new file in a table's place, which an older snapshot sees empty. The catalog says which file the snapshot means, the function
# which one is there now.
_REPLACED = """
SELECT c.oid::regclass::text FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%s) AND pg_catalog.pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode"""


@dataclass(frozen=True)
class Source:
    """A database to make a base of.

    `primary` is where the lock of a run is taken, `reading` what is read: the same one, or a standby of it. `streaming` is a login that may make a slot on
    the server that is read, and `line` the line of the archive that goes on from this base; without either, the base stands for itself.
    """

    primary: Connection
    reading: Connection
    streaming: Connection | None = None
    line: str | None = None


@dataclass(frozen=True)
class Moment:
    """A snapshot, held by a session that has locked all tables; `lsn` divides it from the line, and all that it holds was committed before `taken_at` (the server's time)."""

    session: Session
    snapshot: str
    lsn: int | None
    taken_at: datetime
    tables: tuple[FoundTable, ...]

    def check(self) -> None:
        """Raise psycopg.Error when the session has ended, and with it the locks."""
        self.session.execute("SELECT 1")


@contextmanager
def moment(source: Source, wait_seconds: int, deadline: Deadline) -> Iterator[Moment]:
    """The snapshot, and locks on all tables, for as long as the context lasts.

    Raises PreflightError with all that the login may not read, DatabaseError when a long transaction or a lock is in the way for longer than `wait_seconds`, and when tables keep being replaced.
    """
    with connect(source.reading) as observer, reading(source.reading) as session:
        for _ in range(ATTEMPTS):
            deadline.check()
            lsn = _begin(source, session, observer, wait_seconds)
            session.execute("SAVEPOINT locking")
            try:
                named = catalog.tables(session, sizes=False)
                _check(source, session, named)
                lock_tables(session, named, wait_seconds, observer)
            except psycopg.errors.UndefinedTable as error:
                changed = str(error)
                session.execute("ROLLBACK")
                continue
            found = catalog.tables(session, sizes=True)
            session.execute("RELEASE SAVEPOINT locking")
            changed = ", ".join(row[0] for row in session.execute(_REPLACED, [_logged(found)]))
            if not changed:
                query = "SELECT pg_catalog.pg_export_snapshot(), pg_catalog.clock_timestamp()"
                snapshot, now = session.execute(query).fetchall()[0]
                yield Moment(session, snapshot, lsn, now, tuple(found))
                session.execute("COMMIT")
                return
            session.execute("ROLLBACK")
        raise DatabaseError(
            f"Tables of {source.reading.address} were dropped or replaced by new ones {ATTEMPTS} times while the base began ({changed}): "
            "run it again when no migration and no TRUNCATE is under way."
        )


def _check(source: Source, session: Session, named: list[FoundTable]) -> None:
    closed, large_objects = catalog.closed_sequences(session), catalog.large_objects(session)
    check_rights(source.reading.user, named, closed, large_objects)


def _logged(found: list[FoundTable]) -> list[int]:
    return [table.oid for table in found if not table.is_unlogged]


def _begin(source: Source, session: Session, observer: Session, wait_seconds: int) -> int | None:
    if source.line is None or source.streaming is None or session.execute("SHOW wal_level").fetchone() != ("logical",):
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return None
    with _slot(source.streaming, source.line, observer, wait_seconds) as created:
        import_snapshot(session, created.snapshot or "")
        # The slot may go now: the transaction keeps what it sees.
        session.execute("SELECT 1")
    return created.start


@contextmanager
def _slot(streaming: Connection, line: str, observer: Session, wait_seconds: int) -> Iterator[Created]:
    """A slot that ends with this context, and its snapshot."""
    parameters = streaming.parameters() | {"replication": "database"}
    with (
        database_errors(streaming),
        psycopg.connect(**parameters, password=streaming.password, autocommit=True) as session,
    ):
        channel = Replication(session.pgconn)
        system, name = channel.system(), LineName.parse(line)
        if (system.identifier, system.timeline) != (name.system, name.timeline):
            raise DatabaseError(
                f"{streaming.address} is the server {system.identifier} on timeline {system.timeline}, and the line {line} is another history: "
                "a base of this server completes no part of it. Let the archiver begin a new line, and name that one."
            )
        timer = Timer(wait_seconds, session.cancel_safe)
        timer.start()
        try:
            yield channel.create_slot(f"{SLOT_PREFIX}{secrets.token_hex(6)}", temporary=True, export=True)
        except psycopg.OperationalError as error:
            if "canceling statement due to user request" not in str(error):
                raise
            raise DatabaseError(
                f"No snapshot could be taken within {wait_seconds} seconds, because it waits for every transaction that is under way: {writers(observer)}. "
                "Let them end, or end one with SELECT pg_terminate_backend(<pid>); then run it again."
            ) from None
        finally:
            timer.cancel()
