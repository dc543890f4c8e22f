"""The database is what it must be: tables, indexes, queries and extensions as expected, and no invalid index anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from runtime.common.postgres import Connection, connect
from runtime.deployments.migrations.errors import VerificationError
from runtime.deployments.migrations.expected import Expected, Index, Query

_QUERY_TIMEOUT = "10s"
_TABLE = sql.SQL("SELECT relkind IN ('r', 'p') FROM pg_class WHERE oid = to_regclass(%s)")
_INDEX = sql.SQL(
    "SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = to_regclass(%s) AND indrelid = to_regclass(%s)"
)
# What CREATE INDEX CONCURRENTLY leaves when it is interrupted: it costs every write, serves no read, and IF NOT EXISTS takes it for
# the index. https://www.postgresql.org/docs/18/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
_INVALID = sql.SQL("""
SELECT indexrelid::regclass::text, indrelid::regclass::text, EXISTS (
    SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = indexrelid)
FROM pg_index WHERE NOT (indisvalid AND indisready) ORDER BY 1""")
_EXTENSIONS = sql.SQL("SELECT name, installed_version, default_version FROM pg_available_extensions ORDER BY 1")
_QUALIFIED = "public.{}"


@dataclass(frozen=True)
class Problem:
    """A sentence for people; a warning stops nothing."""

    text: str
    warning: bool = False


def verify(connection: Connection, expected: Expected) -> tuple[str, ...]:
    """Look at everything and change nothing. Returns warnings.

    Raises VerificationError with every problem at once, or DatabaseError.
    """
    with connect(connection) as session:
        for name, value in (("default_transaction_read_only", "on"), ("statement_timeout", _QUERY_TIMEOUT)):
            session.execute(sql.SQL("SELECT set_config(%s, %s, false)"), (name, value))
        found = list(_problems(session, expected))
    problems = [problem.text for problem in found if not problem.warning]
    if problems:
        raise VerificationError(problems)
    return tuple(problem.text for problem in found)


def invalid_indexes(connection: Connection) -> tuple[str, ...]:
    """What an interrupted migration may have left behind, as sentences. Raises DatabaseError."""
    with connect(connection) as session:
        return tuple(problem.text for problem in _invalid(session))


def _problems(session: psycopg.Connection[Any], expected: Expected) -> Iterator[Problem]:
    for table in expected.tables:
        row = session.execute(_TABLE, (_name(table),)).fetchone()
        if row is None or not row[0]:
            yield Problem(f"the table {table} is missing")
    for index in expected.indexes:
        yield from _index(session, index)
    yield from _invalid(session)
    for query in expected.queries:
        yield from _query(session, query)
    yield from _extensions(session, expected.extensions)


def _index(session: psycopg.Connection[Any], index: Index) -> Iterator[Problem]:
    # An index is in its table's schema. One that is there and invalid is told with all invalid ones.
    schema = _name(index.table).rpartition(".")[0]
    name = index.name if "." in index.name else f"{schema}.{index.name}"
    if session.execute(_INDEX, (name, _name(index.table))).fetchone() is None:
        yield Problem(f"the index {index.name} of {index.table} is missing", warning=not index.required)


def _invalid(session: psycopg.Connection[Any]) -> Iterator[Problem]:
    for name, table, building in session.execute(_INVALID).fetchall():
        mend = f"wait for it, or end its session, then: REINDEX INDEX CONCURRENTLY {name}" if building else _mend(name)
        yield Problem(f"the index {name} of {table} is invalid; {mend}")


def _query(session: psycopg.Connection[Any], query: Query) -> Iterator[Problem]:
    try:
        rows = session.execute(query.sql).fetchmany(1)
    except psycopg.Error as error:
        yield Problem(f'the query "{query.sql}" fails: {str(error).splitlines()[0]}')
        return
    if query.rows != "any" and bool(rows) is (query.rows == "none"):
        yield Problem(f'the query "{query.sql}" brings {"a row" if rows else "no row"}, and must bring {query.rows}')


def _extensions(session: psycopg.Connection[Any], wanted: dict[str, str]) -> Iterator[Problem]:
    found = {name: (installed, newest) for name, installed, newest in session.execute(_EXTENSIONS).fetchall()}
    for name, least in wanted.items():
        installed = found[name][0] if name in found else None
        if name not in found:
            yield Problem(f"the extension {name} is missing, and this server does not offer it", warning=True)
        elif installed is None:
            yield Problem(f"the extension {name} is missing: CREATE EXTENSION {name}")
        elif _version(installed) < _version(least):
            update = f"ALTER EXTENSION {name} UPDATE"
            yield Problem(f"the extension {name} is {installed}, and must be {least} or newer: {update}")
    for name, (installed, newest) in found.items():
        if installed not in (None, newest):
            text = f"the extension {name} is {installed}, the server has {newest}: ALTER EXTENSION {name} UPDATE"
            yield Problem(text, warning=True)


def _name(name: str) -> str:
    return name if "." in name else _QUALIFIED.format(name)


def _mend(name: str) -> str:
    return f"to mend it: DROP INDEX CONCURRENTLY {name}, and migrate again; or REINDEX INDEX CONCURRENTLY {name}"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in text.split("."))
