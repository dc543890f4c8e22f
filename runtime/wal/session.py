"""One session of the archiver: from the slot's line to the end of the stream."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from threading import Event
from typing import TYPE_CHECKING

from psycopg import sql

from runtime.common.clock import Clock, Deadline
from runtime.common.postgres import Connection, connect
from runtime.wal.archiver import Archiver, Pace, Progress
from runtime.wal.builder import Builder, DivergedError
from runtime.wal.capture.publications import PUBLICATIONS
from runtime.wal.line import Line
from runtime.wal.observer import Observer
from runtime.wal.opening import Opened, Opening, Place
from runtime.wal.slot import wait_for_slot
from runtime.wal.stream import replication

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Room for the names of all sequences, and for a server that is busy; a query of the observer's takes a millisecond.
QUERY_SECONDS = 10


@dataclass(frozen=True)
class Listener:
    """Who is told what happens: a line that begins, and every step's progress."""

    began: Callable[[Line], None]
    opened: Callable[[Opened], None]
    moved: Callable[[Archiver], None]


@dataclass(frozen=True)
class Archiving:
    """What it takes to archive: a way to the database, a place in S3, and how fast."""

    client: "S3Client"
    connection: Connection
    place: Place
    pace: Pace
    clock: Clock

    def run(self, stop: Event, waiting: Deadline, listener: Listener) -> Progress:
        """Archive until `stop` is set; waits, no longer than `waiting`, for another writer to end.

        Raises OperationError; whatever it raises, what was not stored was not confirmed, and the next session goes on from there.
        """
        try:
            return self._session(stop, waiting, listener, None)
        except DivergedError as diverged:
            return self._session(stop, waiting, listener, str(diverged))

    def _session(self, stop: Event, waiting: Deadline, listener: Listener, broken: str | None) -> Progress:
        with connect(self.connection) as session, replication(self.connection) as channel:
            session.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(f"{QUERY_SECONDS}s")))
            wait_for_slot(session, self.place.slot, waiting)
            opened = Opening(self.client, self.place, self.clock, listener.began).open(session, channel, broken)
            listener.opened(opened)
            builder = Builder(opened.line.name, token_hex(8), opened.position, opened.stored)
            stream = channel.start(self.place.slot, PUBLICATIONS, opened.start)
            observer = Observer(session, opened.line.publications)
            put = partial(opened.archive.put, encryption=self.place.encryption)
            with Archiver(stream, builder, observer, put, self.pace) as archiver:
                while not stop.is_set():
                    archiver.step()
                    listener.moved(archiver)
                archiver.finish()
                return archiver.progress
