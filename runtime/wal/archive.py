"""The archive in S3: segments are put once under names of their own, listed by position, and read verified."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from runtime.common.s3 import Encryption, storage_errors
from runtime.wal.names import Folder, SegmentName
from runtime.wal.segments import Packed, Segment, unpack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3 and what speaks like it: the object is there already.
_EXISTS = frozenset({"PreconditionFailed", "412"})


@dataclass(frozen=True)
class Archive:
    """One line's objects in a bucket."""

    client: "S3Client"
    bucket: str
    folder: Folder
    line: str

    def put(self, packed: Packed, encryption: Encryption) -> str:
        """Store a segment and return its key; one that is there already is the same one, because its name has its checksum.

        Raises StorageError.
        """
        key = packed.name.key(self.folder)
        with storage_errors(f"store s3://{self.bucket}/{key}"):
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=packed.body,
                    ContentType="application/zstd",
                    ChecksumSHA256=b64encode(hashlib.sha256(packed.body).digest()).decode(),
                    IfNoneMatch="*",
                    **encryption.arguments(),
                )
            except ClientError as error:
                # An answer that was lost makes the SDK try again, and the second try finds what the first one stored.
                if error.response.get("Error", {}).get("Code") not in _EXISTS:
                    raise
        return key

    def names(self, position: int) -> Iterator[SegmentName]:
        """The segments that end at or behind a position, in the order of their ends. Raises StorageError."""
        for key in self._keys(StartAfter=self.folder.position(position)):
            name = SegmentName.parse(key)
            if name is not None:
                yield name

    def foreign(self) -> list[str]:
        """The keys in the line's folder that are none of its objects. Raises StorageError."""
        known = self.folder.document
        return [key for key in self._keys() if key != known and SegmentName.parse(key) is None]

    def ends_at(self, position: int) -> bool:
        """Whether a segment ends exactly at a position. Raises StorageError."""
        first = next(self._keys(Prefix=self.folder.position(position), MaxKeys=1), None)
        return first is not None

    def get(self, name: SegmentName) -> Segment:
        """A segment, verified. Raises StorageError when it cannot be had, IntegrityError when it is not what its name says."""
        key = name.key(self.folder)
        with storage_errors(f"read s3://{self.bucket}/{key}"):
            body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return unpack(key, body, self.line)

    def _keys(self, **which: object) -> Iterator[str]:
        arguments = {"Bucket": self.bucket, "Prefix": self.folder.prefix, **which}
        with storage_errors(f"list s3://{self.bucket}/{self.folder.prefix}"):
            while True:
                answer = self.client.list_objects_v2(**arguments)  # type: ignore[arg-type]  # the stubs know each name alone
                yield from (item["Key"] for item in answer.get("Contents", []))
                if not answer.get("IsTruncated"):
                    return
                arguments["ContinuationToken"] = answer["NextContinuationToken"]
