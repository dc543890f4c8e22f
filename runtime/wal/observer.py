"""What the archive must know of the server beside the stream: its time and position, its sequences, its slot."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from runtime.common.errors import DatabaseError
from runtime.common.lsn import parse_lsn
from runtime.wal.segments import Sample, SequenceState

LOOK_SECONDS = 1.0
# PostgreSQL decodes no sequences, so they are sampled; a restore takes the first sample behind its target.
SEQUENCES_SECONDS = 10.0

# Everything that was acknowledged before this moment is before this position: a commit is answered when its record is flushed.
_NOW: LiteralString = """
SELECT clock_timestamp(), pg_current_wal_flush_lsn()::text,
    (SELECT coalesce(jsonb_object_agg(pubname, oid::bigint), '{}') FROM pg_publication WHERE pubname = ANY (%s))"""
_POSITION: LiteralString = "SELECT pg_current_wal_insert_lsn()::text"
_SEQUENCES: LiteralString = """
SELECT schemaname, sequencename, last_value FROM pg_sequences
WHERE has_sequence_privilege(format('%I.%I', schemaname, sequencename), 'SELECT') AND schemaname !~ '^pg_' ORDER BY 1, 2"""


@dataclass(frozen=True)
class Look:
    """The server's position at a moment of its own clock."""

    moment: datetime
    position: int


class Observer:
    """Looks every second, and remembers which looks the stream has not reached yet."""

    def __init__(
        self,
        session: psycopg.Connection[Any],
        publications: Mapping[str, int],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a session of its own, for ordinary queries, and what is streamed: publications, with their oids when the line began."""
        self._session = session
        self._publications = dict(publications)
        self._steady = steady
        self._looks: deque[Look] = deque()
        self._next_look = self._next_sample = 0.0
        self._sample: Sample | None = None
        self.newest: Look | None = None
        self.first: datetime | None = None

    def look(self) -> None:
        """Look at the server when it is time to.

        Raises DatabaseError when a publication is gone or another one: PostgreSQL 18 then sends nothing of what is written, without an error.
        """
        now = self._steady()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            moment, position, found = self._session.execute(_NOW, (list(self._publications),)).fetchall()[0]
            if found != self._publications:
                raise DatabaseError(
                    "A publication of the archive was dropped while it was archived: run the function that keeps the database's roles, "
                    "which makes it again; the archive then begins a new line."
                )
            self.newest = Look(moment, parse_lsn(position))
            self.first = self.first or moment
            self._looks.append(self.newest)
        if now >= self._next_sample:
            self._next_sample = now + SEQUENCES_SECONDS
            self._sample = self._sequences()

    def waits(self) -> bool:
        """Whether there is a look that the stream has not reached, as far as `reached` was told."""
        return bool(self._looks)

    def reached(self, position: int) -> datetime | None:
        """The newest moment all of whose acknowledged commits lie before `position`; None when no new one does."""
        moment = None
        while self._looks and self._looks[0].position <= position:
            moment = self._looks.popleft().moment
        return moment

    def sample(self) -> Sample | None:
        """The newest sample of the sequences, once."""
        sample, self._sample = self._sample, None
        return sample

    def _sequences(self) -> Sample:
        # First the position, then the values: they may be newer than it, never older.
        position = parse_lsn(self._session.execute(_POSITION).fetchall()[0][0])
        found = self._session.execute(_SEQUENCES).fetchall()
        states = (SequenceState(schema_name=schema, name=name, last_value=last) for schema, name, last in found)
        return Sample(lsn=position, sequences=tuple(states))
