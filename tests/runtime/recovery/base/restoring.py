"""What tests of restores share."""

from dataclasses import dataclass

from runtime.backups.base.making import Base
from runtime.backups.base.manifest import BaseManifest
from runtime.common.clock import Clock, Deadline
from runtime.common.postgres import Connection
from runtime.recovery.base.restoring import RestoreAround, RestoreOptions, RestoreProgress, restore_base
from runtime.recovery.base.stored import StoredBase
from tests.runtime.backups.base.making import Making
from tests.runtime.conftest import BUCKET


@dataclass
class Restoring:
    """A source with bases, and an empty database to restore them into."""

    making: Making
    target: str

    def restore(
        self,
        base: Base,
        options: RestoreOptions | None = None,
        target: Connection | None = None,
        deadline: Deadline | None = None,
    ) -> tuple[BaseManifest, list[RestoreProgress]]:
        clock, heard = Clock(), list[RestoreProgress]()
        around = RestoreAround(clock, deadline or Deadline.never(clock), heard.append)
        stored = StoredBase(BUCKET, base.key)
        manifest = restore_base(
            stored, target or self.making.connection(self.target), options or RestoreOptions(), around
        )
        return manifest, heard

    def count(self, query: str) -> int:
        with self.making.cluster.connect(self.target) as session:
            row = session.execute(query.encode()).fetchone()
        assert row
        return int(row[0])

    def is_marked(self) -> bool:
        """Whether the target says of itself that it is not whole."""
        return self.count("SELECT count(*) FROM pg_namespace WHERE nspname = 'restore_unfinished'") == 1

    def is_empty(self) -> bool:
        """Whether there is nothing in the target at all."""
        return self.count("SELECT count(*) FROM pg_class WHERE oid >= 16384") == 0 and not self.is_marked()
