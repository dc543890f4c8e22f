"""What many changes come to: the rows of the target that are to go, and the rows that are to come.

A row is known by the text of its identity. PostgreSQL compares the bytes of old and new keys to decide whether an UPDATE sends the old one, so the text that
names a row is always the text it was last given, even where a type calls two texts equal (1.0 and 1.00).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from runtime.wal.pgoutput import UNCHANGED, Delete, Relation, Row, Unchanged, Update

# What CPython 3.11 takes beside the bytes themselves: an entry of a dict and a tuple, and for each value a bytes object and its place.
ENTRY_BYTES = 160
VALUE_BYTES = 56


class DisagreementError(Exception):
    """The changes contradict each other: a row that is gone cannot change, a row that is there cannot come."""


@dataclass
class Load:
    """What all changes that are held weigh together, in rows and in bytes of memory (an estimate from above)."""

    rows: int = 0
    bytes: int = 0

    def empty(self) -> None:
        """All was written."""
        self.rows = self.bytes = 0


class Appended:
    """The changes of a table without an identity: rows that are added, for nothing else can come."""

    def __init__(self, relation: Relation, load: Load) -> None:
        """Take the table as the stream describes it, and where to count."""
        self.relation = relation
        self.live: list[Row] = []
        self._load = load
        self._entry = ENTRY_BYTES + VALUE_BYTES * len(relation.columns)

    def insert(self, new: Row) -> None:
        """A row comes."""
        self.live.append(new)
        self._load.rows += 1
        self._load.bytes += self._entry + size(new)

    def update(self, _change: Update) -> None:
        """Never right here."""
        raise DisagreementError("changes a row of a table that has no replica identity")

    def delete(self, _change: Delete) -> None:
        """Never right here."""
        raise DisagreementError("deletes a row of a table that has no replica identity")

    def clear(self) -> None:
        """All was written."""
        self.live = []

    def __bool__(self) -> bool:
        return bool(self.live)


class Keyed:
    """The changes of a table whose rows have a key. `gone` are keys of the target's rows, `live` the rows that come, by their keys.

    `borrowed`: of which row of the target a coming row takes the values that the stream left out.
    """

    def __init__(self, relation: Relation, key: Sequence[int], load: Load) -> None:
        """Take the table as the stream describes it, the places of the key in its rows, and where to count."""
        self.relation = relation
        self.key = tuple(key)
        self.live: dict[Any, Row] = {}
        self.gone: set[Any] = set()
        self.borrowed: dict[Any, Any] = {}
        self._key_of: Callable[[Row], Any] = itemgetter(*self.key)
        self._load = load
        self._entry = ENTRY_BYTES + VALUE_BYTES * len(relation.columns)

    def insert(self, new: Row) -> None:
        """A row comes."""
        key = self._key_of(new)
        if key in self.live:
            raise DisagreementError("inserts a row whose key is taken")
        self.live[key] = new
        self._load.rows += 1
        self._load.bytes += self._entry + size(new)

    def delete(self, change: Delete) -> None:
        """A row goes."""
        self._forget(self._key_of(change.old))

    def update(self, change: Update) -> None:
        """A row changes: it goes, and comes as another one."""
        new, old = change.new, change.old
        if old is None:
            was = now = self._key_of(new)
        else:
            if UNCHANGED in new:
                new = filled(new, old, range(len(new)) if change.old_is_whole else self.key)
            was, now = self._key_of(old), self._key_of(new)
        lent = self.borrowed.get(was, was)
        before = self._forget(was)
        if now in self.live:
            raise DisagreementError("gives a row a key that is taken")
        if UNCHANGED in new:
            if before is not None:
                new = filled(new, before, range(len(new)))
            if UNCHANGED in new:
                self.borrowed[now] = lent
        self.live[now] = new
        self._load.rows += 1
        self._load.bytes += self._entry + size(new)

    def _forget(self, key: Any) -> Row | None:
        """Let a row go. The row, when it came with one of these changes."""
        before = self.live.pop(key, None)
        if before is not None:
            self._load.rows -= 1
            self._load.bytes -= self._entry + size(before)
            if self.borrowed:
                self.borrowed.pop(key, None)
            return before
        if key in self.gone:
            raise DisagreementError("changes or deletes a row that is gone")
        self.gone.add(key)
        self._load.rows += 1
        self._load.bytes += ENTRY_BYTES
        return None

    def clear(self) -> None:
        """All was written."""
        self.live, self.gone, self.borrowed = {}, set(), {}

    def __bool__(self) -> bool:
        return bool(self.live or self.gone)


@dataclass
class Counts:
    """How often each row is held."""

    rows: dict[Row, int] = field(default_factory=dict)

    def add(self, row: Row) -> bool:
        """One more. Whether it is the first one."""
        count = self.rows.get(row, 0)
        self.rows[row] = count + 1
        return not count

    def take(self, row: Row) -> bool:
        """One less. Whether there was one."""
        count = self.rows.get(row, 0)
        if count > 1:
            self.rows[row] = count - 1
        elif count:
            del self.rows[row]
        return bool(count)

    @property
    def total(self) -> int:
        """How many rows there are, each as often as it is there."""
        return sum(self.rows.values())


class Counted:
    """The changes of a table with REPLICA IDENTITY FULL and no key: how many of each row go, and how many come."""

    def __init__(self, relation: Relation, load: Load) -> None:
        """Take the table as the stream describes it, and where to count."""
        self.relation = relation
        self.live = Counts()
        self.gone = Counts()
        self._load = load
        self._entry = ENTRY_BYTES + VALUE_BYTES * len(relation.columns)

    def insert(self, new: Row) -> None:
        """A row comes."""
        if self.live.add(new):
            self._load.rows += 1
            self._load.bytes += self._entry + size(new)

    def delete(self, change: Delete) -> None:
        """A row goes: one that came with these changes, else one of the target."""
        self._forget(change.old)

    def update(self, change: Update) -> None:
        """A row changes: it goes, and comes as another one."""
        if change.old is None:
            raise DisagreementError("changes a row of a table with REPLICA IDENTITY FULL without saying which")
        new = change.new
        self._forget(change.old)
        self.insert(filled(new, change.old, range(len(new))) if UNCHANGED in new else new)

    def _forget(self, row: Row) -> None:
        if not self.live.take(row) and self.gone.add(row):
            self._load.rows += 1
            self._load.bytes += self._entry + size(row)

    def clear(self) -> None:
        """All was written."""
        self.live, self.gone = Counts(), Counts()

    def __bool__(self) -> bool:
        return bool(self.live.rows or self.gone.rows)


Changes = Appended | Keyed | Counted


def filled(new: Row, old: Row, places: Sequence[int]) -> Row:
    """The new row with the old one's values at these places where the stream left them out."""
    return tuple(old[at] if isinstance(value, Unchanged) and at in places else value for at, value in enumerate(new))


def size(row: Row) -> int:
    """How many bytes the values of a row have."""
    try:
        return sum(map(len, filter(None, row)))  # type: ignore[arg-type]  # what the stream left out is the TypeError below
    except TypeError:
        return sum(len(value) for value in row if isinstance(value, bytes))
