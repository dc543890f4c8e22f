"""When a chunk counts as stored (chunks.py says why), and what an object must be to be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from runtime.backups.base.chunks import Packer, Put, Reuse, S3Place, read_chunk
from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.manifest import Chunk
from runtime.common.errors import IntegrityError
from runtime.common.s3 import Encryption
from tests.runtime.conftest import BUCKET, KEY

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = BaseFolder.of("database/", "some.where")


def packed(raw: bytes) -> tuple[str, bytes]:
    packer = Packer()
    packer.add(raw, 1)
    return packer.finish()


@pytest.fixture
def place(bucket: "S3Client") -> S3Place:
    """One that reuses nothing: every object there is older than what counts as young."""
    return S3Place(BUCKET, FOLDER, Encryption(KEY), Reuse(datetime.now(UTC) + timedelta(days=1)), lambda: bucket)


def versions(client: "S3Client", sha256: str) -> int:
    return len(client.list_object_versions(Bucket=BUCKET, Prefix=FOLDER.chunk(sha256)).get("Versions", []))


def test_an_old_chunk_that_the_newest_base_does_not_have_is_stored_again_as_a_new_version(
    place: S3Place, bucket: "S3Client"
) -> None:
    sha256, body = packed(b"rows\n")
    place.open().put(sha256, body)

    assert place.open().put(sha256, body) == Put(len(body), is_new=True)
    assert versions(bucket, sha256) == 2, "who deletes the version that he has listed does not delete this one"


def test_an_old_chunk_of_the_newest_base_is_reused(place: S3Place, bucket: "S3Client") -> None:
    sha256, body = packed(b"rows\n")
    place.open().put(sha256, body)
    known = replace(place, reuse=replace(place.reuse, newest={sha256: len(body)}))

    assert known.open().put(sha256, body) == Put(len(body), is_new=False)
    assert versions(bucket, sha256) == 1


def test_a_chunk_of_the_newest_base_that_is_gone_or_cut_is_stored_again(place: S3Place, bucket: "S3Client") -> None:
    sha256, body = packed(b"rows\n")
    known = replace(place, reuse=replace(place.reuse, newest={sha256: len(body)}))

    assert known.open().put(sha256, body).is_new
    bucket.put_object(Bucket=BUCKET, Key=FOLDER.chunk(sha256), Body=body[:-1])
    assert known.open().put(sha256, body).is_new


def test_a_young_chunk_is_reused_because_it_is_of_a_run_that_died(place: S3Place, bucket: "S3Client") -> None:
    sha256, body = packed(b"rows\n")
    place.open().put(sha256, body)
    young = replace(place, reuse=Reuse(datetime.now(UTC) - timedelta(hours=1)))

    assert young.open().put(sha256, body) == Put(len(body), is_new=False)
    assert versions(bucket, sha256) == 1


def test_a_chunk_comes_back_as_it_went(place: S3Place, bucket: "S3Client") -> None:
    raw = b"1\tx\n" * 100_000
    sha256, body = packed(raw)
    place.open().put(sha256, body)
    chunk = Chunk(sha256=sha256, raw_bytes=len(raw), stored_bytes=len(body), rows=1)

    assert read_chunk(bucket, BUCKET, FOLDER, chunk, "rows of x") == raw


def test_a_missing_chunk_is_named_with_what_it_held(bucket: "S3Client") -> None:
    chunk = Chunk(sha256="a" * 64, raw_bytes=1, stored_bytes=1, rows=1)

    with pytest.raises(IntegrityError, match=r"chunks/aa/a+\.zst \(rows of x\) is missing"):
        read_chunk(bucket, BUCKET, FOLDER, chunk, "rows of x")


def test_names_of_databases_are_one_harmless_part_of_a_key() -> None:
    assert FOLDER.prefix == "database/some%2Ewhere/"
    assert BaseFolder.of("database/", "../x y").prefix == "database/%2E%2E%2Fx%20y/"
    key = FOLDER.manifest(datetime(2026, 11, 25, tzinfo=UTC), "token")
    assert key == "database/some%2Ewhere/bases/20261125T000000.000000Z-token/manifest.json"
    assert BaseFolder.around(key) == FOLDER
    assert FOLDER.sha256_of(FOLDER.chunk("ab" * 32)) == "ab" * 32
    assert FOLDER.sha256_of(f"{FOLDER.chunks}cd/{'ab' * 32}.zst") is None, "it lies in another one's folder"
