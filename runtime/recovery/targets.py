"""Where a recovery stops, by the rules of PostgreSQL's own: https://www.postgresql.org/docs/18/runtime-config-wal.html#RUNTIME-CONFIG-WAL-RECOVERY-TARGET.

Positions are where commit records begin. A target that the archive does not reach is an error: what came instead is named.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from runtime.common.lsn import lsn_text
from runtime.recovery.errors import ReplayError
from runtime.wal.pgoutput import Begin

NAMED = 5


@dataclass(frozen=True)
class Coverage:
    """What the archive is known to hold: everything before the position `upto`, and everything acknowledged before the moment `until`."""

    upto: int
    until: datetime | None


@dataclass
class Seen:
    """What came by."""

    last: Begin | None = None
    points: list[str] = field(default_factory=list)
    nearest: Begin | None = None

    def text(self) -> str:
        """The last transaction, in words."""
        if self.last is None:
            return "no transaction came"
        return f"the last transaction was {self.last.xid}, committed {self.last.committed_at.isoformat()} at {lsn_text(self.last.final_lsn)}"


class Target(Protocol):
    """Where to stop."""

    def __str__(self) -> str:
        """The target, in words."""
        ...

    def before(self, begin: Begin) -> bool:
        """Whether this transaction is already beyond the target."""
        ...

    def after(self, begin: Begin, points: list[str]) -> bool:
        """Whether this transaction, with these named points, is the last one."""
        ...

    def covered(self, coverage: Coverage) -> bool:
        """Whether the end of what the archive holds is beyond the target, though no transaction is."""
        ...

    def nearest(self, seen: Seen) -> str:
        """What came nearest to the target, in words."""
        ...


@dataclass(frozen=True)
class Everything:
    """All that the archive holds."""

    def __str__(self) -> str:
        return "the end of the archive"

    def before(self, _begin: Begin) -> bool:
        """Never."""
        return False

    def after(self, _begin: Begin, _points: list[str]) -> bool:
        """Never."""
        return False

    def covered(self, _coverage: Coverage) -> bool:
        """Always: the end is the target."""
        return True

    def nearest(self, seen: Seen) -> str:
        """The last one."""
        return seen.text()


@dataclass(frozen=True)
class UntilTime:
    """Stop before the first transaction that was committed later than this moment.

    This is `recovery_target_time`'s rule. Transactions come in the order of their commit records, and a commit's time is taken a little before its record is written:
    of two that commit at once the later record may have the earlier time. So one that follows the first later one is left out although its own time is not later.
    """

    moment: datetime

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("the moment of a recovery needs a time zone")

    def __str__(self) -> str:
        return f"the time {self.moment.isoformat()}"

    def before(self, begin: Begin) -> bool:
        """Whether it was committed later."""
        return begin.committed_at > self.moment

    def after(self, _begin: Begin, _points: list[str]) -> bool:
        """Never: the next one may have the same time."""
        return False

    def covered(self, coverage: Coverage) -> bool:
        """Whether the archive holds all that was acknowledged before the moment."""
        return coverage.until is not None and coverage.until >= self.moment

    def nearest(self, seen: Seen) -> str:
        """The last one."""
        return seen.text()


@dataclass(frozen=True)
class UntilLsn:
    """Stop before the first transaction whose commit record begins at this position or beyond; `inclusive`: only beyond it.

    What pg_current_wal_lsn() said after a commit is beyond that commit's record, so both forms hold it.
    """

    lsn: int
    inclusive: bool = False

    def __str__(self) -> str:
        return f"the position {lsn_text(self.lsn)}{', inclusive' if self.inclusive else ''}"

    def before(self, begin: Begin) -> bool:
        """Whether it begins there or beyond."""
        return begin.final_lsn > self.lsn if self.inclusive else begin.final_lsn >= self.lsn

    def after(self, begin: Begin, _points: list[str]) -> bool:
        """Whether it begins exactly there."""
        return self.inclusive and begin.final_lsn == self.lsn

    def covered(self, coverage: Coverage) -> bool:
        """Whether the archive holds all commits before the position, or up to it."""
        return coverage.upto > self.lsn if self.inclusive else coverage.upto >= self.lsn

    def nearest(self, seen: Seen) -> str:
        """The last one."""
        return seen.text()


@dataclass(frozen=True)
class AfterTransaction:
    """Stop after the transaction with this number, as pg_current_xact_id() gives it; a savepoint's own number is not in the archive.

    The stream's numbers have 32 bits: of a longer one the lower 32 are compared.
    """

    xid: int

    def __str__(self) -> str:
        return f"the transaction {self.xid}"

    def before(self, _begin: Begin) -> bool:
        """Never: numbers are given at the start, and transactions come by their ends."""
        return False

    def after(self, begin: Begin, _points: list[str]) -> bool:
        """Whether it is this one."""
        return begin.xid == self.xid & 0xFFFFFFFF

    def covered(self, _coverage: Coverage) -> bool:
        """Never: it must have come."""
        return False

    def nearest(self, seen: Seen) -> str:
        """The one with the nearest number."""
        if seen.nearest is None:
            return seen.text()
        return f"the nearest number was {seen.nearest.xid} at {lsn_text(seen.nearest.final_lsn)}; {seen.text()}"


@dataclass(frozen=True)
class AtPoint:
    """Stop after the transaction that wrote this name: SELECT pg_logical_emit_message(true, 'jobr.point', '<name>')."""

    name: str

    def __str__(self) -> str:
        return f"the point {self.name!r}"

    def before(self, _begin: Begin) -> bool:
        """Never."""
        return False

    def after(self, _begin: Begin, points: list[str]) -> bool:
        """Whether it wrote the name."""
        return self.name in points

    def covered(self, _coverage: Coverage) -> bool:
        """Never: it must have come."""
        return False

    def nearest(self, seen: Seen) -> str:
        """The points that did come."""
        named = ", ".join(repr(name) for name in seen.points[-NAMED:])
        return f"{f'the last points were {named}' if named else 'no point came'}; {seen.text()}"


def watch(seen: Seen, target: Target, begin: Begin, points: list[str]) -> None:
    """Note a transaction that came by."""
    seen.last = begin
    seen.points = [*seen.points, *points][-NAMED:]
    if isinstance(target, AfterTransaction) and (
        seen.nearest is None or abs(begin.xid - target.xid) < abs(seen.nearest.xid - target.xid)
    ):
        seen.nearest = begin


def missed(target: Target, seen: Seen) -> ReplayError:
    """The error of a target that never came."""
    return ReplayError(
        f"The recovery did not reach {target}: the archive ended before it; {target.nearest(seen)}. The target stands at the last of these. "
        "Name a target that the archive holds, or take this state."
    )


def passed(target: Target, database: str, final_lsn: int) -> ReplayError:
    """The error of a database that is beyond the target."""
    return ReplayError(
        f"{database} stands at {lsn_text(final_lsn)}, beyond {target}, and a replay never goes back. Restore the base into an empty database and replay again."
    )
