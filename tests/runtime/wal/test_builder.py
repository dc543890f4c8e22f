"""Where segments are cut, and what each repeats so that it can be read alone."""

from datetime import UTC, datetime

import pytest

from runtime.common.errors import IntegrityError
from runtime.wal.builder import Builder, DivergedError
from runtime.wal.segments import Header, Sample, unpack
from tests.runtime.wal.messages import (
    FOLDER,
    LINE,
    begin,
    commit,
    delete,
    insert,
    message,
    relation,
    row,
    truncate,
    type_name,
)

MOOD = 16400


def builder(stored: dict[int, int] | None = None) -> Builder:
    return Builder(str(LINE), "a" * 16, 100, stored)


def cut(built: Builder) -> tuple[Header, list[bytes]]:
    packed = built.cut(None, None)
    assert packed is not None
    segment = unpack(packed.name.key(FOLDER), packed.body, str(LINE))
    return segment.header, [message for _, message in segment.messages()]


def feed(built: Builder, *messages: bytes) -> None:
    for one in messages:
        built.add(150, one)


def test_a_transaction_that_is_cut_ends_where_its_begin_said() -> None:
    built = builder()
    feed(built, begin(200, 9), relation(1, "t"), insert(1, b"1"))
    first, _ = cut(built)
    feed(built, insert(1, b"2"), commit(200, 208))
    second, _ = cut(built)
    assert (first.after, first.upto, first.inside, first.transactions) == (100, 200, False, 0)
    assert (second.after, second.upto, second.inside, second.transactions) == (200, 208, True, 1)
    assert (first.number, second.number) == (0, 1)


def test_every_segment_describes_the_tables_that_it_changes_and_no_others() -> None:
    built = builder()
    mood = [("id", 23), ("mood", MOOD)]
    feed(
        built, type_name(MOOD, "mood"), begin(200, 9), relation(1, "t", mood), relation(2, "u"), insert(1, b"1", b"sad")
    )
    _, first = cut(built)
    feed(built, insert(1, b"2", b"sad"), insert(1, b"3", b"sad"), delete(2, b"1"), commit(200, 208))
    _, second = cut(built)
    feed(built, begin(300, 10), truncate(2, 1), commit(300, 308))
    _, third = cut(built)
    assert [message[:1] for message in first] == [b"B", b"Y", b"R", b"I"]
    assert [message[:1] for message in second] == [b"Y", b"R", b"I", b"I", b"R", b"D", b"C"]
    assert [message[:1] for message in third] == [b"B", b"R", b"Y", b"R", b"T", b"C"]


def test_a_table_that_changed_is_described_anew() -> None:
    built = builder()
    feed(
        built,
        begin(200, 9),
        relation(1, "t"),
        insert(1, b"1"),
        relation(1, "renamed"),
        insert(1, b"2"),
        commit(200, 208),
    )
    _, messages = cut(built)
    assert [message[:1] for message in messages] == [b"B", b"R", b"I", b"R", b"I", b"C"]
    assert b"renamed" in messages[3]


def test_a_change_of_a_table_that_was_never_described_is_refused() -> None:
    with pytest.raises(IntegrityError, match="relation 5"):
        feed(builder(), begin(200, 9), b"I\0\0\0\5N" + row(b"1"))


def test_what_is_stored_already_is_skipped_but_its_tables_are_learnt() -> None:
    built = Builder(str(LINE), "a" * 16, 208, {200: 9})
    feed(
        built,
        begin(200, 9),
        relation(1, "t"),
        insert(1, b"1"),
        commit(200, 208),
        begin(300, 10),
        insert(1, b"2"),
        commit(300, 308),
    )
    header, messages = cut(built)
    assert header.transactions == 1
    assert [message[:1] for message in messages] == [b"B", b"R", b"I", b"C"]


@pytest.mark.parametrize("stored", [{}, {200: 8}, {199: 9}])
def test_another_history_than_what_is_stored_is_noticed(stored: dict[int, int]) -> None:
    with pytest.raises(DivergedError, match="0/C8"):
        feed(Builder(str(LINE), "a" * 16, 208, stored), begin(200, 9))


def test_progress_without_a_message_is_a_segment_too_and_no_progress_is_none() -> None:
    built = builder()
    assert built.cut(None, None) is None
    built.advance(90)
    assert built.cut(None, None) is None
    built.advance(150)
    assert not built.waits()
    header, messages = cut(built)
    assert (header.after, header.upto, messages) == (100, 150, [])


def test_progress_within_a_transaction_does_not_count() -> None:
    built = builder()
    feed(built, begin(200, 9))
    built.advance(900)
    assert built.upto == 200


def test_the_header_tells_of_time_and_sequences() -> None:
    built = builder()
    feed(built, begin(200, 9), commit(200, 208), begin(300, 10), commit(300, 308))
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    packed = built.cut(moment, Sample(lsn=300, sequences=()))
    assert packed is not None
    header = unpack(packed.name.key(FOLDER), packed.body, str(LINE)).header
    assert header.covers_until == moment
    assert header.sample == Sample(lsn=300, sequences=())
    assert header.first_commit_at is not None
    assert header.last_commit_at is not None
    assert header.first_commit_at < header.last_commit_at


@pytest.mark.parametrize(
    "messages", [(begin(200, 9), begin(300, 10)), (commit(200, 208),), (begin(200, 9), commit(300, 308))]
)
def test_a_stream_that_makes_no_sense_is_refused(messages: tuple[bytes, ...]) -> None:
    with pytest.raises(IntegrityError):
        feed(builder(), *messages)


def test_a_segment_with_messages_says_so_in_its_name() -> None:
    built = builder()
    feed(built, begin(200, 9), message("jobr.point", b"here"), commit(200, 208))
    first, _ = cut(built)
    feed(built, begin(300, 10), commit(300, 308))
    second, _ = cut(built)
    assert (first.has_messages, second.has_messages) == (True, False)
