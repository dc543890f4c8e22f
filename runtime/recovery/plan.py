"""What a recovery will do, before anything is done: which base, which segments, how far, and what does not come back and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.listing import base_keys
from runtime.backups.base.manifest import BaseManifest
from runtime.common.errors import TargetError
from runtime.common.lsn import lsn_text
from runtime.recovery.ddl import Inexact, inexact
from runtime.recovery.messages import DDL, POINT, messages
from runtime.recovery.targets import AfterTransaction, AtPoint, Coverage, Target, UntilLsn, UntilTime
from runtime.wal.archive import Archive
from runtime.wal.line import Line, lines
from runtime.wal.names import SegmentName
from runtime.wal.pgoutput import EPOCH
from runtime.wal.segments import transactions
from runtime.wal.walk import Run, path, reach

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Store:
    """Where the bases and the archive of one database lie."""

    client: "S3Client"
    bucket: str
    base_prefix: str
    wal_prefix: str
    database: str

    @property
    def bases(self) -> BaseFolder:
        """Where its bases lie."""
        return BaseFolder.of(self.base_prefix, self.database)

    def lines(self) -> list[Line]:
        """Its lines, in the order in which they began."""
        return lines(self.client, self.bucket, self.wal_prefix, self.database)

    def archive(self, line: Line) -> Archive:
        """A line's objects."""
        return Archive(self.client, self.bucket, line.folder(self.wal_prefix), line.name)


@dataclass(frozen=True)
class Base:
    """A base that an archive completes, and the key of its manifest."""

    key: str
    manifest: BaseManifest
    lsn: int


@dataclass(frozen=True)
class Plan:
    """A recovery: the base, the stretches of the line that are read from `start` to `end`, and what will be missing."""

    target: Target
    base: Base
    line: Line
    start: int
    end: int
    stretches: tuple[Run, ...]
    coverage: Coverage
    inexact: tuple[Inexact, ...]
    points: tuple[str, ...]

    @property
    def segments(self) -> int:
        """How many objects of the archive are read."""
        return sum(len(stretch) for stretch in self.stretches)

    def losses(self) -> Iterator[str]:
        """What does not come back as it was, a sentence each."""
        for omission in self.base.manifest.omissions:
            yield f"{omission.what}: {omission.why}"
        if self.base.manifest.large_objects.count:
            yield "large objects: they stand as in the base, because PostgreSQL streams no changes of them"
        for item in self.inexact:
            effect = "the recovery stops there" if item.blocks else "not exactly as it was"
            yield f"{item.tag} {item.object} at {lsn_text(item.position)}: {effect}, {item.reason}"

    def text(self) -> str:
        """The plan for people."""
        manifest = self.base.manifest
        rows = [
            f"Recover {manifest.database} to {self.target}",
            f"  base      {self.base.key}",
            f"            of {manifest.started_at:%Y-%m-%d %H:%M:%S} UTC, {manifest.rows} rows in {len(manifest.tables)} tables, PostgreSQL {manifest.server_version}",
            f"  archive   line {self.line.name}, {self.segments} segments from {lsn_text(self.start)} to {lsn_text(self.end)}",
        ]
        if self.coverage.until is not None:
            rows.append(f"            complete until {self.coverage.until:%Y-%m-%d %H:%M:%S} UTC")
        losses = list(self.losses())
        rows.append("  missing   nothing" if not losses else "  missing")
        rows += [f"    - {loss}" for loss in losses]
        return "\n".join(rows)


class Planner:
    """Finds the base and the segments for a target, newest history first."""

    def __init__(self, store: Store, line: str | None = None) -> None:
        """Take where everything lies; `line` restricts it to one history."""
        self._store = store
        self._lines = [found for found in reversed(store.lines()) if line in {None, found.name}]
        self._bases = list(self._read_bases())

    def plan(self, target: Target) -> Plan:
        """The plan for this target.

        Raises TargetError when nothing reaches it, with what does; IntegrityError when something in between is missing; StorageError.
        """
        reasons: list[str] = []
        for line in self._lines:
            archive = self._store.archive(line)
            start = line.identity.start
            names = list(archive.names(start))
            upto = reach(names, start)
            for base in self._on(line):
                found = self._try(target, line, base, names, upto)
                if isinstance(found, Plan):
                    return found
                reasons.append(found)
        raise TargetError(self._refusal(target, reasons))

    def _try(self, target: Target, line: Line, base: Base, names: list[SegmentName], upto: int) -> Plan | str:
        """The plan from this base on, or why it is none."""
        too_new = _too_new(target, base, upto)
        if too_new:
            return too_new
        archive = self._store.archive(line)
        stretches = path(names, base.lsn, upto)
        coverage = Coverage(upto, _covered(archive, stretches))
        told = list(messages(archive, stretches, base.lsn, upto))
        points = tuple(message.content.decode(errors="replace") for _, message in told if message.prefix == POINT)
        if not _reached(target, archive, stretches, coverage, points):
            until = f", and until {coverage.until.isoformat()}" if coverage.until else ""
            return f"{base.key} with the line {line.name} reaches {lsn_text(upto)}{until}, and does not have it"
        return Plan(
            target=target,
            base=base,
            line=line,
            start=base.lsn,
            end=upto,
            stretches=tuple(stretches),
            coverage=coverage,
            inexact=inexact((position, message.content) for position, message in told if message.prefix == DDL),
            points=points,
        )

    def _read_bases(self) -> Iterator[Base]:
        store = self._store
        for key in reversed(base_keys(store.client, store.bucket, store.bases)):
            manifest = BaseManifest.read(store.client, store.bucket, key)
            if manifest.lsn is not None:
                yield Base(key, manifest, manifest.lsn)

    def _on(self, line: Line) -> Iterator[Base]:
        return (base for base in self._bases if base.manifest.line == line.name)

    def _refusal(self, target: Target, reasons: list[str]) -> str:
        database = self._store.database
        if not self._lines:
            return f"There is no archive of {database} in s3://{self._store.bucket}/{self._store.wal_prefix}: look at the names."
        if not reasons:
            return f"There is no base of {database} that an archive completes: RDS's point-in-time recovery and the snapshots are left."
        return "\n  - ".join([f"{database} cannot be recovered to {target}:", *dict.fromkeys(reasons)])


def _has(archive: Archive, stretches: list[Run], xid: int) -> bool:
    """Whether the transaction of this number is in the segments. Reads them, the newest first."""
    wanted = xid & 0xFFFFFFFF
    return any(
        wanted in transactions(archive.get(name)).values()
        for stretch in reversed(stretches)
        for name in reversed(stretch)
    )


def _covered(archive: Archive, stretches: list[Run]) -> datetime | None:
    """The newest moment before which everything that was acknowledged is in the segments, None when none of them says one."""
    for stretch in reversed(stretches):
        for name in reversed(stretch):
            moment = archive.get(name).header.covers_until
            if moment is not None:
                return moment
    return None


def _too_new(target: Target, base: Base, upto: int) -> str:
    """Why a base is newer than the target, nothing when it is not."""
    if base.lsn > upto:
        return f"{base.key} is newer than the end of its archive, {lsn_text(upto)}"
    if isinstance(target, UntilTime) and base.manifest.snapshot_at > target.moment:
        return f"{base.key} is of {base.manifest.snapshot_at.isoformat()}"
    if isinstance(target, UntilLsn) and base.lsn > target.lsn:
        return f"{base.key} begins at {lsn_text(base.lsn)}"
    return ""


def _reached(
    target: Target, archive: Archive, stretches: list[Run], coverage: Coverage, points: tuple[str, ...]
) -> bool:
    match target:
        case AtPoint(name):
            return name in points
        case AfterTransaction(xid):
            return _has(archive, stretches, xid)
        case UntilTime(moment):
            return target.covered(coverage) or _newest_commit(archive, stretches) > moment
        case _:
            return target.covered(coverage)


def _newest_commit(archive: Archive, stretches: list[Run]) -> datetime:
    """When the last transaction in the segments was committed: nothing earlier is still to come."""
    last = (archive.get(name).header.last_commit_at for stretch in reversed(stretches) for name in reversed(stretch))
    return next((moment for moment in last if moment is not None), EPOCH)
