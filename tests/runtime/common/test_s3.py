"""Streams into S3 with bounded memory."""

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from runtime.common.clock import Clock, Deadline
from runtime.common.errors import StorageError
from runtime.common.s3 import (
    FIRST_PART_BYTES,
    MAXIMUM_PARTS,
    MEBIBYTE,
    PARTS_IN_FLIGHT,
    Encryption,
    MultipartWriter,
    part_bytes,
    put_document,
)
from tests.runtime.backups.stand_ins import s3_hook
from tests.runtime.conftest import BUCKET, KEY

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def writer_of(client: "S3Client") -> MultipartWriter:
    return MultipartWriter(client, BUCKET, "stream", Encryption(KEY), Deadline.never(Clock()))


def test_parts_keep_to_the_limits_of_s3_and_hold_484_gibibytes_in_little_memory() -> None:
    sizes = [part_bytes(number) for number in range(1, MAXIMUM_PARTS + 1)]

    assert min(sizes) >= 5 * MEBIBYTE, "S3's smallest part"
    assert sum(sizes) == 496_000 * MEBIBYTE
    assert max(sizes) * (PARTS_IN_FLIGHT + 1) <= 384 * MEBIBYTE


@pytest.mark.parametrize("size", [0, 1, FIRST_PART_BYTES - 1, FIRST_PART_BYTES, 2 * FIRST_PART_BYTES + 7])
def test_every_byte_arrives_in_order_with_its_checksum(bucket: "S3Client", size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)

    with writer_of(bucket) as writer:
        for start in range(0, size, 3_000_001):
            writer.write(data[start : start + 3_000_001])
        stored = writer.complete()

    answer = bucket.get_object(Bucket=BUCKET, Key="stream")
    assert answer["Body"].read() == data
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(data).hexdigest())


def test_the_producer_waits_while_parts_are_on_their_way(bucket: "S3Client") -> None:
    written = 0
    ahead: list[int] = []

    def measure(request: Any, **_: Any) -> None:
        number = int(request.url.split("partNumber=")[1].split("&")[0])
        ahead.append(written - number * FIRST_PART_BYTES)

    with s3_hook(bucket, "UploadPart", measure), writer_of(bucket) as writer:
        for _ in range(8):
            writer.write(bytes(FIRST_PART_BYTES))
            written += FIRST_PART_BYTES
        writer.complete()

    assert len(ahead) == 8
    assert max(ahead) <= PARTS_IN_FLIGHT * FIRST_PART_BYTES


def test_each_part_is_sent_with_a_sha256_for_s3_to_check(bucket: "S3Client") -> None:
    sent: list[Any] = []

    with (
        s3_hook(bucket, "UploadPart", lambda request, **_: sent.append(request.headers["x-amz-checksum-sha256"])),
        writer_of(bucket) as writer,
    ):
        writer.write(b"content")
        writer.complete()

    assert [value.decode() if isinstance(value, bytes) else value for value in sent] == [
        "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M="
    ]


def test_leaving_without_completing_leaves_nothing(bucket: "S3Client") -> None:
    with writer_of(bucket) as writer:
        writer.write(bytes(FIRST_PART_BYTES + 1))

    assert "Contents" not in bucket.list_objects_v2(Bucket=BUCKET)
    assert "Uploads" not in bucket.list_multipart_uploads(Bucket=BUCKET)


def test_more_parts_than_s3_takes_are_refused_with_an_alternative(
    bucket: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.common.s3.MAXIMUM_PARTS", 1)

    with pytest.raises(StorageError, match="use AWS Backup"), writer_of(bucket) as writer:
        writer.write(bytes(2 * FIRST_PART_BYTES))

    assert "Uploads" not in bucket.list_multipart_uploads(Bucket=BUCKET)


def test_a_document_is_never_overwritten(bucket: "S3Client") -> None:
    put_document(bucket, BUCKET, "document", b"{}", Encryption(KEY))

    with pytest.raises(StorageError, match="exists already"):
        put_document(bucket, BUCKET, "document", b"[]", Encryption(KEY))

    assert bucket.get_object(Bucket=BUCKET, Key="document")["Body"].read() == b"{}"
