"""The messages in a line (named points, captured changes of the schema), read from those segments alone whose names say that they have some."""

from collections.abc import Iterable, Iterator

from runtime.recovery.reader import Source
from runtime.wal import pgoutput
from runtime.wal.names import SegmentName
from runtime.wal.pgoutput import Kind, Message, parse
from runtime.wal.walk import Run

DDL = "jobr.ddl"
POINT = "jobr.point"


def messages(source: Source, stretches: Iterable[Run], start: int, end: int) -> Iterator[tuple[int, Message]]:
    """Each message of a transaction that begins to commit from `start` on and before `end`, with where its commit record begins, in their order.

    Raises StorageError or IntegrityError.
    """
    done = start
    for stretch in stretches:
        for name in stretch:
            for position, message in _segment(source, name) if name.has_messages else ():
                # The last transaction of a stretch may be open, and comes whole in the next one.
                if done <= position < min(end, stretch[-1].upto):
                    yield position, message
        done = max(done, stretch[-1].upto)


def _segment(source: Source, name: SegmentName) -> Iterator[tuple[int, Message]]:
    # A segment that begins inside a transaction begins, in positions, where that transaction ends.
    position = name.after if name.inside else None
    for _, data in source.get(name).messages():
        if data[0] == Kind.BEGIN:
            position = pgoutput.begin(data).final_lsn
        elif data[0] == Kind.COMMIT:
            position = None
        elif data[0] == Kind.MESSAGE and position is not None:
            message = parse(data)
            if isinstance(message, Message) and message.transactional:
                yield position, message
