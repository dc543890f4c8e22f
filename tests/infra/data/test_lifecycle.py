from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from infra.data.lifecycle import (
    COLD_TIERS,
    UNKNOWN_TIERS,
    WARM_TIERS,
    LifecycleError,
    LifecycleRule,
    StorageClass,
    Tier,
    rule,
)

RETENTIONS = some.one_of(some.none(), some.integers(1, 4000).map(lambda days: timedelta(days=days)))
TIERS = some.sampled_from([WARM_TIERS, COLD_TIERS, UNKNOWN_TIERS])
ORDER = list(StorageClass)


def tier(days: int, storage_class: StorageClass) -> Tier:
    return Tier(after_days=days, storage_class=storage_class)


@given(RETENTIONS, TIERS)
def test_objects_only_grow_colder_and_stay_as_long_as_they_are_billed_for(
    retention: timedelta | None, tiers: tuple[Tier, ...]
) -> None:
    made = rule("any", "", retention, tiers)
    for before, after in pairwise(made.tiers):
        assert ORDER.index(before.storage_class) < ORDER.index(after.storage_class)
        assert after.after_days - before.after_days >= before.storage_class.minimum_days
    if made.tiers and retention is not None:
        assert retention.days - made.tiers[-1].after_days >= made.tiers[-1].storage_class.minimum_days
    assert all(t.after_days >= 30 for t in made.tiers if t.storage_class is StorageClass.STANDARD_IA)


@given(RETENTIONS)
def test_what_a_restore_reads_never_has_to_be_thawed(retention: timedelta | None) -> None:
    assert StorageClass.DEEP_ARCHIVE not in {t.storage_class for t in rule("dumps", "", retention, WARM_TIERS).tiers}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (59, []),
        (60, ["STANDARD_IA"]),
        (179, ["STANDARD_IA"]),
        (180, ["STANDARD_IA", "GLACIER_IR"]),
        (359, ["STANDARD_IA", "GLACIER_IR"]),
        (360, ["STANDARD_IA", "GLACIER_IR", "DEEP_ARCHIVE"]),
    ],
)
def test_a_class_is_used_from_the_day_on_that_it_pays(days: int, expected: list[str]) -> None:
    made = rule("logs", "", timedelta(days=days), COLD_TIERS)
    assert [t.storage_class.value for t in made.tiers] == expected


@pytest.mark.parametrize(
    ("tiers", "reason"),
    [
        ([tier(29, StorageClass.STANDARD_IA)], "before day 30"),
        ([tier(90, StorageClass.GLACIER_IR), tier(200, StorageClass.STANDARD_IA)], "cannot follow"),
        ([tier(90, StorageClass.STANDARD_IA), tier(90, StorageClass.GLACIER_IR)], "cannot follow"),
        ([tier(30, StorageClass.STANDARD_IA), tier(59, StorageClass.GLACIER_IR)], "billed for longer"),
        ([tier(300, StorageClass.GLACIER_IR)], "billed for longer"),
    ],
)
def test_a_rule_that_s3_refuses_or_that_costs_more_than_it_saves_cannot_be_written(
    tiers: list[Tier], reason: str
) -> None:
    with pytest.raises(LifecycleError, match=reason):
        LifecycleRule(id="bad", prefix="", retention=timedelta(days=365), tiers=tiers)
