"""The PostgreSQL behind each RDS instance of one embedded cloud: address, door and cluster, and the work done on them."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import psycopg

from sandbox.cloud.certificates import issue
from sandbox.cloud.postgres import installation, leftovers, replica, roles
from sandbox.cloud.postgres.cluster import Cluster
from sandbox.cloud.postgres.door import Door, Loop, Place
from sandbox.cloud.postgres.parameters import Catalogue, Settings
from sandbox.home import Home


@dataclass(frozen=True)
class Master:
    """The master user of a new instance."""

    user: str
    password: str
    database: str | None

    def __repr__(self) -> str:
        return f"Master({self.user!r})"


class Database:
    """One instance. Its methods block; `submit` runs them one after the other, in the order of the calls."""

    def __init__(self, owner: "Databases", identifier: str, index: int, port: int) -> None:
        self.index = index
        # What is in effect: as the server has it, and as the parameter group said it.
        self.applied = Settings({}, force_ssl=True)
        self.values: dict[str, str] = {}
        self.primary: Database | None = None
        self.cluster = Cluster(owner.installation, identifier, index, port)
        self._owner = owner
        self._slot = replica.slot_name(self.cluster)
        self.door = self._door()
        self._work = ThreadPoolExecutor(max_workers=1, thread_name_prefix=identifier)

    @property
    def address(self) -> str:
        """The address of the instance's endpoint."""
        return self._owner.home.database_address(self.index)

    def submit(self, work: Callable[[], None]) -> None:
        """Have it done in the background, after what was submitted before."""
        self._work.submit(work)

    def create(self, settings: Settings, master: Master) -> None:
        """Make and start a new cluster with the master user."""
        self.cluster.initialise()
        self._start(settings, opened=False)
        roles.create(self.cluster, master.user, master.password, master.database)
        self.door.open(self.cluster.socket)

    def replicate(self, settings: Settings, primary: "Database") -> None:
        """Make and start a streaming replica of a running primary."""
        self.primary = primary
        replica.copy(primary.cluster, self.cluster)
        self._start(settings)

    def promote(self) -> None:
        """End the replication: from now on the instance takes writes and stands alone."""
        primary, self.primary = self.primary, None
        self._configure(self.applied)
        replica.promote(self.cluster)
        if primary is not None:
            replica.forget(primary.cluster, self._slot)

    def apply(self, settings: Settings) -> None:
        """Have what is dynamic take effect; what is static waits for a restart."""
        self._configure(settings)
        self.cluster.reload()

    def restart(self, settings: Settings, port: int | None = None, identifier: str | None = None) -> None:
        """Stop and start with these settings, at the new port and under the new name if there are any."""
        # A hot standby pauses when its primary comes back with more connections than it has room for.
        replicas = [d for d in self._owner.live.values() if d.primary is self]
        self.stop()
        if identifier:
            self.cluster.rename(identifier)
        if port:
            self.cluster.port = port
        if port or identifier:
            self.door = self._door()
        self._start(settings)
        for standby in replicas:
            standby.submit(partial(standby.restart, standby.applied))

    def start(self, settings: Settings) -> None:
        """Start a stopped instance."""
        self._start(settings)

    def stop(self) -> None:
        """Close the door, then end the server."""
        self.door.close()
        self.cluster.stop()

    def set_password(self, user: str, password: str) -> None:
        """Give the master user another password."""
        roles.set_password(self.cluster, user, password)

    def remove(self) -> None:
        """End everything, remove all data and give the address back."""
        self.stop()
        if self.primary is not None:
            # The primary may be on its way out too.
            with contextlib.suppress(psycopg.Error):
                replica.forget(self.primary.cluster, self._slot)
        self.cluster.remove()
        self._owner.release(self)
        self._work.shutdown(wait=False)

    def end(self) -> None:
        """End the server with the whole cloud: nothing is waited for."""
        self._work.shutdown(wait=True, cancel_futures=True)
        self.stop()

    def _start(self, settings: Settings, *, opened: bool = True) -> None:
        self.door.reserve()
        self._configure(settings)
        self.cluster.start()
        if opened:
            self.door.open(self.cluster.socket)

    def _configure(self, settings: Settings) -> None:
        server = dict(settings.server)
        primary = self.primary
        for name in replica.NOT_LESS_THAN_PRIMARY if primary else ():
            theirs = primary.applied.server.get(name) if primary else None
            if theirs is not None:
                server[name] = str(max(int(theirs), int(server.get(name, 0))))
        self.cluster.configure(server, primary.cluster if primary else None, self._slot)
        self.applied = settings
        self.door.force_ssl = settings.force_ssl

    def _door(self) -> Door:
        owner = self._owner
        certificate, key = issue(owner.home, f"database-{self.index}", addresses=[self.address])
        return Door(owner.loop, Place(self.cluster.name, self.address, self.cluster.port), certificate, key)


class Databases:
    """All instances of one home. `live` has them by their DbiResourceId."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.installation = installation.prepare(home)
        self.ended = leftovers.remove(self.installation)
        self.catalogue = Catalogue(self.installation.binaries)
        self.loop = Loop()
        # Replaced, never changed: other threads walk through it.
        self.live: dict[str, Database] = {}
        self._lock = threading.Lock()

    def reserve(self, resource_id: str, identifier: str, port: int) -> Database:
        """A database with the first free address, and its port taken. A CloudError says who has the port."""
        with self._lock:
            taken = {database.index for database in self.live.values()}
            index = next(i for i in range(len(taken) + 1) if i not in taken)
            database = Database(self, identifier, index, port)
            database.door.reserve()
            self.live = {**self.live, resource_id: database}
        return database

    def release(self, database: Database) -> None:
        """Give the address of a removed database back."""
        with self._lock:
            self.live = {key: other for key, other in self.live.items() if other is not database}

    def close(self) -> None:
        """End all servers at once, then remove their data."""
        databases = list(self.live.values())
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(Database.end, databases))
        self.live = {}
        self.loop.close()
        leftovers.remove(self.installation)
        for folder in (self.installation.data, self.installation.sockets):
            folder.rmdir()
