"""The archive as transactions, in the order of their commits, each once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from runtime.common.errors import IntegrityError
from runtime.recovery.transactions import Transaction
from runtime.wal import pgoutput
from runtime.wal.names import SegmentName
from runtime.wal.pgoutput import Begin, Kind, Parsed, parse
from runtime.wal.segments import Segment
from runtime.wal.walk import Run, path

_DESCRIPTIONS = frozenset({Kind.RELATION, Kind.TYPE})


class Source(Protocol):
    """A line's segments, such as runtime.wal.archive.Archive."""

    def names(self, position: int) -> Iterator[SegmentName]:
        """Those that end at or behind a position."""

    def get(self, name: SegmentName) -> Segment:
        """One of them, verified."""


@dataclass(frozen=True)
class _Place:
    """Where a message stands: in which segment of a stretch, and where in it."""

    stretch: Run
    number: int
    at: int


class Reader:
    """Reads a line between two positions, verified, with one segment in memory at a time."""

    def __init__(self, archive: Source, start: int, end: int) -> None:
        """Plan it by the names alone. Raises StorageError, and IntegrityError when something between the positions is missing."""
        self._archive = archive
        self._start = start
        self._end = end
        self._held: tuple[SegmentName, Segment] | None = None
        # What was described by messages that nobody was handed yet.
        self._untold: dict[tuple[int, int], Parsed] = {}
        self.stretches = path(archive.names(start), start, end)

    def transactions(self) -> Iterator[Transaction]:
        """Every transaction whose commit record begins at or behind the start and before the end.

        The changes of one can be read until the next one is asked for. Raises StorageError or IntegrityError.
        """
        done = self._start
        for stretch in self.stretches:
            for begun, place in self._begins(stretch):
                # The last one of a stretch may be open, and is whole in the next one then.
                if done <= begun.final_lsn < min(self._end, stretch[-1].upto):
                    told: list[tuple[int, int]] = []
                    known = dict(self._untold)
                    yield Transaction(begun, partial(self._changes, place, known, told))
                    for key in told:
                        if self._untold.get(key) is known[key]:
                            del self._untold[key]
                    done = begun.final_lsn + 1

    def _begins(self, stretch: Run) -> Iterator[tuple[Begin, _Place]]:
        for number, name in enumerate(stretch):
            for following, message in self._segment(name).messages():
                kind = message[0]
                if kind == Kind.BEGIN:
                    yield pgoutput.begin(message), _Place(stretch, number, following)
                elif kind in _DESCRIPTIONS:
                    self._untold[kind, pgoutput.relation_of(message)] = parse(message)

    def _changes(
        self, place: _Place, known: dict[tuple[int, int], Parsed], told: list[tuple[int, int]]
    ) -> Iterator[Parsed]:
        yield from known.values()
        told.extend(known)
        at: int | None = place.at
        for name in place.stretch[place.number :]:
            for _, message in self._segment(name).messages(at):
                if message[0] == Kind.COMMIT:
                    return
                yield parse(message)
            at = None
        raise IntegrityError(f"Segment {place.stretch[-1].sha256} ends inside a transaction that is said to be whole.")

    def _segment(self, name: SegmentName) -> Segment:
        if self._held is None or self._held[0] != name:
            self._held = name, self._archive.get(name)
        return self._held[1]
