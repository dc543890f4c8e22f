"""A database under protection: how to take bases of it, recover it, and compare what came back."""

from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from runtime.backups.base.making import Around as MakingAround
from runtime.backups.base.making import Base, Destination, Options, make_base
from runtime.backups.base.snapshot import Source
from runtime.common.clock import Clock, Deadline
from runtime.common.postgres import Connection
from runtime.common.s3 import Encryption
from runtime.database_roles.work import Work
from runtime.recovery.base.restoring import RestoreOptions
from runtime.recovery.plan import Plan, Planner, Store
from runtime.recovery.recover import Around, Recovered, Step, recover
from runtime.recovery.targets import Target
from runtime.wal.capture.keep import keep_capture
from tests.runtime.backups.example_database import contents
from tests.runtime.conftest import BUCKET, KEY, PLAIN
from tests.runtime.wal.world import Archived

CLOCK = Clock()


@dataclass
class Protected:
    """The source, and what was made of it."""

    archived: Archived
    steps: list[Step] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)

    def install(self) -> list[str]:
        """The capture, by the master user. What it warns of."""
        with self.archived.cluster.connect(self.archived.database) as session:
            session.execute("DROP PUBLICATION IF EXISTS jobr_archive, jobr_archive_changes")
            work = Work(session)
            keep_capture(work)
        return work.warnings

    def connection(self, database: str | None = None) -> Connection:
        cluster = self.archived.cluster
        return Connection(
            cluster.host, cluster.port, database or self.archived.database, cluster.user, cluster.password, PLAIN
        )

    def base(self) -> Base:
        """A base of this moment on the newest line."""
        here = self.connection()
        source = Source(here, here, streaming=here, line=self.archived.lines()[-1].name)
        destination = Destination(BUCKET, "database/", Encryption(KEY))
        return make_base(source, destination, Options("test"), MakingAround(CLOCK, Deadline.never(CLOCK)))

    @property
    def store(self) -> Store:
        return Store(self.archived.s3, BUCKET, "database/", "wal/", self.archived.database)

    def plan(self, target: Target) -> Plan:
        return Planner(self.store).plan(target)

    def recover(self, target: Target) -> tuple[str, Recovered]:
        """Recover into a new database; its name, and what was done."""
        copy = self.archived.cluster.create_database("recovered")
        self.copies.append(copy)
        options = RestoreOptions(publications=False)
        around = Around(CLOCK, Deadline.never(CLOCK), self.steps.append)
        return copy, recover(self.store, self.plan(target), self.connection(copy), options, around)

    def contents(self, database: str | None = None) -> dict[str, Any]:
        """Rows and checksums of every table but the capture's own; sequences apart, because they may be ahead."""
        found = contents(self.archived.cluster, database or self.archived.database)
        sequences = self.sequences(database)
        return {
            name: sums for name, sums in found.items() if not name.startswith("jobr_archive.") and name not in sequences
        }

    def sequences(self, database: str | None = None) -> dict[str, int | None]:
        """Where every sequence stands."""
        query = (
            "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences WHERE schemaname <> 'jobr_archive'"
        )
        with self.archived.cluster.connect(database or self.archived.database) as session:
            return dict(session.execute(query).fetchall())

    def drop(self) -> None:
        """Forget the copies."""
        with self.archived.cluster.connect() as session:
            for copy in self.copies:
                session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(copy)))
