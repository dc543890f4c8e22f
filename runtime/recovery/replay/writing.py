"""The net changes of one table, written: all rows that go are deleted first, then all that come are inserted.

Nothing is updated in place, so two rows may swap what must be unique.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import sql

from runtime.recovery.replay.net import Changes, Counted, DisagreementError, Keyed
from runtime.recovery.replay.staging import Columns, Staging, copy_rows
from runtime.recovery.replay.tables import Table, UniqueIndex
from runtime.wal.pgoutput import UNCHANGED, Relation, Row

_DELETE = "DELETE FROM ONLY {table} AS t USING {keys} AS s WHERE {match}"
_FILL = "UPDATE {rows} AS s SET {values} FROM ONLY {table} AS t WHERE {match}"
_HAND_ON = "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {rows} AS s"
# A row is found by the text of all its values: json, xml and point have no equality, and 1.0 = 1.00 would find the wrong one. ROW tells NULL from ''.
_COUNTED = """
DELETE FROM ONLY {table} AS t USING (
    SELECT place FROM (
        SELECT t.ctid AS place, s.copies, row_number() OVER (PARTITION BY s.number) AS nth
        FROM ONLY {table} AS t JOIN {rows} AS s ON ROW({theirs})::text COLLATE "C" = ROW({ours})::text COLLATE "C"
    ) AS found WHERE nth <= copies
) AS d WHERE t.ctid = d.place
"""


class Writer:
    """Writes what has been gathered for one table, within the target's open transaction."""

    def __init__(self, session: psycopg.Connection[Any], staging: Staging, table: Table, relation: Relation) -> None:
        """Take the table as the target has it, and as the stream describes it."""
        self._session = session
        self._staging = staging
        self.table = table
        self._relation = relation
        # What the target computes itself is not written, even when it is streamed.
        self._places = [at for at, column in enumerate(relation.columns) if not table.columns[column.name].generated]
        self._rows = _selection(self._places, len(relation.columns))

    def write(self, changes: Changes) -> None:
        """Write it all. Raises DisagreementError when the target has not the rows that go; psycopg.Error as it comes."""
        for loud in self.table.loud:
            self._session.execute(loud.silence)
        if isinstance(changes, Keyed):
            self._keyed(changes)
        elif isinstance(changes, Counted):
            self._counted(changes)
        else:
            self._copy(changes.live)
        for loud in self.table.loud:
            self._session.execute(loud.restore)

    def _keyed(self, changes: Keyed) -> None:
        rows = self._borrowing(changes) if changes.borrowed else None
        if changes.gone:
            keys = self._staging.fill(
                self.table, "keys", self._key_columns(changes), _tuples(changes.gone, len(changes.key))
            )
            deleted = self._run(_DELETE, keys=keys, match=self._match(changes))
            _expect(deleted, len(changes.gone), "to delete or change")
        borrowed = changes.borrowed
        self._copy(
            [row for key, row in changes.live.items() if key not in borrowed] if borrowed else changes.live.values()
        )
        if rows is not None:
            self._hand_on(rows)

    def _borrowing(self, changes: Keyed) -> sql.Identifier:
        """The rows of which the stream left out values, staged, with these values from the target's rows."""
        width, single = len(self._relation.columns), len(changes.key) == 1
        columns = [*self._key_columns(changes), ("left_out", sql.SQL("text")), *self._staged(range(width))]

        def rows() -> Iterator[Row]:
            for key, lender in changes.borrowed.items():
                row = changes.live[key]
                left_out = b"".join([b"u" if value is UNCHANGED else b"-" for value in row])
                given = (None if value is UNCHANGED else value for value in row)
                yield (*([lender] if single else lender), left_out, *given)

        left = {at for key in changes.borrowed for at, value in enumerate(changes.live[key]) if value is UNCHANGED}
        staged = self._staging.fill(self.table, "rows", columns, rows())
        case = sql.SQL("{ours} = CASE substr(s.left_out, {place}, 1) WHEN 'u' THEN t.{theirs} ELSE s.{ours} END")
        values = [
            case.format(ours=_staged(at), place=sql.Literal(at + 1), theirs=self._named(at)) for at in sorted(left)
        ]
        filled = self._run(_FILL, rows=staged, values=sql.SQL(", ").join(values), match=self._match(changes))
        _expect(filled, len(changes.borrowed), "to change")
        return staged

    def _counted(self, changes: Counted) -> None:
        if changes.gone.rows:
            width = len(self._relation.columns)
            columns = [("number", sql.SQL("bigint")), ("copies", sql.SQL("bigint")), *self._staged(range(width))]
            counts = enumerate(changes.gone.rows.items())
            rows = ((str(number).encode(), str(copies).encode(), *row) for number, (row, copies) in counts)
            staged = self._staging.fill(self.table, "rows", columns, rows)
            theirs = [sql.SQL("t.{}").format(self._named(at)) for at in range(width)]
            ours = [sql.SQL("s.{}").format(_staged(at)) for at in range(width)]
            deleted = self._run(_COUNTED, rows=staged, theirs=sql.SQL(", ").join(theirs), ours=sql.SQL(", ").join(ours))
            _expect(deleted, changes.gone.total, "to delete or change")
        self._copy(row for row, copies in changes.live.rows.items() for _ in range(copies))

    def _copy(self, rows: Iterable[Row]) -> None:
        selected = map(self._rows, rows) if self._rows else rows
        columns = [self._named(at) for at in self._places]
        # COPY without rows still opens every index of the table.
        if (first := next(iterator := iter(selected), None)) is not None:
            copy_rows(self._session, self.table.sql, columns, _chain(first, iterator))

    def _hand_on(self, rows: sql.Identifier) -> None:
        columns = sql.SQL(", ").join([self._named(at) for at in self._places])
        values = sql.SQL(", ").join([sql.SQL("s.{}").format(_staged(at)) for at in self._places])
        self._run(_HAND_ON, rows=rows, columns=columns, values=values)

    def _run(self, statement: str, **parts: sql.Composable) -> int:
        # Never prepared: a plan made for an almost empty staging table would be kept for a full one.
        text = sql.SQL(statement).format(table=self.table.sql, **parts)
        return self._session.execute(text, prepare=False).rowcount

    def _match(self, changes: Keyed) -> sql.Composable:
        index = index_over(self.table, [self._relation.columns[at].name for at in changes.key])
        operators = dict(zip(index.columns, index.operators, strict=True))
        pairs = [
            sql.SQL("t.{theirs} OPERATOR({schema}.=) s.{ours}").format(
                theirs=self._named(at), schema=sql.Identifier(operators[self._relation.columns[at].name]), ours=_key(at)
            )
            for at in changes.key
        ]
        return sql.SQL(" AND ").join(pairs)

    def _key_columns(self, changes: Keyed) -> Columns:
        return [(f"k{at}", self.table.columns[self._relation.columns[at].name].type) for at in changes.key]

    def _staged(self, places: Iterable[int]) -> Columns:
        return [(f"c{at}", self.table.columns[self._relation.columns[at].name].type) for at in places]

    def _named(self, at: int) -> sql.Identifier:
        return sql.Identifier(self._relation.columns[at].name)


def index_over(table: Table, names: Sequence[str]) -> UniqueIndex:
    """The unique index of exactly these columns. Raises DisagreementError when the target has none."""
    for index in table.indexes:
        if set(index.columns) == set(names):
            return index
    raise DisagreementError(
        f"is identified by {', '.join(names)}, over which the target has no valid unique index: make it, as the source has it"
    )


def _expect(found: int, expected: int, purpose: str) -> None:
    if found != expected:
        raise DisagreementError(f"has {found} of the {expected} rows that the stream says are there {purpose}")


def _staged(at: int) -> sql.Identifier:
    return sql.Identifier(f"c{at}")


def _key(at: int) -> sql.Identifier:
    return sql.Identifier(f"k{at}")


def _chain(first: Row, others: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from others


def _tuples(keys: Iterable[Any], width: int) -> Iterable[Row]:
    return ((key,) for key in keys) if width == 1 else keys


def _selection(places: list[int], width: int) -> Callable[[Row], Row] | None:
    if len(places) == width:
        return None
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[at] for at in places)
