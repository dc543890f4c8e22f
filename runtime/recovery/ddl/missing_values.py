"""Rows that were there when a column was added got its default once, at that moment: `DEFAULT now()` gives another value at replay."""

from typing import Any

import psycopg
from psycopg import sql

from runtime.recovery.ddl.announcement import Announcement, MissingValue

_COLUMN = """
SELECT a.atthasmissing, (a.attmissingval::text::text[])[1] FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s AND NOT a.attisdropped"""


def to_come(session: psycopg.Connection[Any], announcement: Announcement, added: frozenset[str]) -> list[MissingValue]:
    """The noted values of columns that the statement will add: those that are not there yet."""
    wanted = [value for value in announcement.missing if value.column in added]
    return [value for value in wanted if _found(session, value) is None]


def mend(session: psycopg.Connection[Any], announcement: Announcement, added: list[MissingValue]) -> None:
    """Give the rows of these columns the source's values, where they have others. No trigger fires; the default stays."""
    wrong = {value.column: value for value in added if _found(session, value) != (True, value.value)}
    for value in wrong.values():
        # By the table that was altered: a partition's column changes with it alone. The names come quoted from the server.
        table = sql.SQL(announcement.objects[0].identity)
        collation = sql.SQL(f" COLLATE {value.collation}" if value.collation else "")
        statement = sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {}{} USING {}::{}")
        type_ = sql.SQL(value.type)
        session.execute(
            statement.format(table, sql.Identifier(value.column), type_, collation, sql.Literal(value.value), type_)
        )


def _found(session: psycopg.Connection[Any], value: MissingValue) -> tuple[bool, str | None] | None:
    row = session.execute(_COLUMN, [value.schema_name, value.table, value.column]).fetchone()
    return (row[0], row[1]) if row else None
