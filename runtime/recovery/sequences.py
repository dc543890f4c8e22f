"""Where sequences stand after a recovery: never behind a number that was given away, sometimes ahead of the last one.

PostgreSQL 18 decodes no sequences, so the archiver samples them. The first sample taken at or behind the recovery's end is not too low; where there is none,
the newest one is moved on by a margin.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from runtime.recovery.reader import Source
from runtime.wal.names import SegmentName
from runtime.wal.segments import Sample

# Samples are ten seconds apart: this is a hundred thousand numbers a second.
MARGIN = 1_000_000

_SEQUENCES: LiteralString = """
SELECT s.schemaname, s.sequencename, s.increment_by, s.min_value, s.max_value, s.last_value
FROM pg_sequences s WHERE s.schemaname !~ '^pg_'"""


@dataclass(frozen=True)
class Moved:
    """A sequence that was set, and to what."""

    schema: str
    name: str
    value: int


def sample_for(source: Source, names: Iterable[SegmentName], position: int) -> tuple[Sample | None, bool]:
    """The sample to use for a recovery that ends at a position, and whether it is surely not too low. `names` in the order of their ends."""
    newest: Sample | None = None
    for sample in _samples(source, names):
        newest = sample
        if sample.lsn >= position:
            return sample, True
    return newest, False


def move_sequences(session: psycopg.Connection[Any], sample: Sample | None, *, sure: bool) -> list[Moved]:
    """Move every sequence on to its sampled value, never back; one that does not repeat ends at its limit. Raises psycopg.Error."""
    sampled = {(state.schema_name, state.name): state.last_value for state in sample.sequences} if sample else {}
    moved = []
    for schema, name, step, lowest, highest, last in session.execute(_SEQUENCES).fetchall():
        known = [value for value in (last, sampled.get((schema, name))) if value is not None]
        if not known:
            continue
        furthest = max(known) if step > 0 else min(known)
        value = furthest if sure else furthest + MARGIN * step
        value = min(max(value, lowest), highest)
        if value != last:
            target = sql.Identifier(schema, name).as_string(None)
            session.execute("SELECT pg_catalog.setval(%s::regclass, %s)", (target, value))
            moved.append(Moved(schema, name, value))
    return moved


def _samples(source: Source, names: Iterable[SegmentName]) -> Iterator[Sample]:
    for name in names:
        sample = source.get(name).header.sample
        if sample is not None:
            yield sample
