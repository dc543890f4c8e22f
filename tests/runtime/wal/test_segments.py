"""A segment is read as it was written, or not at all: whatever was done to it is named."""

import hashlib
from dataclasses import replace

import pytest
import zstandard

from runtime.common.errors import IntegrityError
from runtime.wal.names import SegmentName
from runtime.wal.segments import Header, Packed, message_frame, pack, transactions, unpack
from tests.runtime.wal.messages import FOLDER, LINE, begin, commit

FRAMES = [message_frame(164, begin(164, 9)), message_frame(164, commit(164, 172))]


def packed(line: str = str(LINE)) -> Packed:
    header = Header(line=line, writer="a" * 16, number=3, after=100, upto=172, inside=False, transactions=1)
    return pack(header, FRAMES)


def named(body: bytes, **other: object) -> str:
    """The key under which these bytes would have the right checksum."""
    return replace(packed().name, sha256=hashlib.sha256(body).hexdigest(), **other).key(FOLDER)  # type: ignore[arg-type]  # fields of its own


def test_a_segment_is_read_as_it_was_written() -> None:
    made = packed()
    read = unpack(made.name.key(FOLDER), made.body, str(LINE))
    assert [message for _, message in read.messages()] == [begin(164, 9), commit(164, 172)]
    assert (read.header.after, read.header.upto, read.header.transactions) == (100, 172, 1)
    assert transactions(read) == {164: 9}


def test_reading_can_begin_at_any_message() -> None:
    read = unpack(packed().name.key(FOLDER), packed().body, str(LINE))
    (following, _), *_ = read.messages()
    assert [message for _, message in read.messages(following)] == [commit(164, 172)]


@pytest.mark.parametrize(
    "damage", [lambda body: body[:-1], lambda body: body + b"x", lambda _: b"", lambda body: body[::-1]]
)
def test_bytes_that_are_not_the_keys_are_named(damage: object) -> None:
    made = packed()
    key = made.name.key(FOLDER)
    with pytest.raises(IntegrityError, match="changed or cut off") as raised:
        unpack(key, damage(made.body), str(LINE))  # type: ignore[operator]  # one of the functions above
    assert key in str(raised.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"not zstandard", "no segment that this version reads"),
        (zstandard.compress(b"\0\0\0\2{}"), "no segment that this version reads"),
        (zstandard.compress(b""), "no segment that this version reads"),
    ],
)
def test_a_foreign_object_under_a_fitting_name_is_none(body: bytes, said: str) -> None:
    with pytest.raises(IntegrityError, match=said):
        unpack(named(body), body, str(LINE))


def test_a_segment_of_another_line_is_refused() -> None:
    other = "00000000000000ff-00000001-0000000000000064"
    made = packed(other)
    with pytest.raises(IntegrityError, match=f"belongs to the line {other}"):
        unpack(made.name.key(FOLDER), made.body, str(LINE))


def test_a_renamed_segment_is_refused() -> None:
    body = packed().body
    with pytest.raises(IntegrityError, match="renamed"):
        unpack(named(body, upto=999), body, str(LINE))


def test_a_key_that_is_no_segments_is_refused() -> None:
    with pytest.raises(IntegrityError, match="not the key of a segment"):
        unpack("wal/app/readme.txt", b"", str(LINE))


def test_a_segment_that_ends_inside_a_message_is_refused() -> None:
    header = Header(line=str(LINE), writer="a" * 16, number=0, after=100, upto=172, inside=False)
    made = pack(header, [*FRAMES, b"\0\0\0\xff"])
    read = unpack(made.name.key(FOLDER), made.body, str(LINE))
    with pytest.raises(IntegrityError, match="inside a message"):
        list(read.messages())


def test_the_name_has_the_checksum_of_the_bytes() -> None:
    made = packed()
    assert isinstance(made.name, SegmentName)
    assert made.name.sha256 == hashlib.sha256(made.body).hexdigest()
