"""pg_dump's output as a stream: compressed, counted and hashed on its way into S3, never on a disk."""

import hashlib
from dataclasses import dataclass

import zstandard

from runtime.backups.programs import Program
from runtime.common.clock import Deadline
from runtime.common.errors import ProgramError
from runtime.common.postgres import Connection
from runtime.common.s3 import MultipartWriter, Stored

CHUNK_BYTES = 1024 * 1024
ZSTD_LEVEL = 3
# A lock that blocks the dump for longer is somebody's mistake; waiting would make every later query queue behind the dump.
LOCK_WAIT_MILLISECONDS = 60_000
COMMAND = [
    "pg_dump",
    "--format=custom",
    "--compress=none",
    "--no-password",
    f"--lock-wait-timeout={LOCK_WAIT_MILLISECONDS}",
]
ARCHIVE_MAGIC = b"PGDMP"


@dataclass(frozen=True)
class Dumped:
    """One dump: what pg_dump wrote, and what is stored of it."""

    raw: Stored
    compressed: Stored


def dump(connection: Connection, writer: MultipartWriter, deadline: Deadline) -> Dumped:
    """Dump the database into `writer` and complete it, if and only if pg_dump succeeded.

    Raises ProgramError, StorageError or DeadlineError; pg_dump has then ended and leaving the writer aborts the upload.
    """
    size, digest, head = 0, hashlib.sha256(), b""
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compressobj()
    with Program(COMMAND, connection, deadline, "stdout") as program:
        while chunk := program.stream.read(CHUNK_BYTES):
            deadline.check()
            head = head or chunk[: len(ARCHIVE_MAGIC)]
            size += len(chunk)
            digest.update(chunk)
            writer.write(compressor.compress(chunk))
        program.finish()
    if head != ARCHIVE_MAGIC:
        raise ProgramError(
            f"pg_dump for {connection.address} ended well but wrote no archive: is another program first on PATH?"
        )
    writer.write(compressor.flush())
    return Dumped(raw=Stored(size, digest.hexdigest()), compressed=writer.complete())
