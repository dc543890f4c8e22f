"""How tables are divided: no block twice, none left out, and borders that stay when a table grows."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.backups.base.ranges import RANGE_BYTES, BlockRange, ranges

BLOCK = 8192
BLOCKS = st.integers(min_value=0, max_value=200_000)
TOAST = st.integers(min_value=0, max_value=10**12)


@given(BLOCKS, TOAST)
def test_every_block_is_in_one_range_and_the_last_range_has_no_end(blocks: int, toast: int) -> None:
    found = list(ranges(blocks, BLOCK, toast))

    if blocks == 0:
        assert found == [], "a table without blocks has no rows that a snapshot sees"
        return
    assert found[0].first == 0
    assert [part.end for part in found[:-1]] == [part.first for part in found[1:]], "no gap, no overlap"
    assert found[-1].end is None, "rows behind the blocks that were counted belong to the last range"


@given(BLOCKS, TOAST)
def test_a_range_is_about_as_long_as_it_should_be(blocks: int, toast: int) -> None:
    for part in ranges(blocks, BLOCK, toast):
        length = (part.end or blocks) - part.first
        assert length == 1 or length * (BLOCK + toast / blocks) <= RANGE_BYTES, "memory and changes stay small"


@given(st.integers(min_value=1, max_value=50_000), st.integers(min_value=0, max_value=50_000))
def test_growth_changes_no_range_but_the_last_one(blocks: int, more: int) -> None:
    before, after = list(ranges(blocks, BLOCK, 0)), list(ranges(blocks + more, BLOCK, 0))

    assert after[: len(before) - 1] == before[:-1], "their chunks are there already"


def test_the_condition_reads_as_sql() -> None:
    assert BlockRange(0, None).condition == "ctid >= '(0,0)'"
    assert BlockRange(2048, 4096).condition == "ctid >= '(2048,0)' AND ctid < '(4096,0)'"
