"""The archiver's loop: read, gather, cut, store, and only then confirm."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from runtime.wal.builder import Builder
from runtime.wal.observer import Look, Observer
from runtime.wal.segments import Packed
from runtime.wal.stream import Alive, Change, Stream

MEBIBYTE = 1024 * 1024
# Segments on their way to S3; with the one that is gathered they bound the memory.
IN_FLIGHT = 2
# The server hangs up after wal_sender_timeout, 60 s unless set otherwise (30 s on RDS), without a word from us.
STATUS_SECONDS = 5.0
# Between two looks at the clock in a flood of changes.
BURST = 500


@dataclass(frozen=True)
class Pace:
    """When a segment is cut: at so many bytes, when its first change is so old, or, idle, so long after the one before."""

    segment_bytes: int = 16 * MEBIBYTE
    seconds: float = 1.0
    idle_seconds: float = 30.0


@dataclass(frozen=True)
class Progress:
    """How far the archive is. `position`: everything before it is stored; `covers_until`: what was acknowledged earlier is stored."""

    position: int
    covers_until: datetime | None
    segments: int
    stored_bytes: int


@dataclass(frozen=True)
class _Flight:
    packed: Packed
    covers_until: datetime | None
    future: "Future[object]"


class Archiver:
    """Archives one stream until it is told to stop. Use it as a context manager: leaving it waits for what is on its way."""

    def __init__(
        self, stream: Stream, builder: Builder, observer: Observer, put: Callable[[Packed], object], pace: Pace
    ) -> None:
        """Take the stream, started where the builder begins, and what stores a segment."""
        self._stream = stream
        self._builder = builder
        self._observer = observer
        self._put = put
        self._pace = pace
        self._flights: deque[_Flight] = deque()
        self._waiting_since = self._cut_at = self._status_at = time.monotonic()
        self._covers_until: datetime | None = None
        self.progress = Progress(builder.upto, None, 0, 0)

    @property
    def newest(self) -> Look | None:
        """The newest look at the server."""
        return self._observer.newest

    @property
    def began_at(self) -> datetime | None:
        """When the server was looked at first: until something is covered, the archive is behind by all the time since."""
        return self._observer.first

    def __enter__(self) -> Self:
        """Start the thread that stores."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the thread."""
        self._pool.shutdown(cancel_futures=True)

    def finish(self) -> None:
        """Store what was gathered, confirm it, and part from the server in order. Raises as `step` does."""
        self._cut()
        while self._flights:
            self._land(wait=True)
        self._stream.confirm(self.progress.position)
        self._stream.end()

    def step(self) -> None:
        """Read what is there, for a moment at most, and do what is due.

        Raises psycopg.Error when the server hangs up, StorageError when S3 refuses, IntegrityError for a stream that makes no sense.
        Whatever it raises, what was not stored was not confirmed.
        """
        self._observer.look()
        self._land(wait=len(self._flights) > IN_FLIGHT)
        if len(self._flights) > IN_FLIGHT:
            return
        self._read()
        self._cover()
        now = time.monotonic()
        if self._is_due(now):
            self._cut()
        if now - self._status_at >= (self._pace.seconds if self._observer.waits() else STATUS_SECONDS):
            self._confirm()

    def _read(self) -> None:
        patience = min(self._pace.seconds / 4, 0.25)
        for _ in range(BURST):
            if self._builder.size >= self._pace.segment_bytes:
                return
            had = self._builder.waits()
            item = self._stream.next(patience)
            if isinstance(item, Change):
                self._builder.add(item.lsn, item.message)
                patience = 0
            elif isinstance(item, Alive):
                self._builder.advance(item.position)
                if item.asks:
                    self._confirm()
            else:
                return
            if not had and self._builder.waits():
                self._waiting_since = time.monotonic()

    def _cover(self) -> None:
        moment = self._observer.reached(self._builder.upto)
        if moment is not None:
            self._covers_until = moment
            if not self._builder.waits() and not self._flights:
                self.progress = replace(self.progress, covers_until=moment)

    def _is_due(self, now: float) -> bool:
        if self._builder.waits():
            return self._builder.size >= self._pace.segment_bytes or now - self._waiting_since >= self._pace.seconds
        return now - self._cut_at >= self._pace.idle_seconds

    def _cut(self) -> None:
        self._cut_at = time.monotonic()
        packed = self._builder.cut(self._covers_until, self._observer.sample())
        if packed is not None:
            self._flights.append(_Flight(packed, self._covers_until, self._pool.submit(self._put, packed)))

    def _land(self, *, wait: bool) -> None:
        if wait and self._flights:
            with suppress(TimeoutError):
                self._flights[0].future.result(timeout=STATUS_SECONDS)
        landed = False
        while self._flights and self._flights[0].future.done():
            flight = self._flights.popleft()
            flight.future.result()
            done = self.progress
            self.progress = Progress(
                flight.packed.name.upto,
                flight.covers_until or done.covers_until,
                done.segments + 1,
                done.stored_bytes + len(flight.packed.body),
            )
            landed = True
        if landed or wait:
            self._confirm()

    def _confirm(self) -> None:
        self._status_at = time.monotonic()
        self._stream.confirm(self.progress.position, ask=self._observer.waits())
