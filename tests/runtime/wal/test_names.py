"""The names of the archive's objects say what they cover, and sort by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.errors import IntegrityError
from runtime.common.lsn import lsn_text, parse_lsn
from runtime.wal.names import Folder, LineName, SegmentName, database_folder

POSITIONS = st.integers(0, 2**64 - 1)
NAMES = st.builds(
    SegmentName,
    upto=POSITIONS,
    after=POSITIONS,
    writer=st.text("0123456789abcdef", min_size=16, max_size=16),
    number=st.integers(0, 99_999_999),
    inside=st.booleans(),
    has_messages=st.booleans(),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
)
FOLDER = Folder.of("wal/", "app", LineName(1, 1, 1))


@given(NAMES)
def test_a_name_is_read_back_from_its_key(name: SegmentName) -> None:
    assert SegmentName.parse(name.key(FOLDER)) == name


@given(NAMES, POSITIONS)
def test_a_listing_behind_a_position_has_just_what_ends_at_or_behind_it(name: SegmentName, position: int) -> None:
    assert (name.key(FOLDER) > FOLDER.position(position)) == (name.upto >= position)


def test_a_key_stays_below_what_s3_takes() -> None:
    longest = Folder.of("wal/", "ü" * 31, LineName(2**64 - 1, 2**32 - 1, 2**64 - 1))
    name = SegmentName(2**64 - 1, 2**64 - 1, "f" * 16, 99_999_999, True, True, "f" * 64)
    # 1,024 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    assert len(name.key(longest).encode()) <= 1024


@pytest.mark.parametrize("key", ["wal/app/x/line.json", "wal/a.zst", "", "wal/app/x/0-0-0-0-0-0.zst"])
def test_what_is_no_segment_is_none(key: str) -> None:
    assert SegmentName.parse(key) is None


@given(st.builds(LineName, POSITIONS, st.integers(0, 2**32 - 1), POSITIONS))
def test_a_line_is_read_back_from_its_name(line: LineName) -> None:
    assert LineName.parse(str(line)) == line


def test_a_line_of_another_shape_is_refused() -> None:
    with pytest.raises(IntegrityError, match="system-timeline-position"):
        LineName.parse("latest")


def test_a_database_is_one_harmless_folder() -> None:
    assert database_folder("wal/", "../a b/ü.") == "wal/%2E%2E%2Fa%20b%2F%C3%BC%2E/"


@given(POSITIONS)
def test_positions_are_written_as_postgresql_writes_them(position: int) -> None:
    assert parse_lsn(lsn_text(position)) == position


def test_a_position_of_another_shape_is_refused() -> None:
    assert lsn_text(0x16_B374D848) == "16/B374D848"
    with pytest.raises(ValueError, match="16/B374D848"):
        parse_lsn("16")
