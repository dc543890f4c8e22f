"""What a worker of a base does: ranges of tables go out of PostgreSQL, compressed, into S3, with no more than two chunks in memory."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq

from runtime.backups.base.chunks import ChunkPlace, Chunks, Packer, Put
from runtime.backups.base.sessions import import_snapshot, reading
from runtime.common.postgres import Connection
from runtime.common.s3 import MEBIBYTE
from runtime.common.workers import Tasks

# A range ends its chunk when that has so many raw bytes: compressed values can be longer than their blocks. A single row may be longer, up to PostgreSQL's 1 GB.
CHUNK_BYTES = 32 * MEBIBYTE
# Rows are joined before they are hashed and compressed, in heaps that stay in the processor's cache: with 64 KiB and more the reading takes half as long again.
HEAP_BYTES = 16 * 1024


@dataclass(frozen=True)
class Order:
    """What a worker needs to know before it begins."""

    connection: Connection
    snapshot: str
    place: ChunkPlace


@dataclass(frozen=True)
class CopyTask:
    """A statement whose rows become chunks: `COPY (…) TO STDOUT`. `number` says whose."""

    number: int
    statement: str


@dataclass(frozen=True)
class Copied:
    """A chunk: its checksum, raw bytes and rows, and what became of it."""

    sha256: str
    raw_bytes: int
    rows: int
    put: Put


@dataclass(frozen=True)
class CopyAnswer:
    """The chunks of a task, in the order of the rows."""

    number: int
    chunks: tuple[Copied, ...]


def copy_ranges(order: Order, tasks: Tasks[CopyTask, CopyAnswer]) -> None:
    """Do what comes until nothing more comes. Raises DatabaseError or StorageError."""
    chunks = order.place.open()
    with reading(order.connection) as session, ThreadPoolExecutor(1, "upload") as uploads:
        import_snapshot(session, order.snapshot)
        session.execute(
            "SELECT set_config('enable_seqscan', 'off', false)"
        )  # a range is read as one, whatever the statistics say
        # No conversion: bytes go out as they lie there, and come back to a database of the same encoding.
        session.execute("SELECT set_config('client_encoding', pg_catalog.current_setting('server_encoding'), false)")
        pending: _Pending | None = None
        while True:
            if pending and not tasks.waiting():
                tasks.answer(pending.answer())
                pending = None
                continue
            task = tasks.next()
            if task is None:
                return
            begun = _Pending(task.number)
            for packer in _packed(session, task.statement):
                if pending:  # the one before is as good as stored, and only one may be on its way
                    tasks.answer(pending.answer())
                    pending = None
                begun.upload(uploads, chunks, packer)
            if pending:
                tasks.answer(pending.answer())
            pending = begun


class _Pending:
    """A task whose last chunk may still be on its way."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._chunks: list[Copied] = []
        self._flying: Future[Copied] | None = None

    def upload(self, uploads: ThreadPoolExecutor, chunks: Chunks, packer: Packer) -> None:
        self._land()
        self._flying = uploads.submit(_store, chunks, packer)

    def answer(self) -> CopyAnswer:
        self._land()
        return CopyAnswer(self._number, tuple(self._chunks))

    def _land(self) -> None:
        if self._flying:
            self._chunks.append(self._flying.result())
            self._flying = None


def _store(chunks: Chunks, packer: Packer) -> Copied:
    sha256, body = packer.finish()
    return Copied(sha256, packer.raw_bytes, packer.rows, chunks.put(sha256, body))


def _packed(session: psycopg.Connection[Any], statement: str) -> Iterator[Packer]:
    """The rows of a statement in chunks; nothing for no rows."""
    packer = Packer()
    for data, rows in _heaps(session.pgconn, statement.encode(session.info.encoding)):
        packer.add(data, rows)
        if packer.raw_bytes >= CHUNK_BYTES:
            yield packer
            packer = Packer()
    if packer.rows:
        yield packer


def _heaps(connection: pq.abc.PGconn, statement: bytes) -> Iterator[tuple[bytes, int]]:
    """Rows as COPY sends them, in heaps, each with its number of rows: the server sends every row as a message of its own.

    libpq's own calls take less than half of the processor's time that psycopg's `copy` takes for the same rows.
    """
    result = connection.exec_(statement)
    if result.status != pq.ExecStatus.COPY_OUT:
        raise _error(result)
    receive, rows, size = connection.get_copy_data, list[memoryview](), 0
    append = rows.append
    while True:
        length, row = receive(0)
        if length <= 0:
            break
        append(row)
        size += length
        if size >= HEAP_BYTES:
            yield b"".join(rows), len(rows)
            rows.clear()
            size = 0
    while (ending := connection.get_result()) is not None:
        if ending.status != pq.ExecStatus.COMMAND_OK:
            raise _error(ending)
    if rows:
        yield b"".join(rows), len(rows)


def _error(result: pq.abc.PGresult) -> psycopg.Error:
    return psycopg.errors.error_from_result(result)
