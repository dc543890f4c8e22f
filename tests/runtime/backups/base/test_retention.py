"""What retention keeps and lets go, for any history of bases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.backups.base.chunks import GRACE, LONGEST_RUN, REUSE_FOR
from runtime.backups.base.retention import ChunkVersion, Keep, KnownBase, kept_bases, prune

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
KEEPS = st.builds(Keep, daily=st.integers(0, 9), weekly=st.integers(0, 6), monthly=st.integers(0, 14))
SHAS = st.sampled_from([f"{number:064x}" for number in range(12)])


def base(started: datetime, took: timedelta = timedelta(minutes=5), chunks: frozenset[str] = frozenset()) -> KnownBase:
    return KnownBase(f"database/x/bases/{started:%Y%m%dT%H%M%S.%fZ}/manifest.json", started, started + took, chunks)


def chunk(sha256: str, age: timedelta, *, is_locked: bool = False) -> ChunkVersion:
    return ChunkVersion(sha256, f"version-of-{age}", NOW - age, 100, is_locked)


BASES = st.lists(
    st.builds(
        lambda minutes, took, chunks: base(NOW - timedelta(minutes=minutes) - took, took, chunks),
        st.integers(0, 600 * 24 * 60),
        st.timedeltas(timedelta(minutes=1), LONGEST_RUN),
        st.frozensets(SHAS, max_size=6),
    ),
    max_size=60,
    unique_by=lambda known: known.key,
)
CHUNKS = st.lists(
    st.builds(chunk, SHAS, st.timedeltas(timedelta(0), timedelta(days=30)), is_locked=st.booleans()), max_size=40
)


@given(BASES, KEEPS)
def test_the_newest_base_is_always_kept(bases: list[KnownBase], keep: Keep) -> None:
    kept = kept_bases(bases, keep, NOW)

    assert not bases or max(bases, key=lambda known: known.started_at) in kept


@given(BASES)
def test_each_of_the_last_days_weeks_and_months_with_a_base_keeps_its_newest(bases: list[KnownBase]) -> None:
    kept = kept_bases(bases, Keep(daily=7, weekly=5, monthly=12), NOW)

    for count, name in ((7, "%Y-%m-%d"), (5, "%G-%V"), (12, "%Y-%m")):
        for period in sorted({f"{known.started_at:{name}}" for known in bases}, reverse=True)[:count]:
            of_it = [known for known in bases if f"{known.started_at:{name}}" == period]
            assert max(of_it, key=lambda known: known.started_at) in kept, f"it is the newest of {period}"


def test_a_year_of_nightly_bases_leaves_what_the_policy_says() -> None:
    nights = [base(NOW - timedelta(days=days, hours=9)) for days in range(400)]

    kept = sorted((known.started_at.date().isoformat() for known in kept_bases(nights, Keep(), NOW)), reverse=True)

    assert kept[:7] == [f"2026-11-{day}" for day in (25, 24, 23, 22, 21, 20, 19)], "seven days"
    assert kept[7:10] == ["2026-11-15", "2026-11-08", "2026-11-01"], "with 11-25 and 11-22 the Sundays of five weeks"
    assert kept[10:] == [
        "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30", "2026-03-31",
        "2026-02-28", "2026-01-31", "2025-12-31",
    ], "and with November the last days of twelve months"  # fmt: skip


def test_keeping_nothing_still_keeps_the_newest_of_a_long_pause() -> None:
    old = [base(NOW - timedelta(days=days)) for days in (300, 400)]

    assert kept_bases(old, Keep(0, 0, 0), NOW) == {old[0]}


@given(BASES, CHUNKS, KEEPS)
def test_nothing_needed_young_or_locked_is_deleted(
    bases: list[KnownBase], chunks: list[ChunkVersion], keep: Keep
) -> None:
    pruning = prune(bases, chunks, keep, NOW)
    needed = {sha256 for known in bases if known not in pruning.bases for sha256 in known.chunks}

    for gone in pruning.chunks:
        assert gone.sha256 not in needed, "a kept base would not restore"
        assert gone.modified <= NOW - GRACE, "a run may have stored it, or may count on it"
        assert not gone.is_locked, "S3 would refuse"


@given(BASES, CHUNKS, KEEPS)
def test_whatever_is_old_and_needed_by_no_base_goes(
    bases: list[KnownBase], chunks: list[ChunkVersion], keep: Keep
) -> None:
    gone = set(prune(bases, chunks, keep, NOW).chunks)
    needed = {sha256 for known in bases for sha256 in known.chunks}

    for version in chunks:
        if version.sha256 not in needed and version.modified <= NOW - GRACE and not version.is_locked:
            assert version in gone, "it would be paid for without end"


@given(BASES, CHUNKS, KEEPS)
def test_the_next_pruning_takes_what_the_bases_of_this_one_needed(
    bases: list[KnownBase], chunks: list[ChunkVersion], keep: Keep
) -> None:
    first = prune(bases, chunks, keep, NOW)
    second = prune([known for known in bases if known not in first.bases], chunks, keep, NOW)

    assert second.bases == (), "a policy that was followed asks for nothing more"
    assert set(first.chunks) <= set(second.chunks)


@given(
    BASES,
    KEEPS,
    st.timedeltas(timedelta(0), LONGEST_RUN),
    st.timedeltas(timedelta(0), LONGEST_RUN),
    st.timedeltas(timedelta(0), REUSE_FOR),
)
def test_whenever_somebody_prunes_a_running_base_keeps_what_it_counts_on(
    bases: list[KnownBase], keep: Keep, ran_for: timedelta, goes_on_for: timedelta, age: timedelta
) -> None:
    """A run that began some time ago and ends some time later; the pruning is now, and once more when the run has just ended."""
    began = NOW - ran_for
    there = [known for known in bases if known.finished_at <= began]
    counted_on = max(there, key=lambda known: (known.started_at, known.key)).chunks if there else frozenset()
    leftover = "f" * 64  # of a run that died: young when this run found it
    versions = [chunk(sha256, timedelta(days=20)) for sha256 in counted_on]
    versions.append(ChunkVersion(leftover, "1", began - age, 100))

    for moment in (NOW, NOW + min(goes_on_for, LONGEST_RUN - ran_for)):
        pruning = prune(bases, versions, keep, moment)
        left = {known for known in bases if known not in pruning.bases}
        assert counted_on <= {sha256 for known in left for sha256 in known.chunks}, "the base that had them stays"
        assert pruning.chunks == (), (
            "neither what the newest base had nor what was young is deleted while the run lasts"
        )


def test_a_day_is_to_spare_for_clocks() -> None:
    assert REUSE_FOR + LONGEST_RUN + timedelta(days=1) <= GRACE


def test_a_negative_count_is_no_policy() -> None:
    with pytest.raises(ValueError, match="not negative"):
        Keep(daily=-1)
