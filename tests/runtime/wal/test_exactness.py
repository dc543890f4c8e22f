"""Whatever dies when: what a reader gets is what was committed, each transaction once and in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.common.errors import IntegrityError
from runtime.recovery.reader import Reader
from runtime.wal.builder import Builder
from runtime.wal.pgoutput import Insert, Relation
from runtime.wal.segments import Packed
from runtime.wal.walk import path, reach
from tests.runtime.wal.messages import LINE, Shelf, begin, commit, insert, relation

TABLES = 3
RECORD_BYTES = 8


@dataclass(frozen=True)
class Committed:
    """A transaction of the source: where its commit record is, its number, and its rows as (table, value)."""

    lsn: int
    xid: int
    rows: tuple[tuple[int, int], ...]


def invent(fate: Random) -> list[Committed]:
    """Transactions in the order of their commits, with other things in the log between them."""
    found, lsn, value = [], LINE.start, 0
    for xid in range(fate.randint(0, 14)):
        rows = tuple((fate.randint(1, TABLES), value + number) for number in range(fate.choice([0, 1, 2, 12])))
        lsn += RECORD_BYTES * (len(rows) + fate.randint(0, 3))
        value += len(rows)
        found.append(Committed(lsn, 700 + xid, rows))
        lsn += RECORD_BYTES
    return found


def sent(history: list[Committed], position: int) -> Iterator[tuple[int, bytes]]:
    """What a session gets that starts at a position; a table is described once in it."""
    described: set[int] = set()
    for transaction in history:
        if transaction.lsn < position:
            continue
        yield transaction.lsn, begin(transaction.lsn, transaction.xid)
        for table, value in transaction.rows:
            if table not in described:
                described.add(table)
                yield 0, relation(table, f"t{table}")
            yield transaction.lsn - RECORD_BYTES, insert(table, str(value).encode())
        yield transaction.lsn, commit(transaction.lsn, transaction.lsn + RECORD_BYTES)


class Life:
    """Writers that follow each other, each dying in the middle, with segments on their way that arrive or do not."""

    def __init__(self, history: list[Committed], fate: Random) -> None:
        self.history = history
        self.fate = fate
        self.shelf = Shelf()
        self.confirmed = LINE.start
        self.late: list[Packed] = []

    @classmethod
    def of(cls, seed: int) -> "Life":
        """A history, up to six writers that died, and one that did not."""
        fate = Random(seed)  # noqa: S311  # fates, no keys
        life = cls(invent(fate), fate)
        deaths = fate.randint(0, 6)
        for number in range(deaths):
            life.writer(number, dies=True)
            if life.late and fate.random() < 0.5:
                life.shelf.put(life.late.pop())
        life.writer(deaths, dies=False)
        return life

    def writer(self, number: int, *, dies: bool) -> None:
        position = reach(self.shelf.names(self.confirmed), self.confirmed)
        stored = {t.lsn: t.xid for t in self.history if self.confirmed <= t.lsn < position}
        builder = Builder(str(LINE), f"{number:016x}", position, stored)
        flying: list[Packed] = []
        for lsn, message in sent(self.history, self.confirmed):
            if dies and self.fate.random() < 0.06:
                break
            builder.add(lsn, message)
            if self.fate.random() < 0.25:
                flying += self._cut(builder)
            if flying and self.fate.random() < 0.5:
                self._land(flying)
        else:
            builder.advance(self.end)
            flying += self._cut(builder)
            while not dies and flying:
                self._land(flying)
        # What was on its way arrives now, later, or never, in any order.
        for packed in flying:
            becomes = self.fate.choice(["arrives", "late", "never"])
            if becomes == "arrives":
                self.shelf.put(packed)
            elif becomes == "late":
                self.late.append(packed)

    @property
    def end(self) -> int:
        return self.history[-1].lsn + RECORD_BYTES * 5 if self.history else LINE.start + 1

    def _cut(self, builder: Builder) -> list[Packed]:
        packed = builder.cut(None, None)
        return [packed] if packed else []

    def _land(self, flying: list[Packed]) -> None:
        packed = flying.pop(0)
        self.shelf.put(packed)
        self.confirmed = packed.name.upto


SEEDS = st.integers(0, 2**32)


@settings(max_examples=1500, deadline=None)
@given(SEEDS)
def test_a_reader_gets_what_was_committed_however_many_writers_died(seed: int) -> None:
    life = Life.of(seed)
    for packed in life.late:
        life.shelf.put(packed)

    start = life.fate.choice([LINE.start, *(t.lsn for t in life.history)])
    assert read(life.shelf, start, life.end) == [t for t in life.history if t.lsn >= start]


@settings(max_examples=500, deadline=None)
@given(SEEDS)
def test_a_segment_that_is_gone_is_a_hole_or_was_there_twice(seed: int) -> None:
    life = Life.of(seed)
    del life.shelf.bodies[life.fate.choice(sorted(life.shelf.bodies))]
    try:
        got = read(life.shelf, LINE.start, life.end)
    except IntegrityError as error:
        said = str(error)
    else:
        assert got == life.history
        return
    assert "hole" in said


@settings(max_examples=500, deadline=None)
@given(SEEDS)
def test_a_path_reads_no_segment_twice(seed: int) -> None:
    life = Life.of(seed)
    steps = [name for stretch in path(life.shelf.names(LINE.start), LINE.start, life.end) for name in stretch]
    assert len(steps) == len(set(steps))


def read(shelf: Shelf, start: int, end: int) -> list[Committed]:
    """The transactions as a reader hands them on; each row's table is one that was described."""
    found = []
    names: dict[int, str] = {}
    for transaction in Reader(shelf, start, end).transactions():
        rows = []
        for change in transaction.changes():
            if isinstance(change, Relation):
                names[change.oid] = change.name
            else:
                assert isinstance(change, Insert)
                assert names[change.relation] == f"t{change.relation}"
                value = change.new[0]
                assert isinstance(value, bytes)
                rows.append((change.relation, int(value)))
        found.append(Committed(transaction.begin.final_lsn, transaction.begin.xid, tuple(rows)))
    return found
