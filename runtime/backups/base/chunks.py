"""Chunks in S3: named by what is in them, so that what is there already is not stored again.

When is a chunk "there already"? When somebody may delete chunks at the same time, to have seen it is not enough: it could be one that no kept base needs, and
be gone before the manifest that needs it again is written. So a chunk is reused only
- when the newest base had it as this run began: retention keeps that base, and with it the chunk, for at least the grace period (retention.py), or
- when it is younger than REUSE_FOR, the trace of a run that died: retention deletes no chunk before it is older than the grace period.
Any other is stored again, as a new version on top of the old one; retention deletes versions that it has seen, never names. A run that takes longer than
LONGEST_RUN writes no manifest. REUSE_FOR + LONGEST_RUN < GRACE, with a day to spare for clocks.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import zstandard
from botocore.exceptions import ClientError

from runtime.backups.base.keys import BaseFolder
from runtime.common.aws import s3_client
from runtime.common.errors import IntegrityError
from runtime.common.s3 import Encryption, storage_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REUSE_FOR = timedelta(days=1)
LONGEST_RUN = timedelta(days=1)
GRACE = timedelta(days=3)
ZSTD_LEVEL = 1
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_EXISTS = frozenset({"412", "PreconditionFailed"})


class ChunkLike(Protocol):
    """What a manifest says of a chunk."""

    @property
    def sha256(self) -> str:
        """Of the raw bytes, hexadecimal."""
        ...

    @property
    def raw_bytes(self) -> int:
        """Their number."""
        ...

    @property
    def stored_bytes(self) -> int:
        """The length of the object."""
        ...


@dataclass(frozen=True)
class Put:
    """What became of a chunk: the length of its object, and whether it was stored now."""

    stored_bytes: int
    is_new: bool


class Chunks(Protocol):
    """Where chunks lie, in one process."""

    def put(self, sha256: str, body: bytes) -> Put:
        """Make sure that the chunk is stored. Raises StorageError."""
        ...


class ChunkPlace(Protocol):
    """Where chunks lie, as it is told to other processes."""

    def open(self) -> Chunks:
        """For this process."""
        ...


@dataclass(frozen=True)
class Reuse:
    """Which chunks count as stored: those of the newest base, with the lengths of their objects, and the ones that are younger than `since`."""

    since: datetime
    newest: Mapping[str, int] = field(default_factory=dict)

    def allows(self, sha256: str, stored_bytes: int, modified: datetime) -> bool:
        """Whether the object that is there will do."""
        expected = self.newest.get(sha256)
        return modified >= self.since if expected is None else stored_bytes == expected


@dataclass(frozen=True)
class S3Place:
    """A folder of chunks in a bucket. `connect` makes a client in the process that needs one."""

    bucket: str
    folder: BaseFolder
    encryption: Encryption
    reuse: Reuse
    connect: Callable[[], "S3Client"] = s3_client

    def open(self) -> "S3Chunks":
        """With a client of its own."""
        return S3Chunks(self, self.connect())


class S3Chunks:
    """The chunks of a database, for whoever makes a base."""

    def __init__(self, place: S3Place, client: "S3Client") -> None:
        """Take the place and a client."""
        self._place = place
        self._client = client

    def put(self, sha256: str, body: bytes) -> Put:
        """Store a chunk unless it is there. Raises StorageError."""
        key = self._place.folder.chunk(sha256)
        head = self._head(key)
        if head and self._place.reuse.allows(sha256, head["ContentLength"], head["LastModified"]):
            return Put(head["ContentLength"], is_new=False)
        # Somebody who stored it since has just made it young. What is there and may not be reused gets a new version.
        condition: dict[str, Any] = {} if head else {"IfNoneMatch": "*"}
        with storage_errors(f"store s3://{self._place.bucket}/{key}"):
            try:
                self._client.put_object(
                    Bucket=self._place.bucket,
                    Key=key,
                    Body=body,
                    ContentType="application/zstd",
                    ChecksumSHA256=b64encode(hashlib.sha256(body).digest()).decode(),
                    **condition,
                    **self._place.encryption.arguments(),
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _EXISTS:
                    raise
                there = self._client.head_object(Bucket=self._place.bucket, Key=key)
                return Put(there["ContentLength"], is_new=False)
        return Put(len(body), is_new=True)

    def _head(self, key: str) -> Any:
        with storage_errors(f"look for s3://{self._place.bucket}/{key}"):
            try:
                return self._client.head_object(Bucket=self._place.bucket, Key=key)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _MISSING:
                    raise
        return None


class Packer:
    """One chunk in the making: raw bytes go in, and only the compressed ones are kept."""

    def __init__(self) -> None:
        """Begin an empty one."""
        self._hash = hashlib.sha256()
        self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compressobj()
        self._body = bytearray()
        self.raw_bytes = 0
        self.rows = 0

    def add(self, data: bytes, rows: int) -> None:
        """Append bytes, which hold so many rows."""
        self._hash.update(data)
        self._body += self._compressor.compress(data)
        self.raw_bytes += len(data)
        self.rows += rows

    def finish(self) -> tuple[str, bytes]:
        """The checksum of the raw bytes, hexadecimal, and the object's bytes."""
        self._body += self._compressor.flush()
        return self._hash.hexdigest(), bytes(self._body)


def read_chunk(client: "S3Client", bucket: str, folder: BaseFolder, chunk: ChunkLike, meaning: str) -> bytes:
    """The raw bytes of a chunk, which are the ones that its name says. `meaning` is what it holds, for messages.

    Raises StorageError, or IntegrityError when it is missing or holds anything else.
    """
    key = folder.chunk(chunk.sha256)
    with storage_errors(f"read s3://{bucket}/{key}"):
        try:
            body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _MISSING:
                raise
            raise refusal(bucket, key, meaning, "is missing") from None
    return unpack(body, chunk, lambda reason: refusal(bucket, key, meaning, reason))


def unpack(body: bytes, chunk: ChunkLike, refuse: Callable[[str], IntegrityError]) -> bytes:
    """The raw bytes in an object of a chunk. Raises what `refuse` makes of a reason."""
    if len(body) != chunk.stored_bytes:
        raise refuse(f"has {len(body)} bytes instead of {chunk.stored_bytes}: it is truncated, or another object")
    try:
        raw = zstandard.ZstdDecompressor().decompress(body, max_output_size=chunk.raw_bytes, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise refuse(f"is corrupted: it does not decompress to {chunk.raw_bytes} bytes ({error})") from None
    if len(raw) != chunk.raw_bytes or hashlib.sha256(raw).hexdigest() != chunk.sha256:
        raise refuse("holds other bytes than its name says: it is corrupted, or another chunk lies under this name")
    return raw


def refusal(bucket: str, key: str, meaning: str, reason: str) -> IntegrityError:
    """The error of a chunk that is not what its manifest says."""
    return IntegrityError(
        f"The chunk s3://{bucket}/{key} ({meaning}) {reason}. Restore an older version of this object in the versioned bucket, or use another base; "
        "the next base stores it anew when its rows are still the same."
    )
