"""The sessions of bases: set so that text means the same everywhere, that nothing is hidden, and that nothing ends them early."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from runtime.common.postgres import Connection, connect

# As pg_dump has them, and what pg_dump leaves to the server: TimeZone, so that equal rows have equal bytes, and lc_monetary, without which money changes.
SETTINGS = {
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmloption": "content",
    "search_path": "",
    "standard_conforming_strings": "on",
    # A policy that hides rows is an error, not fewer rows.
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "transaction_timeout": "0",
    "jit": "off",
}
READING = {
    # A table that somebody replaces by a view of his own must not run his functions as the backup's login.
    "restrict_nonsystem_relation_kind": "view, foreign-table",
    # Equal blocks give equal bytes only when they are read in order, by one process.
    "synchronize_seqscans": "off",
    "max_parallel_workers_per_gather": "0",
}
# Those that the server knows: some came with 17, or with a minor version.
_SET = """
SELECT set_config(known.name, wanted.value, false)
FROM pg_catalog.json_each_text(%s::json) AS wanted(name, value) JOIN pg_catalog.pg_settings AS known ON known.name = wanted.name"""


@contextmanager
def reading(connection: Connection) -> Iterator[psycopg.Connection[Any]]:
    """A session for a base, in autocommit mode. Raises DatabaseError, for the connection and for the statements inside alike."""
    with connect(connection) as session:
        session.execute(_SET, [json.dumps(SETTINGS | READING)])
        yield session


@contextmanager
def writing(connection: Connection) -> Iterator[psycopg.Connection[Any]]:
    """A session for a restore, in autocommit mode. Raises DatabaseError, for the connection and for the statements inside alike."""
    with connect(connection) as session:
        session.execute(_SET, [json.dumps(SETTINGS)])
        yield session


def import_snapshot(session: psycopg.Connection[Any], snapshot: str) -> None:
    """Begin a transaction that sees what the snapshot's owner sees, and writes nothing."""
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    session.execute("SET TRANSACTION SNAPSHOT " + psycopg.sql.quote(snapshot))
