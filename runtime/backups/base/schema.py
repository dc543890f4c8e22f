"""The definitions of a base, as pg_dump writes them under its snapshot: one chunk, and a small one."""

import struct

from runtime.backups.base.chunks import Chunks, Packer, Put
from runtime.backups.base.manifest import Chunk
from runtime.backups.dump import ARCHIVE_MAGIC
from runtime.backups.programs import Program
from runtime.common.clock import Deadline
from runtime.common.errors import ProgramError
from runtime.common.postgres import Connection
from runtime.common.s3 import MEBIBYTE

# The archive's header: magic, version (3 bytes), length of an integer, length of an offset, format, compression; then the time as seven integers, each with
# a byte for its sign before it (ReadHead in src/bin/pg_dump/pg_backup_archiver.c).
TIME_AT = len(ARCHIVE_MAGIC) + 7
VERSIONS = ((1, 15), (1, 16))
INTEGER_BYTES = 4
TIMELESS = (0, 0, 0, 1, 0, 100, 0)
COMMAND = ["pg_dump", "--schema-only", "--format=custom", "--compress=none", "--no-password"]


def store_schema(
    connection: Connection, snapshot: str, wait_seconds: int, chunks: Chunks, deadline: Deadline
) -> tuple[Chunk, Put]:
    """Dump the definitions that the snapshot sees, and store them: the chunk, and what became of it. Raises ProgramError, StorageError or DeadlineError."""
    command = [*COMMAND, f"--snapshot={snapshot}", f"--lock-wait-timeout={wait_seconds * 1000}"]
    packer, head = Packer(), b""
    with Program(command, connection, deadline, "stdout") as program:
        while piece := program.stream.read(MEBIBYTE):
            packer.add(piece if head else timeless(piece), 0)
            head = head or piece[: len(ARCHIVE_MAGIC)]
        program.finish()
    if head != ARCHIVE_MAGIC:
        raise ProgramError(
            f"pg_dump for {connection.address} ended well but wrote no archive: is another program first on PATH?"
        )
    sha256, body = packer.finish()
    put = chunks.put(sha256, body)
    return Chunk(sha256=sha256, raw_bytes=packer.raw_bytes, stored_bytes=put.stored_bytes, rows=0), put


def timeless(archive: bytes) -> bytes:
    """The beginning of an archive with the first of January 2000 for its time: equal definitions make equal bytes. Other formats stay as they are."""
    known = archive[: len(ARCHIVE_MAGIC)] == ARCHIVE_MAGIC and tuple(archive[5:7]) in VERSIONS
    if not known or archive[8] != INTEGER_BYTES:
        return archive
    time = b"".join(struct.pack("<Bi", 0, value) for value in TIMELESS)
    return archive[:TIME_AT] + time + archive[TIME_AT + len(time) :]
