"""One PostgreSQL cluster: made, configured, started and ended. It listens on a Unix socket and on nothing else."""

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString

import psycopg

from sandbox.cloud.errors import CloudError
from sandbox.cloud.postgres.installation import Installation

ADMIN = "rdsadmin"
REPLICATOR = "rdsrepladmin"
START_SECONDS = 60.0
STOP_SECONDS = 15.0
INTERVAL = 0.02

# RDS's own master users have no entry of their own either; "replication" means physical replication only.
HBA = f"""\
local all {ADMIN} scram-sha-256
local {ADMIN} all reject
local replication {REPLICATOR} scram-sha-256
local replication all reject
local all {REPLICATOR} reject
local all all scram-sha-256
"""

# fsync is off because nothing here outlives the machine; RDS's own value, on, is listed among the gaps.
BASE = {
    "default_text_search_config": "pg_catalog.english",
    "fsync": "off",
    "hot_standby": "on",
    "lc_messages": "C",
    "listen_addresses": "",
    "log_line_prefix": "%t:%r:%u@%d:[%p]:",
    "log_timezone": "UTC",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
}


class Cluster:
    """A cluster in `<data>/<name>/`: `data/` and `server.log`. Its socket is in `<sockets>/<index>/`."""

    def __init__(self, installation: Installation, name: str, index: int, port: int) -> None:
        self.installation = installation
        self.name = name
        self.port = port
        self.sockets = installation.sockets / str(index)
        self.password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """All files of the cluster."""
        return self.installation.data / self.name

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "server.log"

    @property
    def socket(self) -> Path:
        """The Unix socket that the server listens on."""
        return self.sockets / f".s.PGSQL.{self.port}"

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    def initialise(self) -> None:
        """Make a new, empty cluster (UTF8, C.UTF-8 of the builtin provider) whose administrator is rdsadmin."""
        self.make_folders()
        file = self.folder / "password"
        file.touch(mode=0o600)
        file.write_text(self.password)
        self.installation.account.own(file)
        try:
            self.installation.run(
                "initdb",
                f"--pgdata={self.data}",
                f"--username={ADMIN}",
                f"--pwfile={file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-locale",
                "--no-sync",
            )
        finally:
            file.unlink()

    def make_folders(self) -> None:
        """Make the cluster's own folders, readable by its account alone."""
        for folder in (self.folder, self.sockets):
            folder.mkdir(mode=0o700)
            self.installation.account.own(folder)

    def configure(self, settings: Mapping[str, str], standby_of: "Cluster | None" = None, slot: str = "") -> None:
        """Write the whole configuration; what needs a restart takes effect at the next `start`."""
        lines = BASE | {"unix_socket_directories": str(self.sockets), "port": str(self.port), "cluster_name": self.name}
        lines |= settings
        if standby_of is not None:
            lines["primary_conninfo"] = psycopg.conninfo.make_conninfo(
                host=str(standby_of.sockets),
                port=standby_of.port,
                user=REPLICATOR,
                password=standby_of.password,
                application_name=self.name,
            )
            lines["primary_slot_name"] = slot
        text = "".join(f"{name} = {quoted(value)}\n" for name, value in sorted(lines.items()))
        self._write("postgresql.conf", text)
        self._write("pg_hba.conf", HBA)

    def mark_as_standby(self) -> None:
        """Let the next start follow the primary of the configuration."""
        self._write("standby.signal", "")

    def start(self) -> None:
        """Start the server and wait until it takes connections. A CloudError carries the end of its log."""
        offset = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.installation.binaries / "postgres", "-D", self.data],
                **self.installation.process_options(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise CloudError(f"PostgreSQL did not start; the end of {self.log}:\n{self.tail(offset)}")
            time.sleep(INTERVAL)

    def stop(self) -> None:
        """End the server by a fast shutdown, by harder means when that takes too long; harmless when it does not run."""
        process = self._process
        if process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if process.poll() is not None:
                break
            process.send_signal(number)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def reload(self) -> None:
        """Have the server read its configuration again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def remove(self) -> None:
        """Stop the server and remove its data, log and socket."""
        self.stop()
        for folder in (self.folder, self.sockets):
            shutil.rmtree(folder, ignore_errors=not folder.exists())

    def rename(self, name: str) -> None:
        """Move the files of a stopped cluster."""
        target = self.installation.data / name
        self.folder.rename(target)
        self.name = name

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection of the administrator, in autocommit."""
        return psycopg.connect(
            host=str(self.sockets),
            port=self.port,
            user=ADMIN,
            password=self.password,
            dbname=database,
            autocommit=True,
        )

    def execute(self, *statements: LiteralString) -> None:
        """Execute statements as the administrator, each in a transaction of its own."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def tail(self, offset: int = 0, lines: int = 10) -> str:
        """The last lines of the server's log after the offset in bytes."""
        if not self.log.exists():
            return "    (empty)"
        with self.log.open("rb") as log:
            log.seek(offset)
            said = log.read().decode(errors="replace").splitlines()[-lines:]
        return "\n".join(f"    {line}" for line in said)

    def _ready(self) -> bool:
        """Line 8 of postmaster.pid is the state; a hot standby is ready when it takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        mine = self._process is not None and lines[:1] == [str(self._process.pid)]
        return mine and len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 - the eighth line

    def _write(self, name: str, text: str) -> None:
        """Replace a file of the data folder at once, so that a reload never sees half of it."""
        draft = self.data / f".{name}.new"
        draft.touch(mode=0o600)
        draft.write_text(text)
        self.installation.account.own(draft)
        draft.replace(self.data / name)


def quoted(value: str) -> str:
    """A value in the syntax of postgresql.conf."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
