"""How far a target has come: one row of `jobr_replay.progress` in the target itself, written in the transaction that it speaks of.

So a replay that was killed goes on exactly where the last commit left it. `finish` drops the schema, when the database is to be what its source was.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from runtime.common.errors import TargetError
from runtime.common.lsn import lsn_text, parse_lsn

SCHEMA = "jobr_replay"
CREATE = """
CREATE SCHEMA IF NOT EXISTS jobr_replay;
CREATE TABLE IF NOT EXISTS jobr_replay.progress (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    line text NOT NULL,
    final_lsn pg_lsn NOT NULL,
    transactions bigint NOT NULL,
    reached text,
    updated_at timestamptz NOT NULL DEFAULT now()
)
"""
READ = "SELECT line, final_lsn::text, transactions, reached FROM jobr_replay.progress"
INSERT = "INSERT INTO jobr_replay.progress (line, final_lsn, transactions) VALUES (%s, %s, 0)"
UPDATE = "UPDATE jobr_replay.progress SET final_lsn = %s, transactions = %s, reached = %s, updated_at = now()"


@dataclass(frozen=True)
class Position:
    """Every transaction of the line whose commit record begins at or before `final_lsn` is in the target.

    `transactions`: how many were replayed into it; `reached`: the target of the recovery that it stopped at, None on the way.
    """

    line: str
    final_lsn: int
    transactions: int
    reached: str | None


def read(session: psycopg.Connection[Any]) -> Position | None:
    """How far the target has come, None when nothing was ever replayed into it."""
    if session.execute("SELECT to_regclass('jobr_replay.progress') IS NULL").fetchone() == (True,):
        return None
    row = session.execute(READ).fetchone()
    return None if row is None else Position(row[0], parse_lsn(row[1]), row[2], row[3])


def begin(session: psycopg.Connection[Any], line: str, start: int) -> Position:
    """How far the target has come, noted anew when it holds a base alone: that ends before `start`. Raises TargetError for another line."""
    try:
        with session.transaction():
            session.execute(CREATE)
            found = read(session)
            if found is None:
                found = Position(line, max(start - 1, 0), 0, None)
                session.execute(INSERT, [line, lsn_text(found.final_lsn)])
    except psycopg.errors.InsufficientPrivilege:
        database, role = (sql.Identifier(name).as_string(session) for name in (session.info.dbname, session.info.user))
        raise TargetError(
            f"The role {role} may not note in {database} how far the replay has come: GRANT CREATE ON DATABASE {database} TO {role}. If the schema "
            f"{SCHEMA} belongs to another role, replay as that one."
        ) from None
    if found.line != line:
        raise TargetError(
            f"The database {session.info.dbname} was replayed from the line {found.line} up to {lsn_text(found.final_lsn)}; the line {line} is another history. "
            "Restore a base of that line into an empty database."
        )
    if found.final_lsn + 1 < start:
        raise TargetError(
            f"The database {session.info.dbname} stands at {lsn_text(found.final_lsn)}, before the position {lsn_text(start)} from which its base is to be "
            "completed: it was restored from an older base. Name that base, or restore this one into an empty database."
        )
    return found


def note(session: psycopg.Connection[Any], final_lsn: int, transactions: int, reached: str | None) -> None:
    """Note in the open transaction how far it takes the target."""
    session.execute(UPDATE, [lsn_text(final_lsn), transactions, reached])


def finish(session: psycopg.Connection[Any]) -> None:
    """Drop what a replay left in the target besides the source's data, and make all of it durable."""
    session.execute("SET synchronous_commit = on")
    session.execute("DROP SCHEMA IF EXISTS jobr_replay CASCADE")
