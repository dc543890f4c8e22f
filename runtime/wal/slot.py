"""The replication slot: how it is, who has it, and how it is taken over from somebody who died."""

import time
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from runtime.common.clock import Deadline
from runtime.common.errors import DatabaseError
from runtime.common.lsn import parse_lsn
from runtime.wal.capture.publications import PUBLICATIONS

# A writer tells the server of itself every few seconds; one that has been silent for so long is dead, or cut off.
SILENT_SECONDS = 20
# How often somebody who waits for a slot looks.
LOOK_SECONDS = 1.0

_SLOT: LiteralString = """
SELECT slot_type, plugin, database, active_pid, confirmed_flush_lsn::text, wal_status, coalesce(invalidation_reason, ''),
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), restart_lsn)::bigint
FROM pg_replication_slots WHERE slot_name = %s"""
_SILENT: LiteralString = """
SELECT extract(epoch FROM clock_timestamp() - coalesce(reply_time, backend_start))::float8, application_name
FROM pg_stat_replication WHERE pid = %s"""


@dataclass(frozen=True)
class Slot:
    """A slot as the server shows it. `kept_bytes` is the log that the server keeps because of it."""

    name: str
    active_pid: int | None
    confirmed: int
    lost: str
    kept_bytes: int


def find_slot(session: psycopg.Connection[Any], name: str) -> Slot | None:
    """The slot of this name, None when there is none. Raises DatabaseError when it is not one of ours."""
    row = session.execute(_SLOT, (name,)).fetchone()
    if row is None:
        return None
    kind, plugin, database, active_pid, confirmed, status, reason, kept = row
    if (kind, plugin, database) != ("logical", "pgoutput", session.info.dbname):
        raise DatabaseError(
            f"The slot {name} is a {kind} one of {plugin or 'no plugin'} for {database or 'no database'}, not the archive's own: "
            "name another one in WAL_SLOT, or drop it with pg_drop_replication_slot."
        )
    lost = (reason or "its log is gone") if status == "lost" else ""
    return Slot(name, active_pid, parse_lsn(confirmed) if confirmed else 0, lost, int(kept or 0))


def find_publications(session: psycopg.Connection[Any]) -> dict[str, int]:
    """The archive's publications and their oids. Raises DatabaseError when one is missing: PostgreSQL 18 streams nothing of it then, and only logs a warning."""
    query = "SELECT pubname, oid::bigint FROM pg_publication WHERE pubname = ANY (%s)"
    found = {name: int(oid) for name, oid in session.execute(query, (list(PUBLICATIONS),))}
    missing = [name for name in PUBLICATIONS if name not in found]
    if missing:
        raise DatabaseError(
            f"The database {session.info.dbname} has no publication {' and no '.join(missing)}, so it cannot be archived: "
            "run the function that keeps the database's roles, which makes it."
        )
    return found


def flushed(session: psycopg.Connection[Any]) -> int:
    """How far the server's log is safe; nothing beyond it was ever sent."""
    return parse_lsn(session.execute("SELECT pg_current_wal_flush_lsn()::text").fetchall()[0][0])


def wait_for_slot(session: psycopg.Connection[Any], name: str, deadline: Deadline) -> None:
    """Wait until nobody streams from the slot; who is silent for longer than a writer ever is, is ended.

    Raises DeadlineError when another writer lives and keeps it.
    """
    while (slot := find_slot(session, name)) is not None and slot.active_pid is not None:
        row = session.execute(_SILENT, (slot.active_pid,)).fetchone()
        if row is not None and row[0] > SILENT_SECONDS:
            session.execute("SELECT pg_terminate_backend(%s)", (slot.active_pid,))
        deadline.check()
        time.sleep(LOOK_SECONDS)


def drop_slot(session: psycopg.Connection[Any], name: str) -> None:
    """Drop the slot if it is there."""
    session.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", (name,)
    )
