"""Where an archiver begins: on the line that its slot belongs to, or on a new one when the history was broken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from runtime.common.clock import Clock
from runtime.common.s3 import Encryption
from runtime.wal.archive import Archive
from runtime.wal.line import Follows, Line, lines
from runtime.wal.names import LineName
from runtime.wal.segments import transactions
from runtime.wal.slot import Slot, drop_slot, find_publications, find_slot, flushed
from runtime.wal.stream import Replication, System
from runtime.wal.walk import path, reach

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Place:
    """Which database is archived, and where to. `instance` tells the server from its copies, such as RDS's resource id."""

    database: str
    instance: str
    slot: str
    bucket: str
    prefix: str
    encryption: Encryption


@dataclass(frozen=True)
class Opened:
    """A line to go on with.

    Everything before `position` is stored, the slot has heard of what lies before `start`, and `stored` are the transactions between the two:
    where they end, and their numbers. `is_new` says that the line has no base yet.
    """

    line: Line
    archive: Archive
    position: int
    start: int
    stored: Mapping[int, int]
    is_new: bool


@dataclass(frozen=True)
class _History:
    """What a new line is about."""

    system: System
    publications: dict[str, int]
    follows: Follows | None


class Opening:
    """Finds the line of a slot, and begins a new one where there is none that goes on."""

    def __init__(self, client: "S3Client", place: Place, clock: Clock, announce: Callable[[Line], None]) -> None:
        """Take what reaches S3, and what is told of a line that begins."""
        self._client = client
        self._place = place
        self._clock = clock
        self._announce = announce

    def open(self, session: psycopg.Connection[Any], replication: Replication, broken: str | None = None) -> Opened:
        """The line to go on with; `broken` is why it must not be the newest one, where that is known already.

        A line goes on when its slot is there, is not lost, belongs to this server and this history, and stands where the archive ends.
        In every other case the slot is made anew, and with it a line that says which one it follows and why; nothing is deleted.

        Raises StorageError, IntegrityError, or psycopg.Error.
        """
        place, system = self._place, replication.system()
        earlier = lines(self._client, place.bucket, place.prefix, place.database)
        newest = earlier[-1] if earlier else None
        slot = find_slot(session, place.slot)
        publications = find_publications(session)
        broken = broken or self._broken(newest, slot, system, publications)
        if newest is not None and slot is not None and broken is None:
            opened = self._go_on(newest, slot)
            if opened.position <= flushed(session):
                return opened
            broken = "the archive has what the server has not: the server went back in time"
        drop_slot(session, place.slot)
        follows = self._follows(newest, slot, broken)
        return self._begin(session, replication, _History(system, publications, follows))

    def _go_on(self, line: Line, slot: Slot) -> Opened:
        archive = self._archive(line)
        # Stored and not confirmed, because whoever stored it died first. The server sends it again, and must send the same.
        names = list(archive.names(slot.confirmed))
        position = reach(names, slot.confirmed)
        stored: dict[int, int] = {}
        for stretch in path(names, slot.confirmed, position):
            for name in stretch:
                stored |= transactions(archive.get(name))
        return Opened(line, archive, position, slot.confirmed, stored, is_new=False)

    def _broken(
        self, newest: Line | None, slot: Slot | None, system: System, publications: dict[str, int]
    ) -> str | None:
        """Why the newest line does not go on, None when it does or when there is none."""
        if newest is None:
            return None
        if newest.publications != publications:
            return "a publication was dropped and made again; what was written between is in no line"
        return next(self._breaks(newest, slot, system), None)

    def _breaks(self, newest: Line, slot: Slot | None, system: System) -> Iterator[str]:
        line, instance = newest.identity, self._place.instance
        if newest.instance != instance:
            yield f"the database is {instance} now, no longer {newest.instance}: a copy or a restored one"
        if line.system != system.identifier:
            yield f"the server was set up anew: its identifier is {system.identifier}, no longer {line.system}"
        if line.timeline != system.timeline:
            yield f"the server was promoted or restored: its timeline is {system.timeline}, no longer {line.timeline}"
        if slot is None:
            yield "the slot is gone"
            return
        if slot.lost:
            yield f"the slot is lost: {slot.lost}"
        if slot.confirmed < line.start:
            yield "the slot stands before its line: the server went back in time"
        if slot.confirmed != line.start and not self._archive(newest).ends_at(slot.confirmed):
            yield "the slot stands where no segment ends: somebody else moved it, or segments are gone"

    def _follows(self, newest: Line | None, slot: Slot | None, broken: str | None) -> Follows | None:
        if newest is None or broken is None:
            return None
        start = newest.identity.start
        archive = self._archive(newest)
        upto = reach(archive.names(slot.confirmed if slot and slot.confirmed > start else start), start)
        return Follows(line=newest.name, upto=upto, reason=broken)

    def _begin(self, session: psycopg.Connection[Any], replication: Replication, history: _History) -> Opened:
        system = history.system
        start = replication.create_slot(self._place.slot).start
        line = Line(
            name=str(LineName(system.identifier, system.timeline, start)),
            database=self._place.database,
            instance=self._place.instance,
            slot=self._place.slot,
            started_at=self._clock.now(),
            server_version=f"{session.info.server_version // 10000}.{session.info.server_version % 10000}",
            publications=history.publications,
            follows=history.follows,
        )
        line.write(self._client, self._place.bucket, self._place.prefix, self._place.encryption)
        self._announce(line)
        return Opened(line, self._archive(line), start, start, {}, is_new=True)

    def _archive(self, line: Line) -> Archive:
        return Archive(self._client, self._place.bucket, line.folder(self._place.prefix), line.name)
