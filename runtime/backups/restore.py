"""From a manifest back to a database: all of it, verified, or nothing.

The last bytes of the dump are held back until all checksums agree. pg_restore works in one transaction and cannot end it
without them, so a corrupted or truncated object leaves the target as empty as it was.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast

import zstandard
from psycopg.conninfo import make_conninfo

from runtime.backups.keys import split_url
from runtime.backups.manifest import Manifest
from runtime.backups.programs import Program, version_of
from runtime.common.clock import Deadline
from runtime.common.errors import IntegrityError, ProgramError, TargetError
from runtime.common.postgres import Connection, connect
from runtime.common.s3 import ObjectReader, storage_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

COMMAND = ["pg_restore", "--format=custom", "--single-transaction", "--exit-on-error", "--no-password"]
PIECE_BYTES = 1024 * 1024
NAMED = 5
# FirstNormalObjectId of PostgreSQL (src/include/access/transam.h): everything from here on was made by a user.
USER_OBJECTS = """
SELECT kind || ' ' || name FROM (
    SELECT 'schema' AS kind, nspname::text AS name FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_(temp|toast_temp)_'
    UNION ALL SELECT 'relation', oid::regclass::text FROM pg_class WHERE oid >= 16384 AND relpersistence <> 't' AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    UNION ALL SELECT 'function', oid::regprocedure::text FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT 'type', oid::regtype::text FROM pg_type WHERE oid >= 16384 AND typtype IN ('d', 'e', 'r')
    UNION ALL SELECT 'extension', extname::text FROM pg_extension WHERE oid >= 16384
    UNION ALL SELECT 'large object', oid::text FROM pg_largeobject_metadata
) AS found ORDER BY 1 LIMIT %s
"""


class Checked:
    """A dump on its way back: decompressed piece by piece, and held against its manifest at the end."""

    def __init__(self, source: ObjectReader, manifest: Manifest) -> None:
        """Take the compressed object and what it must be."""
        self._source = source
        self._manifest = manifest
        self._bytes = 0
        self._hash = hashlib.sha256()

    def pieces(self) -> Iterator[bytes]:
        """The raw dump in pieces of at most 1 MiB. Raises IntegrityError where the compressed stream makes no sense."""
        reader = zstandard.ZstdDecompressor().stream_reader(cast("IO[bytes]", self._source))
        try:
            while piece := reader.read(PIECE_BYTES):
                self._hash.update(piece)
                self._bytes += len(piece)
                yield piece
        except zstandard.ZstdError as error:
            raise self._refusal(f"it does not decompress ({error})") from None

    def verify(self) -> None:
        """Raise IntegrityError unless every byte is the one that was backed up."""
        expected, got = self._manifest, self._source.seen()
        if got.size != expected.compressed_bytes:
            raise self._refusal(f"it has {got.size} bytes, not {expected.compressed_bytes}")
        if got.sha256 != expected.compressed_sha256:
            raise self._refusal("its SHA-256 is another one")
        if (self._bytes, self._hash.hexdigest()) != (expected.raw_bytes, expected.raw_sha256):
            raise self._refusal("its decompressed bytes are others")

    def _refusal(self, reason: str) -> IntegrityError:
        return IntegrityError(
            f"The dump {self._manifest.object_key} is not what its manifest describes: {reason}. Nothing was restored. "
            "Restore another backup, or an older version of this object in the versioned bucket."
        )


def restore(
    client: "S3Client", manifest_url: str, target: Connection, deadline: Deadline, options: tuple[str, ...] = ()
) -> Manifest:
    """Restore the backup of `manifest_url` (s3://bucket/key) into the empty database `target`, and return its manifest.

    `options` go to pg_restore, such as --no-owner. Raises StorageError, IntegrityError, DatabaseError, TargetError,
    ProgramError or DeadlineError; the target then is as empty as it was.
    """
    bucket, key = split_url(manifest_url)
    manifest = Manifest.read(client, bucket, key)
    _check_object(client, bucket, manifest)
    _check_program(manifest)
    _check_empty(target)
    checked = Checked(ObjectReader(client, bucket, manifest.object_key), manifest)
    with Program(
        [*COMMAND, f"--dbname={make_conninfo(dbname=target.database)}", *options], target, deadline, "stdin"
    ) as program:
        last = _feed(program, checked.pieces(), deadline)
        checked.verify()
        with contextlib.suppress(BrokenPipeError):  # finish says why it ended early
            program.stream.write(last)
            program.stream.flush()
        program.finish()
    return manifest


def _feed(program: Program, pieces: Iterator[bytes], deadline: Deadline) -> bytes:
    """Write everything but the last piece, and return that."""
    held = b""
    failed = False
    for piece in pieces:
        deadline.check()
        if held and not failed:
            try:
                program.stream.write(held)
            except BrokenPipeError:
                failed = True  # read on: a broken archive is the better explanation of a failure
        held = piece
    return held


def _check_object(client: "S3Client", bucket: str, manifest: Manifest) -> None:
    with storage_errors(f"read the dump s3://{bucket}/{manifest.object_key}"):
        size = client.head_object(Bucket=bucket, Key=manifest.object_key)["ContentLength"]
    if size != manifest.compressed_bytes:
        raise IntegrityError(
            f"The dump s3://{bucket}/{manifest.object_key} has {size} bytes, not the {manifest.compressed_bytes} of its manifest. "
            "Nothing was restored. Restore another backup, or an older version of this object."
        )


def _check_program(manifest: Manifest) -> None:
    version, major = version_of("pg_restore")
    needed = int(manifest.pg_dump_version.split(".")[0])
    if major < needed:
        raise ProgramError(
            f"pg_restore {version} is older than the pg_dump {manifest.pg_dump_version} that made the backup: install {needed}."
        )


def _check_empty(target: Connection) -> None:
    with connect(target) as session:
        found = [row[0] for row in session.execute(USER_OBJECTS, [NAMED + 1])]
    if found:
        names = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
        raise TargetError(
            f"The database {target.address} is not empty ({names}). Restore into a new one: CREATE DATABASE … TEMPLATE template0."
        )
