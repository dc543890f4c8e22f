"""Which bases are kept, and which chunks nobody needs any more: a policy without a clock or a bucket of its own.

Why no chunk is deleted that a running base counts on (chunks.py has the other half):
- Of the bases that were begun before the grace period the newest is kept whatever the counts say, and so is every one that ended within it. So the base that
  was the newest when a run began is kept for as long as that run may take, and with it every chunk that the run found in it.
- A chunk that the run found elsewhere was younger than REUSE_FOR then, and is younger than GRACE when the run's manifest is there, which takes LONGEST_RUN.
- A chunk that the run stored is younger still.
- A chunk that the run stored *again*, because it might not be reused, is a new version; what is returned here are the versions that were listed, and only
  those may be deleted. A bucket without versions must not be pruned.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.backups.base.chunks import GRACE


@dataclass(frozen=True)
class Keep:
    """How many of the last days, weeks and months with a base keep one, which is the newest of its day, week or month (UTC)."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12

    def __post_init__(self) -> None:
        if min(self.daily, self.weekly, self.monthly) < 0:
            raise ValueError("a number of bases to keep is not negative")


@dataclass(frozen=True)
class KnownBase:
    """A base as retention sees it: its manifest's key, and the checksums of its chunks."""

    key: str
    started_at: datetime
    finished_at: datetime
    chunks: frozenset[str]


@dataclass(frozen=True)
class ChunkVersion:
    """One version of a chunk's object. `is_locked` is what S3 says of its retention or legal hold."""

    sha256: str
    version: str
    modified: datetime
    stored_bytes: int
    is_locked: bool = False


@dataclass(frozen=True)
class Pruning:
    """What may go, in this order: first the manifests, then the chunks that no kept base needs."""

    bases: tuple[KnownBase, ...]
    chunks: tuple[ChunkVersion, ...]

    @property
    def stored_bytes(self) -> int:
        """What becomes free, in bytes."""
        return sum(chunk.stored_bytes for chunk in self.chunks)


def kept_bases(bases: Collection[KnownBase], keep: Keep, now: datetime) -> set[KnownBase]:
    """The bases to keep at this moment: those that the counts say, the newest of all, and those that a running base may count on."""
    newest_first = sorted(bases, key=lambda base: (base.started_at, base.key), reverse=True)
    settled = [base for base in newest_first if base.finished_at <= now - GRACE]
    kept = {base for base in bases if base.finished_at > now - GRACE} | set(settled[:1]) | set(newest_first[:1])
    for count, period in ((keep.daily, _day), (keep.weekly, _week), (keep.monthly, _month)):
        kept |= _last_of(newest_first, period, count)
    return kept


def prune(bases: Collection[KnownBase], chunks: Iterable[ChunkVersion], keep: Keep, now: datetime) -> Pruning:
    """What may be deleted now.

    `bases` are all that there are: a manifest that cannot be read is a reason not to prune at all, since nobody knows what it needs. `chunks` are
    versions that were listed before or after the manifests were, the order does not matter. Locked versions are left out; S3 would refuse them.
    """
    kept = kept_bases(bases, keep, now)
    # The chunks of bases that go now stay until the next pruning: a manifest that could not be deleted would need them.
    needed = {sha256 for base in bases for sha256 in base.chunks}
    gone = [base for base in bases if base not in kept]
    free = [
        chunk
        for chunk in chunks
        if chunk.sha256 not in needed and chunk.modified <= now - GRACE and not chunk.is_locked
    ]
    return Pruning(tuple(sorted(gone, key=lambda base: base.key)), tuple(free))


def _last_of(newest_first: Iterable[KnownBase], period: Callable[[datetime], Hashable], count: int) -> set[KnownBase]:
    """The newest base of each of the last `count` periods that have one."""
    newest: dict[Hashable, KnownBase] = {}
    for base in newest_first:
        newest.setdefault(period(base.started_at.astimezone(UTC)), base)
    return set(list(newest.values())[:count])


def _day(moment: datetime) -> Hashable:
    return moment.date()


def _week(moment: datetime) -> Hashable:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> Hashable:
    return moment.year, moment.month
