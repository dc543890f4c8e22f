"""Messages are read as PostgreSQL means them, and bytes that are none are refused."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.wal.pgoutput import (
    UNCHANGED,
    Begin,
    Delete,
    Insert,
    Message,
    ProtocolError,
    Relation,
    Truncate,
    TypeName,
    Update,
    parse,
)
from tests.runtime.wal import messages
from tests.runtime.wal.world import REFERENCE, Archived


def told(archived: Archived) -> list[object]:
    return [parse(bytes(data)) for (data,) in archived.query(REFERENCE, f"{archived.database}_2")]


def test_every_kind_of_message_is_read_as_the_server_sent_it(archived: Archived) -> None:
    archived.run(
        "CREATE TYPE mood AS ENUM ('sad')",
        "CREATE TABLE keyed (id int PRIMARY KEY, mood mood, large text)",
        "CREATE TABLE keyless (id int, what text)",
        "ALTER TABLE keyless REPLICA IDENTITY FULL",
        "ALTER TABLE keyed ALTER COLUMN large SET STORAGE EXTERNAL",
    )
    archived.reference()
    archived.run(
        "INSERT INTO keyed VALUES (1, 'sad', repeat('x', 5000)), (2, NULL, '')",
        "UPDATE keyed SET mood = NULL WHERE id = 1",
        "UPDATE keyed SET id = 3 WHERE id = 2",
        "DELETE FROM keyed WHERE id = 3",
        "INSERT INTO keyless VALUES (1, 'a')",
        "UPDATE keyless SET what = 'b'",
        "TRUNCATE keyed, keyless RESTART IDENTITY CASCADE",
        "SELECT pg_logical_emit_message(true, 'jobr.point', 'before the launch')",
    )
    found = told(archived)
    relations = {one.name: one for one in found if isinstance(one, Relation)}
    keyed, keyless = relations["keyed"].oid, relations["keyless"].oid
    assert [column.name for column in relations["keyed"].columns if column.is_key] == ["id"]
    assert (relations["keyed"].identity, relations["keyless"].identity) == ("d", "f")
    assert {(one.schema, one.name) for one in found if isinstance(one, TypeName)} == {("public", "mood")}
    inserts = [one.new for one in found if isinstance(one, Insert)]
    assert inserts == [(b"1", b"sad", b"x" * 5000), (b"2", None, b""), (b"1", b"a")]
    updates = [one for one in found if isinstance(one, Update)]
    assert updates[0] == Update(keyed, None, False, (b"1", None, UNCHANGED))
    assert updates[1] == Update(keyed, (b"2", None, None), False, (b"3", None, b""))
    assert updates[2] == Update(keyless, (b"1", b"a"), True, (b"1", b"b"))
    assert [one for one in found if isinstance(one, Delete)] == [Delete(keyed, (b"3", None, None), False)]
    truncate = next(one for one in found if isinstance(one, Truncate))
    assert (sorted(truncate.relations), truncate.cascade, truncate.restart_identity) == (
        sorted((keyed, keyless)),
        True,
        True,
    )
    point = next(one for one in found if isinstance(one, Message))
    assert (point.transactional, point.prefix, point.content) == (True, "jobr.point", b"before the launch")
    begins = [one for one in found if isinstance(one, Begin)]
    assert abs((begins[0].committed_at - datetime.now(UTC)).total_seconds()) < 60
    assert [one.final_lsn for one in begins] == sorted({one.final_lsn for one in begins})


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with suppress(ProtocolError):
        assert parse(data) is not None


@pytest.mark.parametrize("cut", [1, 3, 9])
def test_a_message_that_is_cut_off_is_refused(cut: int) -> None:
    whole = messages.insert(1, b"some value", b"another")
    with pytest.raises(ProtocolError):
        parse(whole[:-cut])
