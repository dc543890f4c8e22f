"""What becomes of a bucket's objects with time: pure data, prefix by prefix."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

# What an overwrite or a delete leaves behind stays this long, against mistakes.
OLD_VERSIONS_STAY = timedelta(days=30)


class LifecycleError(ValueError):
    """S3 would refuse a rule, or bill objects for longer than they stay."""


class StorageClass(StrEnum):
    """S3's storage classes, from the warmest to the coldest. Only DEEP_ARCHIVE keeps a reader waiting, up to 48 hours."""

    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    STANDARD_IA = "STANDARD_IA"
    GLACIER_IR = "GLACIER_IR"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"

    @property
    def minimum_days(self) -> int:
        """How many days S3 bills an object for, however early it leaves (Amazon S3 pricing, "minimum storage duration")."""
        return _MINIMUM_DAYS[self]


_MINIMUM_DAYS = {
    StorageClass.INTELLIGENT_TIERING: 0,
    StorageClass.STANDARD_IA: 30,
    StorageClass.GLACIER_IR: 90,
    StorageClass.DEEP_ARCHIVE: 180,
}
# S3 moves nothing to Infrequent Access earlier (S3 user guide, "Constraints and considerations for transitions").
_EARLIEST_INFREQUENT_ACCESS = 30


@dataclass(frozen=True, kw_only=True)
class Tier:
    """Objects move to this class so many days after they were written."""

    after_days: int
    storage_class: StorageClass


# For what is read seldom but then at once: a restore never waits.
WARM_TIERS = (
    Tier(after_days=30, storage_class=StorageClass.STANDARD_IA),
    Tier(after_days=90, storage_class=StorageClass.GLACIER_IR),
)
# For what is kept because it must be.
COLD_TIERS = (*WARM_TIERS, Tier(after_days=180, storage_class=StorageClass.DEEP_ARCHIVE))
# For what nobody knows the use of: S3 watches and moves each object by itself.
UNKNOWN_TIERS = (Tier(after_days=0, storage_class=StorageClass.INTELLIGENT_TIERING),)


@dataclass(frozen=True, kw_only=True)
class LifecycleRule:
    """One prefix: the classes that its objects go through, and when they end; None keeps them for ever.

    Raises:
        LifecycleError: the classes are out of order, come too early, or cost more than they save.
    """

    id: str
    prefix: str
    retention: timedelta | None
    tiers: Sequence[Tier] = ()

    def __post_init__(self) -> None:
        for tier, following in pairwise(self.tiers):
            if _coldness(following) <= _coldness(tier) or following.after_days <= tier.after_days:
                raise LifecycleError(f"{self.id}: {following.storage_class} cannot follow {tier.storage_class}")
        ends_at = [*(tier.after_days for tier in self.tiers), self.days][1:]
        for tier, ends in zip(self.tiers, ends_at, strict=True):
            if tier.storage_class is StorageClass.STANDARD_IA and tier.after_days < _EARLIEST_INFREQUENT_ACCESS:
                raise LifecycleError(f"{self.id}: S3 moves nothing to Infrequent Access before day 30")
            if ends is not None and ends - tier.after_days < tier.storage_class.minimum_days:
                raise LifecycleError(f"{self.id}: {tier.storage_class} is billed for longer than objects stay in it")

    @property
    def days(self) -> int | None:
        """The day on which objects end."""
        return None if self.retention is None else self.retention.days


def rule(id_: str, prefix: str, retention: timedelta | None, tiers: Sequence[Tier]) -> LifecycleRule:
    """A rule with those of the tiers in which objects stay as long as they are billed for."""
    end = None if retention is None else retention.days
    kept: list[Tier] = []
    for tier in reversed(tiers):
        if end is None or end - tier.after_days >= tier.storage_class.minimum_days:
            kept.insert(0, tier)
            end = tier.after_days
    return LifecycleRule(id=id_, prefix=prefix, retention=retention, tiers=tuple(kept))


def _coldness(tier: Tier) -> int:
    return list(StorageClass).index(tier.storage_class)
