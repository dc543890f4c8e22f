"""Objects in S3: a stream of unknown length goes up in parts with bounded memory, and comes back verified."""

import hashlib
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from runtime.common.clock import Deadline
from runtime.common.errors import IntegrityError, StorageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MEBIBYTE = 1024 * 1024
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 10,000 parts of 5 MiB to 5 GiB, the last may be smaller.
MAXIMUM_PARTS = 10_000
FIRST_PART_BYTES = 8 * MEBIBYTE
PARTS_PER_STEP = 2_000
PARTS_IN_FLIGHT = 2

REMEDIES = {
    "NoSuchBucket": "the bucket does not exist: look at BACKUP_BUCKET, or deploy the stack that makes it",
    "404": "it does not exist: look at the name",
    "NoSuchKey": "it does not exist: look at the name, and at the bucket's older versions",
    "AccessDenied": "the role lacks a right on the bucket or on its KMS key",
    "403": "the role lacks a right on the bucket or on its KMS key",
    "PreconditionFailed": "the key exists already, and nothing is ever overwritten: run it again",
}


@dataclass(frozen=True)
class Encryption:
    """How objects are encrypted at rest: by KMS, with this key (ARN)."""

    key_arn: str

    def arguments(self) -> dict[str, Any]:
        """The arguments of the calls that make an object. The bucket key saves a KMS call for each part."""
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key_arn, "BucketKeyEnabled": True}


@dataclass(frozen=True)
class Stored:
    """What was written: bytes and the hexadecimal SHA-256 of the whole object."""

    size: int
    sha256: str


@contextmanager
def storage_errors(action: str) -> Iterator[None]:
    """Turn botocore's errors into a StorageError that says what was being done and what mends it."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown error")
        message = error.response.get("Error", {}).get("Message", "")
        raise StorageError(f"S3 refused to {action} ({code}): {REMEDIES.get(code) or message}.") from None
    except BotoCoreError as error:
        raise StorageError(f"S3 failed to {action} ({type(error).__name__}): {error}") from None


def part_bytes(number: int) -> int:
    """The size of part `number` (from 1): 8 MiB at first, doubled every 2,000 parts.

    10,000 parts so hold 484 GiB, and memory grows with the object: at most PARTS_IN_FLIGHT + 1 parts of 128 MiB at its end.
    """
    return FIRST_PART_BYTES << (number - 1) // PARTS_PER_STEP


class MultipartWriter:
    """Writes one object that appears when `complete` is called, and not at all otherwise.

    Use it as a context manager: leaving it uncompleted aborts the upload, so that no part stays behind to be paid for.
    """

    def __init__(self, client: "S3Client", bucket: str, key: str, encryption: Encryption, deadline: Deadline) -> None:
        """Name the object; nothing is sent before the context is entered."""
        self._client = client
        self._target: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._name = f"s3://{bucket}/{key}"
        self._encryption = encryption
        self._deadline = deadline
        self._buffer = bytearray()
        self._parts: list[CompletedPartTypeDef] = []
        self._flying: deque[Future[CompletedPartTypeDef]] = deque()
        self._sent = 0
        self._size = 0
        self._hash = hashlib.sha256()
        self._open = False

    def __enter__(self) -> Self:
        """Begin the upload. Raises StorageError when the bucket refuses it."""
        with storage_errors(f"begin the upload of {self._name}"):
            answer = self._client.create_multipart_upload(
                **self._target,
                **self._encryption.arguments(),
                ChecksumAlgorithm="SHA256",
                ContentType="application/zstd",
            )
        self._upload = {**self._target, "UploadId": answer["UploadId"]}
        self._pool = ThreadPoolExecutor(PARTS_IN_FLIGHT, thread_name_prefix="upload")
        self._open = True
        return self

    def write(self, data: bytes) -> None:
        """Append bytes; waits while as many parts as may be are on their way. Raises StorageError or DeadlineError."""
        self._hash.update(data)
        self._size += len(data)
        self._buffer += data
        while len(self._buffer) >= (size := part_bytes(self._sent + 1)):
            self._send(bytes(self._buffer[:size]))
            del self._buffer[:size]

    def complete(self) -> Stored:
        """Make the object visible with all that was written. Raises StorageError."""
        if self._buffer or not self._sent:
            self._send(bytes(self._buffer))
            self._buffer.clear()
        while self._flying:
            self._land()
        with storage_errors(f"complete the upload of {self._name}"):
            self._client.complete_multipart_upload(**self._upload, MultipartUpload={"Parts": self._parts})
        self._open = False
        return Stored(self._size, self._hash.hexdigest())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Abort what was not completed."""
        try:
            if self._open:
                self._abort(error)
        finally:
            self._pool.shutdown()

    def _send(self, body: bytes) -> None:
        if self._sent == MAXIMUM_PARTS:
            raise StorageError(
                f"{self._name} would exceed S3's {MAXIMUM_PARTS} parts: use AWS Backup for a database of this size."
            )
        while len(self._flying) >= PARTS_IN_FLIGHT:
            self._land()
        self._sent += 1
        self._flying.append(self._pool.submit(self._upload_part, self._sent, body))

    def _upload_part(self, number: int, body: bytes) -> "CompletedPartTypeDef":
        checksum = b64encode(hashlib.sha256(body).digest()).decode()
        with storage_errors(f"take part {number} of {self._name}"):
            answer = self._client.upload_part(**self._upload, PartNumber=number, Body=body, ChecksumSHA256=checksum)
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}

    def _land(self) -> None:
        try:
            self._parts.append(self._flying[0].result(timeout=self._deadline.remaining()))
        except TimeoutError:
            raise self._deadline.error() from None
        self._flying.popleft()

    def _abort(self, error: BaseException | None) -> None:
        for flight in self._flying:
            flight.cancel()
        # A part that arrives after the abort would stay: https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
        wait(self._flying)
        try:
            with storage_errors(f"abort the upload of {self._name}"):
                self._client.abort_multipart_upload(**self._upload)
        except StorageError as failure:
            if error is None:
                raise
            error.add_note(
                f"{failure} Its parts stay until the bucket's lifecycle rule for incomplete uploads removes them."
            )


def put_document(client: "S3Client", bucket: str, key: str, body: bytes, encryption: Encryption) -> None:
    """Write a small JSON object that must not exist yet. Raises StorageError."""
    with storage_errors(f"store s3://{bucket}/{key}"):
        client.put_object(
            Bucket=bucket,
            Key=key,
            Body=body,
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            IfNoneMatch="*",
            **encryption.arguments(),
        )


def read_document(client: "S3Client", bucket: str, key: str, limit: int = MEBIBYTE) -> bytes:
    """The bytes of a small object. Raises StorageError, or IntegrityError above `limit` bytes."""
    with storage_errors(f"read s3://{bucket}/{key}"):
        answer = client.get_object(Bucket=bucket, Key=key)
        if answer["ContentLength"] > limit:
            raise IntegrityError(
                f"s3://{bucket}/{key} has {answer['ContentLength']} bytes; a document has at most {limit}."
            )
        return answer["Body"].read()


class ObjectReader:
    """Reads an object from its beginning, counting and hashing what passes."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        """Ask for the object. Raises StorageError when S3 refuses."""
        self._action = f"read s3://{bucket}/{key}"
        self._size = 0
        self._hash = hashlib.sha256()
        with storage_errors(self._action):
            self._body = client.get_object(Bucket=bucket, Key=key)["Body"]

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end. Raises StorageError when the connection breaks."""
        with storage_errors(self._action):
            data = self._body.read(size)
        self._hash.update(data)
        self._size += len(data)
        return data

    def seen(self) -> Stored:
        """What was read so far."""
        return Stored(self._size, self._hash.hexdigest())
