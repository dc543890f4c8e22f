"""Temporary tables through which rows reach a table when the target's rows matter too."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from runtime.recovery.replay.copytext import pieces
from runtime.recovery.replay.tables import Table
from runtime.wal.pgoutput import Row

Columns = Sequence[tuple[str, sql.Composable]]
_Place = tuple[str, str, str]


class Staging:
    """The session's temporary tables: made when first needed, emptied at every commit, dropped before a DDL statement could trip over them."""

    def __init__(self, session: psycopg.Connection[Any]) -> None:
        """Take the target's session."""
        self._session = session
        self._tables: dict[_Place, sql.Identifier] = {}
        self._filled: set[_Place] = set()
        self._made = 0

    def fill(self, table: Table, purpose: str, columns: Columns, rows: Iterable[Row]) -> sql.Identifier:
        """The name of a temporary table with these columns that holds these rows and no others."""
        place = table.schema, table.name, purpose
        name = self._tables.get(place) or self._create(place, columns)
        if place in self._filled:
            self._session.execute(sql.SQL("TRUNCATE {}").format(name))
        self._filled.add(place)
        copy_rows(self._session, name, [sql.Identifier(column) for column, _ in columns], rows)
        return name

    def committed(self) -> None:
        """All are empty again."""
        self._filled.clear()

    def drop(self) -> None:
        """Let all go: a statement may be about to change the types of their columns."""
        for name in self._tables.values():
            self._session.execute(sql.SQL("DROP TABLE {}").format(name))
        self._tables.clear()
        self._filled.clear()

    def _create(self, place: _Place, columns: Columns) -> sql.Identifier:
        self._made += 1
        name = sql.Identifier("pg_temp", f"jobr_replay_{self._made}")
        spelled = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(column), kind) for column, kind in columns)
        self._session.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DELETE ROWS").format(name, spelled))
        self._tables[place] = name
        return name


def copy_rows(
    session: psycopg.Connection[Any], table: sql.Composable, columns: Sequence[sql.Composable], rows: Iterable[Row]
) -> None:
    """COPY rows into these columns of a table; without columns, lines without values."""
    names = sql.SQL(" ({})").format(sql.SQL(", ").join(columns)) if columns else sql.SQL("")
    with session.cursor().copy(sql.SQL("COPY {}{} FROM STDIN").format(table, names)) as copy:
        for piece in pieces(rows, len(columns)):
            copy.write(piece)
