"""What is left to do when all rows are there: materialized views, statistics, and a look at the indexes."""

from typing import Any, LiteralString

import psycopg
from psycopg import sql

from runtime.common.errors import IntegrityError

_VIEWS: LiteralString = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY 1, 2"""
# One of a partitioned table is valid only when every partition has its part.
_INVALID: LiteralString = """
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 1"""


def complete(session: psycopg.Connection[Any]) -> None:
    """Refresh every materialized view, gather statistics, and look for indexes that are not valid.

    Raises IntegrityError for such an index, and psycopg.Error for a view that cannot be refreshed.
    """
    _refresh(session)
    session.execute("ANALYZE")
    invalid = [row[0] for row in session.execute(_INVALID)]
    if invalid:
        raise IntegrityError(
            f"Indexes of the recovered database are not valid: {', '.join(invalid)}. REINDEX INDEX says why, and mends it."
        )


def _refresh(session: psycopg.Connection[Any]) -> None:
    """One may read another: those that cannot be refreshed yet come again, as long as others could."""
    waiting = [sql.Identifier(*row) for row in session.execute(_VIEWS).fetchall()]
    while waiting:
        left = []
        for view in waiting:
            try:
                session.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(view))
            except psycopg.errors.ObjectNotInPrerequisiteState:
                left.append(view)
        if len(left) == len(waiting):
            session.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(left[0]))
        waiting = left
