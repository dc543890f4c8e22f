"""One base from end to end: one snapshot, the definitions and every range of every table into chunks, and last the manifest that makes it a base."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from runtime.backups.base import catalog
from runtime.backups.base.chunks import LONGEST_RUN, REUSE_FOR, ChunkPlace, Put, Reuse, S3Place
from runtime.backups.base.copying import CopyAnswer, CopyTask, Order, copy_ranges
from runtime.backups.base.keys import BaseFolder
from runtime.backups.base.listing import newest_base
from runtime.backups.base.locks import only_run
from runtime.backups.base.manifest import BaseManifest, Omission
from runtime.backups.base.plan import Plan
from runtime.backups.base.schema import store_schema
from runtime.backups.base.snapshot import Moment, Source, moment
from runtime.backups.programs import version_of
from runtime.common.aws import s3_client
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import DeadlineError, ProgramError
from runtime.common.postgres import Connection, database_errors
from runtime.common.s3 import Encryption
from runtime.common.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Watched = dict[Any, Callable[[], None]]
GLOBALS = Omission(
    what="roles, memberships, tablespaces, settings of roles and databases, privileges on the database itself",
    why="they are the server's, not the database's: the stack makes them anew, and the manifest names the roles that a restore needs",
)


@dataclass(frozen=True)
class Destination:
    """Where bases go: `prefix` is the folder of all databases in the bucket, such as `database/`. `connect` makes a client in each process."""

    bucket: str
    prefix: str
    encryption: Encryption
    connect: Callable[[], "S3Client"] = s3_client


@dataclass(frozen=True)
class Options:
    """How a base is made: by how many processes, and how many seconds it waits for a lock or a transaction in its way."""

    environment: str
    workers: int = 2
    wait_seconds: int = 60


@dataclass(frozen=True)
class Progress:
    """How far a run is. `done_bytes` of `total_bytes` of the database's files were read; the others are bytes as COPY wrote them, and as they were stored now."""

    done_bytes: int
    total_bytes: int
    raw_bytes: int
    new_bytes: int
    new_chunks: int
    seconds: float

    @property
    def rate(self) -> float:
        """Bytes of the database's files a second."""
        return self.done_bytes / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Base:
    """A finished base, the key of its manifest, and how its run went."""

    manifest: BaseManifest
    key: str
    progress: Progress


@dataclass(frozen=True)
class Around:
    """Time, and who hears of the progress."""

    clock: Clock
    deadline: Deadline
    report: Callable[[Progress], None] = lambda _: None


def make_base(source: Source, destination: Destination, options: Options, around: Around) -> Base:
    """Make one base of a database.

    Raises PreflightError, DatabaseError, StorageError, ProgramError, DeadlineError or SettingsError. There is no base then; the chunks that were stored stay,
    and the next run finds them.
    """
    client, folder = destination.connect(), BaseFolder.of(destination.prefix, source.reading.database)
    started = around.clock.now()
    newest = newest_base(client, destination.bucket, folder)
    reuse = Reuse(started - REUSE_FOR, _lengths(newest) if newest else {})
    place = S3Place(destination.bucket, folder, destination.encryption, reuse, destination.connect)
    with running(source, options, around) as run:
        manifest, progress = run.collect(place, started)
        if around.clock.now() - started > LONGEST_RUN:
            raise DeadlineError(
                f"The base of {source.reading.address} took longer than {LONGEST_RUN}, and chunks that it found at its beginning may be gone. "
                "Use more workers, or AWS Backup for a database of this size."
            )
        key = folder.manifest(started, secrets.token_hex(4))
        manifest.write(client, destination.bucket, key, destination.encryption)
    return Base(manifest, key, progress)


@contextmanager
def running(source: Source, options: Options, around: Around) -> Iterator["Run"]:
    """A run that is the only one of its database, with its processes. Raises DatabaseError when it is not."""
    with (
        only_run(source.primary) as lock,
        Workers[CopyTask, CopyAnswer](options.workers, f"the base of {source.reading.address}") as workers,
    ):
        held = _checked(source.primary, partial(lock.execute, "SELECT 1"))
        yield Run(source, options, around, workers, {lock: held})


class Run:
    """What is done between the lock and the manifest."""

    def __init__(
        self,
        source: Source,
        options: Options,
        around: Around,
        workers: Workers[CopyTask, CopyAnswer],
        watched: Watched,
    ) -> None:
        """Take the source, the processes, and what must not end before the run does."""
        self._source = source
        self._options = options
        self._around = around
        self._workers = workers
        self._watched = watched
        self._began = around.clock.steady()

    def collect(self, place: ChunkPlace, started: datetime) -> tuple[BaseManifest, Progress]:
        """Store every chunk, and describe them. The manifest is not stored."""
        source, wait = self._source, self._options.wait_seconds
        program, major = version_of("pg_dump")
        with moment(source, wait, self._around.deadline) as now:
            server = now.session.info.server_version
            if major < server // 10000:
                raise ProgramError(
                    f"pg_dump {program} is older than the server's {_version(server)}: raise POSTGRES_MAJOR in runtime/Dockerfile."
                )
            large_objects, sequences = catalog.large_objects(now.session), catalog.sequences(now.session)
            self._workers.begin(copy_ranges, Order(source.reading, now.snapshot, place))
            schema, put = store_schema(source.reading, now.snapshot, wait, place.open(), self._around.deadline)
            plan = Plan(now.tables, large_objects, large_objects.page_bytes * 4)
            answers, progress = self._copy(plan, now, put)
            manifest = BaseManifest(
                environment=self._options.environment,
                database=source.reading.database,
                line=source.line if now.lsn is not None else None,
                lsn=now.lsn,
                read_from="standby" if catalog.is_standby(now.session) else "primary",
                server_version=_version(server),
                pg_dump_version=program,
                started_at=started,
                snapshot_at=now.taken_at,
                finished_at=self._around.clock.now(),
                locale=catalog.locale(now.session),
                roles=tuple(catalog.roles(now.session)),
                extensions=tuple(catalog.extensions(now.session)),
                schema_dump=schema,
                tables=tuple(plan.tables(answers)),
                sequences=tuple(sequences),
                large_objects=plan.large_objects(answers),
                materialized_views=tuple(catalog.materialized_views(now.session)),
                omissions=tuple(_omissions(now)),
            )
            for check in self._watching(now).values():
                check()
        return manifest, progress

    def _copy(self, plan: Plan, now: Moment, schema: Put) -> tuple[dict[int, CopyAnswer], Progress]:
        weights = {planned.task.number: planned.weight for planned in plan.planned}
        answers: dict[int, CopyAnswer] = {}
        done = raw = 0
        new_bytes, new_chunks = (schema.stored_bytes, 1) if schema.is_new else (0, 0)
        progress = Progress(done, plan.total_bytes, raw, new_bytes, new_chunks, self._seconds())
        tasks = (planned.task for planned in plan.planned)
        for answer in self._workers.share(tasks, self._around.deadline, self._watching(now)):
            answers[answer.number] = answer
            stored = [copied.put.stored_bytes for copied in answer.chunks if copied.put.is_new]
            done, raw = done + weights[answer.number], raw + sum(copied.raw_bytes for copied in answer.chunks)
            new_bytes, new_chunks = new_bytes + sum(stored), new_chunks + len(stored)
            progress = Progress(done, plan.total_bytes, raw, new_bytes, new_chunks, self._seconds())
            self._around.report(progress)
        return answers, progress

    def _watching(self, now: Moment) -> Watched:
        return self._watched | {now.session: _checked(self._source.reading, now.check)}

    def _seconds(self) -> float:
        return self._around.clock.steady() - self._began


def _checked(connection: Connection, check: Callable[[], object]) -> Callable[[], None]:
    def checked() -> None:
        with database_errors(connection):
            check()

    return checked


def _omissions(now: Moment) -> Iterator[Omission]:
    yield GLOBALS
    for table in now.tables:
        if table.is_unlogged:
            yield Omission(
                what=f"the rows of {table.name}", why="the table is unlogged: a crash of the server empties it too"
            )
    for name in catalog.subscriptions(now.session):
        yield Omission(
            what=f"the subscription {name}", why="only a superuser reads how it connects, so pg_dump leaves it out"
        )


def _lengths(manifest: BaseManifest) -> dict[str, int]:
    return {chunk.sha256: chunk.stored_bytes for chunk in manifest.chunks()}


def _version(number: int) -> str:
    """180004 is 18.4."""
    return f"{number // 10000}.{number % 10000}"
