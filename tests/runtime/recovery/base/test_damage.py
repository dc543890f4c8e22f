"""A chunk that is not what it was is named, its rows never arrive, and the target never looks whole."""

from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from runtime.backups.base.making import Base
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import DatabaseError, DeadlineError, IntegrityError, PreflightError, ProgramError
from runtime.recovery.base import restoring as module
from runtime.recovery.base.definitions import after_data
from tests.runtime.conftest import BUCKET
from tests.runtime.recovery.base.restoring import Restoring

TABLE = "CREATE TABLE t (n int PRIMARY KEY, x text); INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 5000) AS n"


@pytest.fixture
def base(restoring: Restoring) -> Base:
    restoring.making.execute(TABLE)
    restoring.making.execute("CREATE TABLE other AS SELECT 1 AS one")
    return restoring.making.base()


def replace(restoring: Restoring, base: Base, change: Callable[[bytes], bytes]) -> str:
    """Put other bytes of the same length under the name of the chunk of `t`; returns its checksum."""
    chunk = base.manifest.tables[1].chunks[0]
    key = restoring.making.folder.chunk(chunk.sha256)
    body = restoring.making.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    restoring.making.client.put_object(Bucket=BUCKET, Key=key, Body=change(body))
    return chunk.sha256


def flipped(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


def foreign(body: bytes) -> bytes:
    """A sound object with other rows, padded to the same length by a skippable frame."""
    other = zstandard.ZstdCompressor().compress(b"1\tother\n")
    return (
        other
        + b"\x50\x2a\x4d\x18"
        + (len(body) - len(other) - 8).to_bytes(4, "little")
        + bytes(len(body) - len(other) - 8)
    )


@pytest.mark.parametrize("change", [flipped, foreign])
def test_a_chunk_of_the_right_length_with_other_bytes_is_named_and_no_row_of_it_arrives(
    restoring: Restoring, base: Base, change: Callable[[bytes], bytes]
) -> None:
    sha256 = replace(restoring, base, change)

    with pytest.raises(IntegrityError, match=rf"{sha256}\.zst \(rows of public\.t\)"):
        restoring.restore(base)

    assert restoring.count("SELECT count(*) FROM t") == 0
    assert restoring.is_marked(), "the database says of itself that it is not whole"


@pytest.mark.parametrize(
    ("change", "words"),
    [(lambda body: body[:-10], "truncated"), (lambda body: body + b"more", "instead of")],
)
def test_a_chunk_of_another_length_is_named_before_anything_is_written(
    restoring: Restoring, base: Base, change: Callable[[bytes], bytes], words: str
) -> None:
    sha256 = replace(restoring, base, change)

    with pytest.raises(PreflightError, match=rf"{sha256}\.zst .*{words}"):
        restoring.restore(base)

    assert restoring.is_empty()


def test_definitions_that_were_damaged_leave_the_target_empty(restoring: Restoring, base: Base) -> None:
    key = restoring.making.folder.chunk(base.manifest.schema_dump.sha256)
    body = restoring.making.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    restoring.making.client.put_object(Bucket=BUCKET, Key=key, Body=flipped(body))

    with pytest.raises(IntegrityError, match=r"\(the definitions\)"):
        restoring.restore(base)

    assert restoring.is_empty()


def test_a_manifest_that_was_changed_is_no_manifest(restoring: Restoring, base: Base) -> None:
    text = base.manifest.model_dump_json().replace('"rows":5000,"raw_bytes"', '"rows":5001,"raw_bytes"', 1)
    restoring.making.client.put_object(Bucket=BUCKET, Key=base.key, Body=text.encode())

    with pytest.raises(IntegrityError, match=r"the chunks of public\.t have 5000 rows"):
        restoring.restore(base)

    assert restoring.is_empty()


def test_a_restore_that_failed_is_not_mistaken_for_an_empty_database(restoring: Restoring, base: Base) -> None:
    replace(restoring, base, flipped)
    with pytest.raises(IntegrityError):
        restoring.restore(base)

    with pytest.raises(PreflightError, match=r"is not empty .*restore_unfinished"):
        restoring.restore(base)


def test_a_constraint_that_the_rows_break_fails_the_restore_and_leaves_the_mark(restoring: Restoring) -> None:
    making = restoring.making
    making.execute("CREATE TABLE doubled (n int UNIQUE); INSERT INTO doubled SELECT generate_series(1, 100)")
    making.execute("SET session_replication_role = replica")
    making.execute("""
        CREATE TABLE parents (n int PRIMARY KEY); CREATE TABLE children (n int REFERENCES parents);
        ALTER TABLE children DISABLE TRIGGER ALL; INSERT INTO children VALUES (1)""")

    with pytest.raises(ProgramError, match="children_n_fkey"):
        restoring.restore(making.base())

    assert restoring.is_marked()


def test_rows_that_somebody_else_wrote_meanwhile_are_found(
    restoring: Restoring, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    def intrude(*arguments: Any) -> None:
        after_data(*arguments)
        restoring.making.execute("INSERT INTO other VALUES (2)", restoring.target)

    monkeypatch.setattr(module, "after_data", intrude)

    with pytest.raises(IntegrityError, match=r"public\.other has 2 rows instead of 1"):
        restoring.restore(base)

    assert restoring.is_marked()


def test_the_deadline_ends_a_restore(restoring: Restoring, base: Base) -> None:
    clock = Clock()

    with pytest.raises(DeadlineError, match="take longer"):
        restoring.restore(base, deadline=Deadline.within(clock, 0, "take longer"))

    assert restoring.is_marked()


def test_a_session_that_the_server_ends_is_told_and_leaves_the_mark(
    restoring: Restoring, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_sessions(*_: object) -> None:
        with restoring.making.cluster.connect() as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name = 'jobr-operations'",
                [restoring.target],
            )

    monkeypatch.setattr(module, "after_data", end_sessions)

    with pytest.raises(DatabaseError, match=restoring.target):
        restoring.restore(base)

    assert restoring.is_marked()
