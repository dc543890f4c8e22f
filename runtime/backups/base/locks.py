"""Locks of a base: one run at a time, and no change of a table's definition while it lasts. Whoever is in the way is named."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from runtime.backups.base.catalog import FoundTable
from runtime.common.errors import DatabaseError
from runtime.common.postgres import Connection, connect

Session = psycopg.Connection[Any]

# Any number will do; nothing else of this project locks the same one. It is the database's own: advisory locks know their database.
RUN_LOCK = 0x6A6F62725F62
TABLES_PER_STATEMENT = 100
# pg_locks shows sessions to everybody; who they are and since when, to members of pg_read_all_stats.
_HOLDERS: LiteralString = """
SELECT l.pid, coalesce(a.usename::text, '?'), coalesce(a.application_name, ''), coalesce(extract(epoch FROM clock_timestamp() - {since})::int::text, '?')
FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.pid <> pg_catalog.pg_backend_pid() AND {condition} ORDER BY {since} LIMIT 5"""
_RUN: LiteralString = """
l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = %(high)s::oid AND l.objid = %(low)s::oid
AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"""
_TABLE: LiteralString = """
l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation = ANY (%(tables)s::oid[])
AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"""
_WRITER: LiteralString = "l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted"


@contextmanager
def only_run(primary: Connection) -> Iterator[Session]:
    """The session that holds the database's lock of bases. Raises DatabaseError when another run holds it, and names that one.

    The lock is the primary's, whichever server is read, and ends with the session, however that ends.
    """
    with connect(primary) as session:
        session.execute("SELECT set_config('idle_session_timeout', '0', false)")
        row = session.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", [RUN_LOCK]).fetchone()
        if not (row and row[0]):
            holders = _holders(session, "a.backend_start", _RUN, {"high": RUN_LOCK >> 32, "low": RUN_LOCK & 0xFFFFFFFF})
            raise DatabaseError(
                f"Another base of {primary.address} is being made: {holders}. Wait for it; if that run is dead and its session hangs, "
                "end it with SELECT pg_terminate_backend(<pid>)."
            )
        yield session


def lock_tables(session: Session, tables: Sequence[FoundTable], wait_seconds: int, observer: Session) -> None:
    """Keep every table as it is until the transaction ends; reading and writing go on.

    Raises DatabaseError when somebody is changing a table for longer than `wait_seconds`; `observer`, on the same server, sees who that is.
    """
    session.execute("SELECT pg_catalog.set_config('lock_timeout', %s, false)", [f"{wait_seconds}s"])
    for first in range(0, len(tables), TABLES_PER_STATEMENT):
        part = tables[first : first + TABLES_PER_STATEMENT]
        names = sql.SQL(", ").join(sql.SQL("ONLY {}").format(table.identifier) for table in part)
        try:
            session.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
        except psycopg.errors.LockNotAvailable:
            holders = _holders(observer, "a.xact_start", _TABLE, {"tables": [table.oid for table in part]})
            raise DatabaseError(
                f"A table could not be locked for reading within {wait_seconds} seconds: {holders} has it for itself, or waits to. "
                "Wait for that change of a table to end, or end it with SELECT pg_terminate_backend(<pid>); then run it again."
            ) from None
        except psycopg.errors.OutOfMemory:
            raise DatabaseError(
                f"The server has no room to lock {len(tables)} tables at once: raise max_locks_per_transaction."
            ) from None


def writers(observer: Session) -> str:
    """The longest transactions that have written something: a new slot waits for each of them."""
    return _holders(observer, "a.xact_start", _WRITER, {})


def _holders(session: Session, since: LiteralString, condition: LiteralString, values: dict[str, Any]) -> str:
    query = sql.SQL(_HOLDERS).format(since=sql.SQL(since), condition=sql.SQL(condition))
    found = [
        f"pid {pid} ({user}{f', {application}' if application else ''}, for {seconds} s)"
        for pid, user, application, seconds in session.execute(query, values)
    ]
    return ", ".join(found) or "somebody who is gone by now"
