"""What the workers of a base are given to do, and what their answers make of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg import sql

from runtime.backups.base.catalog import FoundLargeObjects, FoundTable
from runtime.backups.base.copying import CopyAnswer, CopyTask
from runtime.backups.base.manifest import Chunk, LargeObjects, Table
from runtime.backups.base.ranges import BlockRange, ranges

PAGES = "COPY (SELECT loid, pageno, data FROM pg_catalog.pg_largeobject WHERE {}) TO STDOUT"
# What a restore needs to make them anew: its own table has the same columns (runtime/recovery/base/large_objects.py).
DESCRIPTIONS = """
COPY (SELECT m.oid, pg_catalog.pg_get_userbyid(m.lomowner), pg_catalog.obj_description(m.oid, 'pg_largeobject'),
    (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('role', CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END,
        'privilege', a.privilege_type, 'grantable', a.is_grantable)) FROM pg_catalog.aclexplode(m.lomacl) AS a)
FROM pg_catalog.pg_largeobject_metadata AS m ORDER BY m.oid) TO STDOUT"""


@dataclass(frozen=True)
class Planned:
    """A task, what it belongs to, and about how many bytes of the database it reads."""

    owner: FoundTable | str
    task: CopyTask
    weight: int


class Plan:
    """All tasks of a base: the largest tables first, so that no worker ends long after the others."""

    def __init__(self, tables: tuple[FoundTable, ...], large_objects: FoundLargeObjects, block_bytes: int) -> None:
        """Take what was found; blocks of the server have `block_bytes`."""
        self._tables = [table for table in tables if not table.is_unlogged]
        self._large_objects = large_objects
        self._block_bytes = block_bytes
        self.planned = [
            Planned(owner, CopyTask(number, statement), weight)
            for number, (owner, statement, weight) in enumerate(self._statements())
        ]
        self._numbers: defaultdict[FoundTable | str, list[int]] = defaultdict(list)
        for planned in self.planned:
            self._numbers[planned.owner].append(planned.task.number)

    @property
    def total_bytes(self) -> int:
        """About how many bytes of the database will be read."""
        return sum(planned.weight for planned in self.planned)

    def tables(self, answers: Mapping[int, CopyAnswer]) -> Iterator[Table]:
        """Every table with its chunks, in the order of the names."""
        for table in self._tables:
            chunks = self._chunks(table, answers)
            yield Table(
                **table.name.model_dump(),
                columns=table.columns,
                condition=table.condition,
                rows=sum(chunk.rows for chunk in chunks),
                raw_bytes=sum(chunk.raw_bytes for chunk in chunks),
                chunks=chunks,
            )

    def large_objects(self, answers: Mapping[int, CopyAnswer]) -> LargeObjects:
        """The large objects with their chunks."""
        found = self._large_objects
        return LargeObjects(
            count=found.count,
            page_bytes=found.page_bytes,
            descriptions=self._chunks("descriptions", answers),
            pages=self._chunks("pages", answers),
        )

    def _chunks(self, owner: FoundTable | str, answers: Mapping[int, CopyAnswer]) -> tuple[Chunk, ...]:
        return tuple(
            Chunk(
                sha256=copied.sha256, raw_bytes=copied.raw_bytes, stored_bytes=copied.put.stored_bytes, rows=copied.rows
            )
            for number in self._numbers[owner]
            for copied in answers[number].chunks
        )

    def _statements(self) -> Iterator[tuple[FoundTable | str, str, int]]:
        if self._large_objects.count:
            yield "descriptions", DESCRIPTIONS, 0
            size = self._large_objects.bytes
            for part in ranges(size // self._block_bytes, self._block_bytes, 0):
                yield "pages", PAGES.format(part.condition), self._weight(part, size, size)
        for table in sorted(self._tables, key=lambda table: -(table.bytes + table.toast_bytes)):
            if table.condition:  # the extension's own, which begins with WHERE
                yield table, _statement(table, table.condition), table.bytes
                continue
            for part in ranges(table.bytes // self._block_bytes, self._block_bytes, table.toast_bytes):
                weight = self._weight(part, table.bytes, table.bytes + table.toast_bytes)
                yield table, _statement(table, f"WHERE {part.condition}"), weight

    def _weight(self, part: BlockRange, heap_bytes: int, all_bytes: int) -> int:
        first, end = part.first * self._block_bytes, heap_bytes if part.end is None else part.end * self._block_bytes
        return (end - first) * all_bytes // heap_bytes


def _statement(table: FoundTable, condition: str) -> str:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    query = sql.SQL("COPY (SELECT {} FROM ONLY {} ").format(columns, table.identifier).as_string(None)
    return f"{query}{condition}) TO STDOUT"
