"""Which segments follow each other: pure decisions about names."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from runtime.common.errors import IntegrityError
from runtime.common.lsn import lsn_text
from runtime.wal.names import SegmentName

Run = tuple[SegmentName, ...]


def runs(names: Iterable[SegmentName]) -> list[Run]:
    """The segments by writer, divided where a number is missing or one does not begin where the one before ended."""
    by_writer = sorted(set(names), key=lambda name: (name.writer, name.number, name.upto))
    found: list[Run] = []
    for _, group in groupby(by_writer, key=lambda name: name.writer):
        run: list[SegmentName] = []
        for name in group:
            if run and (name.number != run[-1].number + 1 or name.after != run[-1].upto):
                found.append(tuple(run))
                run = []
            run.append(name)
        found.append(tuple(run))
    return found


def reach(names: Iterable[SegmentName], start: int) -> int:
    """How far the archive has everything that begins to commit from `start` on: the first position that is not covered."""
    position = start
    for stretch in _stretches(runs(names), start, None):
        position = stretch[-1].upto
    return position


def path(names: Iterable[SegmentName], start: int, end: int) -> list[Run]:
    """What to read for every transaction that begins to commit from `start` on and before `end`, stretch by stretch.

    A transaction that is open where a stretch ends is not whole there: it comes again, whole, in the next one.

    Raises IntegrityError, which names the first position from which on something is missing.
    """
    steps = list(_stretches(runs(names), start, end))
    position = steps[-1][-1].upto if steps else start
    if position < end:
        raise IntegrityError(
            f"The archive has a hole: of what was committed from {lsn_text(position)} on it has nothing, or not from its beginning."
        )
    return steps


def _stretches(available: Sequence[Run], start: int, end: int | None) -> Iterator[Run]:
    position = start
    while end is None or position < end:
        stretch = max(
            (part for run in available if (part := _from(run, position))), key=lambda part: part[-1].upto, default=()
        )
        if not stretch or stretch[-1].upto <= position:
            return
        yield stretch if end is None else _until(stretch, end)
        position = stretch[-1].upto


def _from(run: Run, position: int) -> Run:
    """The part of a run that has every transaction from the position on, none when it begins too late.

    The first segment that ends at or behind the position has their Begins, or one after it: those before it end before the position.
    """
    part = run[bisect_left(run, position, key=_end) :]
    if not part or part[0].after > position or (part[0].after == position and part[0].inside):
        return ()
    return part


def _until(stretch: Run, end: int) -> Run:
    """As much of a stretch as it takes to reach `end`."""
    return stretch[: bisect_left(stretch, end, key=_end) + 1]


def _end(name: SegmentName) -> int:
    return name.upto
