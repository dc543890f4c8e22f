"""One restore from end to end: checks, definitions, verified chunks, indexes and constraints, and last a check of what came out.

From the first statement to the last one, a schema called UNFINISHED stands in the target. Whatever ends the restore early leaves it there, so that nobody
takes the database for a whole one, and a restore into it is refused.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from runtime.backups.base.chunks import read_chunk
from runtime.backups.base.manifest import BaseManifest, Table
from runtime.common.clock import Clock, Deadline
from runtime.common.errors import IntegrityError, PreflightError
from runtime.common.postgres import Connection, connect
from runtime.common.workers import Workers
from runtime.recovery.base import large_objects
from runtime.recovery.base.checks import problems
from runtime.recovery.base.definitions import after_data, archive, before_data
from runtime.recovery.base.loading import ChunkOf, LoadAnswer, LoadOrder, LoadTask, load
from runtime.recovery.base.stored import StoredBase

if TYPE_CHECKING:
    from pathlib import Path

UNFINISHED = "restore_unfinished"
# pg_dump leaves an index out that is not valid; one of a partitioned table is valid only when every partition has its part.
_INVALID = """
SELECT i.indexrelid::regclass::text FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.oid >= 16384"""


@dataclass(frozen=True)
class RestoreOptions:
    """What comes back, and by how many processes. Without owners, everything belongs to the login; `publications` need the rights to make them."""

    workers: int = 2
    owners: bool = True
    privileges: bool = True
    publications: bool = True

    def flags(self) -> list[str]:
        """The same for pg_restore."""
        wanted = {"owner": self.owners, "privileges": self.privileges, "publications": self.publications}
        return [f"--no-{name}" for name, value in wanted.items() if not value]


@dataclass(frozen=True)
class RestoreProgress:
    """What is being done, and how many of the rows' raw bytes are in."""

    stage: str
    done_bytes: int
    total_bytes: int
    seconds: float


@dataclass(frozen=True)
class RestoreAround:
    """Time, and who hears of the progress."""

    clock: Clock
    deadline: Deadline
    report: Callable[[RestoreProgress], None] = lambda _: None


def restore_base(base: StoredBase, target: Connection, options: RestoreOptions, around: RestoreAround) -> BaseManifest:
    """Restore a base into an empty database, and return its manifest. The replay of its line goes on from `lsn`.

    Raises PreflightError with every problem before anything is written; later IntegrityError, StorageError, DatabaseError, ProgramError or DeadlineError,
    and then the target holds the schema UNFINISHED: drop the database.
    """
    client = base.connect()
    manifest = BaseManifest.read(client, base.bucket, base.manifest_key)
    roles = options.owners or options.privileges
    found = list(problems(client, base, manifest, target, roles=roles))
    if found:
        raise PreflightError(found, f"The base {base} cannot be restored")
    definitions = read_chunk(client, base.bucket, base.folder, manifest.schema_dump, "the definitions")
    name = f"the restore into {target.address}"
    with Workers[LoadTask, LoadAnswer](options.workers, name) as workers, archive(definitions) as file:
        order = LoadOrder(target, manifest.locale.encoding, base.bucket, base.folder, base.connect)
        workers.begin(load, order)
        _Restore(manifest, target, options, around, workers).run(base, file)
    return manifest


class _Restore:
    """The steps of a restore, in their order."""

    def __init__(
        self,
        manifest: BaseManifest,
        target: Connection,
        options: RestoreOptions,
        around: RestoreAround,
        workers: Workers[LoadTask, LoadAnswer],
    ) -> None:
        self._manifest = manifest
        self._target = target
        self._options = options
        self._around = around
        self._workers = workers
        self._began = around.clock.steady()
        pages = manifest.large_objects.pages
        self._total = sum(table.raw_bytes for table in manifest.tables) + sum(chunk.raw_bytes for chunk in pages)
        self._done = 0

    def run(self, base: StoredBase, file: "Path") -> None:
        flags, deadline, options = self._options.flags(), self._around.deadline, self._options
        self._stage("definitions")
        self._mark(str(base))
        before_data(self._target, file, flags, deadline)
        self._stage("rows")
        self._share(large_objects.create(self._manifest.large_objects))
        self._load()
        held = self._manifest.large_objects
        self._share(large_objects.describe(held, owners=options.owners, privileges=options.privileges))
        self._sequences()
        self._stage("indexes and constraints")
        after_data(self._target, file, flags, options.workers, deadline)
        self._stage("materialized views and statistics")
        for view in self._manifest.materialized_views:
            self._share([LoadTask(0, f"REFRESH MATERIALIZED VIEW {_quoted(view.schema_name, view.name)}")])
        self._share([LoadTask(0, "ANALYZE")])
        self._stage("check")
        self._check()
        self._unmark()

    def _mark(self, source: str) -> None:
        text = f"A restore of {source} began at {self._around.clock.now():%Y-%m-%d %H:%M:%S} UTC and has not ended: this database is not whole."
        with connect(self._target) as session:
            session.execute(f"CREATE SCHEMA {UNFINISHED}")
            session.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(UNFINISHED), sql.Literal(text)))

    def _unmark(self) -> None:
        with connect(self._target) as session:
            session.execute(f"DROP SCHEMA {UNFINISHED}")

    def _load(self) -> None:
        tables = sorted(self._manifest.tables, key=lambda table: -table.raw_bytes)
        tasks = [task for table in tables for task in _table_tasks(table)]
        numbered = [LoadTask(number, copy=task.copy, chunk=task.chunk) for number, task in enumerate(tasks)]
        numbered += large_objects.fill(self._manifest.large_objects, len(numbered))
        for answer in self._workers.share(numbered, self._around.deadline):
            chunk = numbered[answer.number].chunk
            self._done += chunk.raw_bytes if chunk else 0
            self._stage("rows")

    def _sequences(self) -> None:
        rows = [
            (_quoted(item.schema_name, item.name), item.last_value, item.is_called) for item in self._manifest.sequences
        ]
        if rows:
            with connect(self._target) as session, session.cursor() as cursor:
                cursor.executemany("SELECT pg_catalog.setval(%s::regclass, %s, %s)", rows)

    def _check(self) -> None:
        """Raise IntegrityError with every table whose rows are not those of the manifest, and every index that is not valid."""
        tables = self._manifest.tables
        tasks = [LoadTask(number, _count(table)) for number, table in enumerate(tables)]
        found = {answer.number: answer.value for answer in self._workers.share(tasks, self._around.deadline)}
        wrong = [
            f"{table} has {found[number]} rows instead of {table.rows}"
            for number, table in enumerate(tables)
            if found[number] != table.rows
        ]
        with connect(self._target) as session:
            wrong += [f"the index {row[0]} is not valid" for row in session.execute(_INVALID)]
        if wrong:
            raise IntegrityError(
                f"The restore into {self._target.address} did not come out as its base: {'; '.join(wrong)}. Somebody else may have written into it: "
                "drop the database and restore into a new one."
            )

    def _share(self, tasks: Iterable[LoadTask]) -> None:
        for _ in self._workers.share(tasks, self._around.deadline):
            pass

    def _stage(self, stage: str) -> None:
        seconds = self._around.clock.steady() - self._began
        self._around.report(RestoreProgress(stage, self._done, self._total, seconds))


def _table_tasks(table: Table) -> Iterator[LoadTask]:
    columns = ", ".join(map(_quoted, table.columns))
    # Without a list COPY takes every column that is not generated, which is none here; an empty list is no SQL.
    statement = f"COPY {_quoted(table.schema_name, table.name)} {f'({columns})' if columns else ''} FROM STDIN"
    for chunk in table.chunks:
        yield LoadTask(0, copy=statement, chunk=ChunkOf(**chunk.model_dump(), meaning=f"rows of {table}"))


def _count(table: Table) -> str:
    return f"SELECT count(*) FROM ONLY {_quoted(table.schema_name, table.name)} {table.condition}"  # noqa: S608  # names are quoted


def _quoted(*names: str) -> str:
    return sql.Identifier(*names).as_string(None)
