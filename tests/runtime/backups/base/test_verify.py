"""Verification reads every chunk and names all that are damaged; and the next base mends what it can."""

import pytest
import zstandard

from runtime.backups.base.making import Base
from runtime.backups.base.verify import Damage, verify
from runtime.common.clock import Deadline
from runtime.common.errors import DeadlineError
from tests.runtime.backups.base.making import Making
from tests.runtime.conftest import BUCKET


@pytest.fixture
def base(making: Making) -> Base:
    making.execute("""
        CREATE TABLE a AS SELECT n, md5('a' || n) AS x FROM generate_series(1, 500) AS n;
        CREATE TABLE b AS SELECT n, md5('b' || n) AS x FROM generate_series(1, 500) AS n;
        CREATE TABLE c AS SELECT n, md5('c' || n) AS x FROM generate_series(1, 500) AS n;
        CREATE TABLE d AS SELECT n, md5('d' || n) AS x FROM generate_series(1, 500) AS n;
        CREATE TABLE e AS SELECT n, md5('e' || n) AS x FROM generate_series(1, 500) AS n""")
    return making.base()


def key_of(making: Making, base: Base, table: int) -> str:
    return making.folder.chunk(base.manifest.tables[table].chunks[0].sha256)


def overwrite(making: Making, key: str, change: str) -> None:
    body = making.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    middle = len(body) // 2
    changed = {
        "truncated": body[:-5],
        "flipped": body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :],
        "foreign": zstandard.ZstdCompressor().compress(b"1\tx\n").ljust(len(body), b"\0"),
    }[change]
    making.client.put_object(Bucket=BUCKET, Key=key, Body=changed)


def test_a_sound_base_is_sound_and_every_byte_was_read(making: Making, base: Base) -> None:
    heard: list[int] = []

    found = verify(making.client, BUCKET, base.key, Deadline.never(making.clock), heard.append)

    chunks = base.manifest.unique_chunks().values()
    assert found.is_sound
    assert found.damaged == ()
    assert (found.chunks, found.stored_bytes) == (len(chunks), sum(chunk.stored_bytes for chunk in chunks))
    assert heard[-1] == found.stored_bytes


def test_everything_that_is_damaged_is_named_at_once(making: Making, base: Base) -> None:
    making.client.delete_object(Bucket=BUCKET, Key=key_of(making, base, 0))
    for table, change in ((1, "truncated"), (2, "flipped"), (3, "foreign")):
        overwrite(making, key_of(making, base, table), change)
    stray = f"{making.folder.chunks}ab/not-a-chunk"
    making.client.put_object(Bucket=BUCKET, Key=stray, Body=b"?")

    found = verify(making.client, BUCKET, base.key, Deadline.never(making.clock))

    assert {item.key: item.damage for item in found.damaged} == {
        key_of(making, base, 0): Damage.MISSING,
        key_of(making, base, 1): Damage.TRUNCATED,
        key_of(making, base, 2): Damage.CORRUPTED,
        key_of(making, base, 3): Damage.CORRUPTED,
        stray: Damage.FOREIGN,
    }
    assert not found.is_sound


def test_an_object_that_is_none_of_ours_does_not_make_a_base_unsound(making: Making, base: Base) -> None:
    making.client.put_object(Bucket=BUCKET, Key=f"{making.folder.chunks}readme", Body=b"?")

    assert verify(making.client, BUCKET, base.key, Deadline.never(making.clock)).is_sound


def test_the_next_base_mends_what_is_missing_or_truncated(making: Making, base: Base) -> None:
    making.client.delete_object(Bucket=BUCKET, Key=key_of(making, base, 0))
    overwrite(making, key_of(making, base, 1), "truncated")

    second = making.base()

    assert second.progress.new_chunks == 2
    for key in (base.key, second.key):
        assert verify(making.client, BUCKET, key, Deadline.never(making.clock)).is_sound, "both bases share the chunks"


def test_the_deadline_ends_it(making: Making, base: Base) -> None:
    with pytest.raises(DeadlineError, match="take longer"):
        verify(making.client, BUCKET, base.key, Deadline.within(making.clock, 0, "take longer"))
