"""Where a recovery stops."""

from datetime import UTC, datetime, timedelta

import pytest

from runtime.recovery.targets import (
    AfterTransaction,
    AtPoint,
    Coverage,
    Everything,
    Seen,
    UntilLsn,
    UntilTime,
    missed,
    watch,
)
from runtime.wal.pgoutput import Begin

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def begin(lsn: int, seconds: float = 0, xid: int = 7) -> Begin:
    return Begin(lsn, NOON + timedelta(seconds=seconds), xid)


def test_a_time_holds_what_was_committed_at_it_and_nothing_later() -> None:
    target = UntilTime(NOON)
    assert [target.before(begin(1, seconds)) for seconds in (-1, 0, 0.000001)] == [False, False, True]
    assert not target.after(begin(1), []), "the next one may have the same time"


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UntilTime(datetime(2026, 11, 25))  # noqa: DTZ001  # it is what is refused


def test_a_position_holds_the_commit_that_begins_there_only_when_inclusive() -> None:
    assert [UntilLsn(10).before(begin(lsn)) for lsn in (9, 10, 11)] == [False, True, True]
    assert [UntilLsn(10, inclusive=True).before(begin(lsn)) for lsn in (9, 10, 11)] == [False, False, True]
    assert [UntilLsn(10, inclusive=True).after(begin(lsn), []) for lsn in (9, 10)] == [False, True]


def test_a_transaction_is_found_by_its_number_of_32_bits() -> None:
    assert AfterTransaction((3 << 32) + 7).after(begin(1), [])
    assert not AfterTransaction(8).after(begin(1), [])


def test_an_archive_that_reaches_beyond_the_target_needs_no_transaction_behind_it() -> None:
    coverage = Coverage(10, NOON)
    assert UntilTime(NOON).covered(coverage)
    assert not UntilTime(NOON + timedelta(microseconds=1)).covered(coverage)
    assert not UntilTime(NOON).covered(Coverage(10, None))
    assert UntilLsn(10).covered(coverage)
    assert not UntilLsn(11).covered(coverage)
    assert not UntilLsn(10, inclusive=True).covered(coverage), "a commit at 10 may still come"
    assert Everything().covered(coverage)
    assert not AfterTransaction(7).covered(coverage)
    assert not AtPoint("x").covered(coverage)


def test_a_missed_target_names_what_came_nearest() -> None:
    seen, target = Seen(), AfterTransaction(100)
    for number, xid in enumerate((50, 98, 7)):
        watch(seen, target, begin(number, xid=xid), [f"point {number}"])
    assert "did not reach the transaction 100" in str(missed(target, seen))
    assert "the nearest number was 98 at 0/1; the last transaction was 7" in str(missed(target, seen))
    assert "the last points were 'point 0', 'point 1', 'point 2'" in str(missed(AtPoint("x"), seen))
    assert "no point came; no transaction came" in str(missed(AtPoint("x"), Seen()))
