"""The target's session: set so that text means what it meant to the source, and that nothing fires twice."""

from typing import Any

import psycopg
from psycopg import sql

from runtime.common.errors import DatabaseError, TargetError

# The text forms are those that a subscription of PostgreSQL sets (libpqrcv_connect in libpqwalreceiver.c), and TimeZone, which it leaves alone.
SETTINGS = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmloption": "content",
    "standard_conforming_strings": "on",
    "search_path": "",
    # A policy that hides rows is an error, not fewer rows.
    "row_security": "off",
    # What is lost in a crash of the target is lost together with the position that says it was applied.
    "synchronous_commit": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "jit": "off",
    "work_mem": "64MB",
    # Keys are few beside the table's rows: looking each up in the index is three times as fast as reading the table, which the default of 4 prefers.
    "random_page_cost": "1",
}
# Since PostgreSQL 17.
TRANSACTION_TIMEOUT = 170000
# Any number will do; nothing else of this project locks the same one.
LOCK = 0x6A6F62725F72
LOCK_SECONDS = 60


def prepare(session: psycopg.Connection[Any]) -> None:
    """Set the session up for a replay. Raises TargetError when the role may not, with the grant that mends it."""
    session.autocommit = True
    settings = SETTINGS | ({"transaction_timeout": "0"} if session.info.server_version >= TRANSACTION_TIMEOUT else {})
    for name, value in settings.items():
        session.execute("SELECT set_config(%s, %s, false)", [name, value])
    try:
        # Triggers and foreign keys of the source have done their work, which the stream holds: they must not do it again.
        session.execute("SET session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        role = sql.Identifier(session.info.user).as_string(session)
        raise TargetError(
            f"The role {role} may not set session_replication_role, without which triggers and foreign keys would act on every change a second time. "
            f"As a superuser: GRANT SET ON PARAMETER session_replication_role TO {role}; on RDS: GRANT rds_superuser TO {role}."
        ) from None


def occupy(session: psycopg.Connection[Any]) -> None:
    """Be the only replay into this database until `vacate` or the session's end. Raises TargetError when another one stays.

    The session of a replay that was killed may still be at work in the server: it is waited for, so that its last commit is seen.
    """
    try:
        session.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{LOCK_SECONDS}s")))
        session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    except psycopg.errors.LockNotAvailable:
        raise TargetError(
            f"Another replay works on {session.info.dbname} and did not end within {LOCK_SECONDS} seconds: wait for it, or end its session "
            f"(pid in pg_locks, locktype advisory, classid {LOCK >> 32}, objid {LOCK & 0xFFFFFFFF})."
        ) from None
    finally:
        session.execute("SET lock_timeout = 0")


def vacate(session: psycopg.Connection[Any]) -> None:
    """Let another replay work on this database."""
    if session.closed or session.broken:
        return
    try:
        session.execute("ROLLBACK")
        session.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    except psycopg.Error as error:
        raise DatabaseError(f"The session of the replay is no longer usable: {type(error).__name__}.") from None
