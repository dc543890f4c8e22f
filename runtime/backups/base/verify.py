"""Whether a base would still restore: every chunk is read again and compared with its name, and all that are damaged are told at once."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import IO, TYPE_CHECKING, cast

import zstandard
from botocore.exceptions import ClientError

from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.listing import objects
from runtime.backups.base.manifest import BaseManifest, Chunk
from runtime.common.clock import Deadline
from runtime.common.s3 import MEBIBYTE, storage_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Decompressing and hashing leave the interpreter to other threads; each holds a mebibyte or two.
THREADS = 4


class Damage(StrEnum):
    """What can be wrong with an object."""

    MISSING = "is missing"
    TRUNCATED = "is truncated or has been replaced: its length is another one"
    CORRUPTED = "is corrupted: its bytes are not those that its name says"
    FOREIGN = "is no chunk, and nothing of this program put it there"


@dataclass(frozen=True)
class Damaged:
    """An object that is not as it should be."""

    key: str
    damage: Damage

    def __str__(self) -> str:
        return f"{self.key} {self.damage}"


@dataclass(frozen=True)
class Verified:
    """What was read, in bytes as stored, and what is wrong. A base is sound when nothing but foreign objects is."""

    chunks: int
    stored_bytes: int
    damaged: tuple[Damaged, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the base would restore."""
        return all(item.damage is Damage.FOREIGN for item in self.damaged)


def verify(
    client: "S3Client",
    bucket: str,
    manifest_key: str,
    deadline: Deadline,
    report: Callable[[int], None] = lambda _: None,
) -> Verified:
    """Read every chunk of a base; `report` hears of the bytes read so far.

    Raises StorageError when S3 fails, IntegrityError when the manifest is none, DeadlineError.
    """
    folder = BaseFolder.around(manifest_key)
    manifest = BaseManifest.read(client, bucket, manifest_key)
    queue = iter(manifest.unique_chunks().values())
    damaged = [Damaged(key, Damage.FOREIGN) for key in _foreign(client, bucket, folder)]
    done = count = 0
    with ThreadPoolExecutor(THREADS, "verify") as threads:
        flying: dict[Future[Damage | None], Chunk] = {}
        while True:
            for chunk in islice(queue, THREADS * 2 - len(flying)):
                flying[threads.submit(_damage, client, bucket, folder.chunk(chunk.sha256), chunk)] = chunk
            if not flying:
                break
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                chunk = flying.pop(future)
                damage = future.result()
                damaged += [Damaged(folder.chunk(chunk.sha256), damage)] if damage else []
                done, count = done + chunk.stored_bytes, count + 1
                report(done)
            deadline.check()
    return Verified(count, done, tuple(sorted(damaged, key=lambda item: item.key)))


def _damage(client: "S3Client", bucket: str, key: str, chunk: Chunk) -> Damage | None:
    with storage_errors(f"read s3://{bucket}/{key}"):
        try:
            answer = client.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in {"NoSuchKey", "404"}:
                raise
            return Damage.MISSING
        if answer["ContentLength"] != chunk.stored_bytes:
            return Damage.TRUNCATED
        digest, size = hashlib.sha256(), 0
        reader = zstandard.ZstdDecompressor().stream_reader(
            cast("IO[bytes]", answer["Body"]), read_size=MEBIBYTE, read_across_frames=False
        )
        try:
            while size <= chunk.raw_bytes and (piece := reader.read(MEBIBYTE)):
                digest.update(piece)
                size += len(piece)
        except zstandard.ZstdError:
            return Damage.CORRUPTED
    return None if (size, digest.hexdigest()) == (chunk.raw_bytes, chunk.sha256) else Damage.CORRUPTED


def _foreign(client: "S3Client", bucket: str, folder: BaseFolder) -> Iterator[str]:
    for key, _ in objects(client, bucket, folder.chunks):
        if folder.sha256_of(key) is None:
            yield key
