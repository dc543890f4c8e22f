"""What a worker of a restore does: chunks come out of S3, are compared with their names, and only then go into PostgreSQL, each in a transaction of its own."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from runtime.backups.base.chunks import read_chunk
from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.sessions import writing
from runtime.common.errors import IntegrityError
from runtime.common.postgres import Connection
from runtime.common.workers import Tasks

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PIECE_BYTES = 512 * 1024
AHEAD = 2


@dataclass(frozen=True)
class LoadOrder:
    """What a worker needs to know before it begins; `encoding` is that of the source's bytes."""

    connection: Connection
    encoding: str
    bucket: str
    folder: BaseFolder
    connect: Callable[[], "S3Client"]


@dataclass(frozen=True)
class ChunkOf:
    """A chunk, and what it holds, for messages."""

    sha256: str
    raw_bytes: int
    stored_bytes: int
    rows: int
    meaning: str


@dataclass(frozen=True)
class LoadTask:
    """One transaction: the statements `before`, the chunk through `copy` (a COPY … FROM STDIN), the statements `after`.

    Without a chunk only `after` is run, outside of a transaction block, and its one value is the answer.
    """

    number: int
    after: str = ""
    before: str = ""
    copy: str = ""
    chunk: ChunkOf | None = None


@dataclass(frozen=True)
class LoadAnswer:
    """The rows that went in, or the value that came out."""

    number: int
    value: int


def load(order: LoadOrder, tasks: Tasks[LoadTask, LoadAnswer]) -> None:
    """Do what comes until nothing more comes. Raises DatabaseError, StorageError or IntegrityError."""
    client = order.connect()
    waiting: deque[tuple[LoadTask, Future[bytes]]] = deque()
    with writing(order.connection) as session, ThreadPoolExecutor(1, "download") as downloads:
        session.execute("SELECT set_config('client_encoding', %s, false)", [order.encoding])
        # The last commit of a restore is a real one, and no commit becomes durable before an earlier one.
        session.execute("SELECT set_config('synchronous_commit', 'off', false)")
        while True:
            # The next chunk comes while the one before goes in.
            while len(waiting) < AHEAD and (not waiting or tasks.waiting()):
                task = tasks.next()
                if task is None:
                    return
                waiting.append((task, downloads.submit(_fetch, client, order, task)))
            task, future = waiting.popleft()
            tasks.answer(LoadAnswer(task.number, _do(session, task, future.result())))


def _fetch(client: "S3Client", order: LoadOrder, task: LoadTask) -> bytes:
    if task.chunk is None:
        return b""
    return read_chunk(client, order.bucket, order.folder, task.chunk, task.chunk.meaning)


def _do(session: psycopg.Connection[Any], task: LoadTask, raw: bytes) -> int:
    if task.chunk is None:
        cursor = session.execute(task.after.encode())
        row = cursor.fetchone() if cursor.description else None
        return int(row[0]) if row else 0
    with session.transaction():
        if task.before:
            session.execute(task.before.encode())
        cursor = session.cursor()
        with cursor.copy(task.copy.encode(session.info.encoding)) as copy:
            for first in range(0, len(raw), PIECE_BYTES):
                copy.write(raw[first : first + PIECE_BYTES])
        if cursor.rowcount != task.chunk.rows:
            raise IntegrityError(
                f"{task.chunk.meaning}: {cursor.rowcount} rows went in, and the manifest has {task.chunk.rows} for the chunk {task.chunk.sha256}."
            )
        if task.after:
            session.execute(task.after.encode())
    return cursor.rowcount
