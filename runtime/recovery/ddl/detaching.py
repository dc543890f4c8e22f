"""DETACH PARTITION CONCURRENTLY leaves the partition's bounds behind as a constraint, which the plain form does not.

https://www.postgresql.org/docs/18/sql-altertable.html, "DETACH PARTITION"; DetachAddConstraintIfNeeded in tablecmds.c.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from pglast import ast
from psycopg import sql

_BOUNDS = "SELECT pg_get_partition_constraintdef(to_regclass(%s))"
_HAS = (
    "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = to_regclass(%s) AND pg_get_expr(conbin, conrelid) = %s)"
)


@contextmanager
def keeping_bounds(session: psycopg.Connection[Any], partition: ast.RangeVar | None) -> Iterator[None]:
    """While a partition is detached: afterwards it has a constraint that says what its bounds said."""
    if partition is None:
        yield
        return
    names = [part for part in (partition.schemaname, partition.relname) if part]
    table = sql.Identifier(*names)
    quoted = table.as_string(session)
    row = session.execute(_BOUNDS, [quoted]).fetchone()
    yield
    bounds = row[0] if row else None
    has = session.execute(_HAS, [quoted, bounds]).fetchone()
    if bounds is not None and not (has and has[0]):
        # The condition comes from the server.
        session.execute(sql.SQL("ALTER TABLE {} ADD CHECK ({})").format(table, sql.SQL(bounds)))
