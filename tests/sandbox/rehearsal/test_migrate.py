"""The demonstration application's migrations on a real PostgreSQL, judged by the functions' own eyes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
import pytest

from runtime.common.postgres import Connection, Tls
from runtime.deployments.migrations.errors import VerificationError
from runtime.deployments.migrations.expected import Expected
from runtime.deployments.migrations.verify import verify
from sandbox.home import PROJECT
from sandbox.rehearsal.migrate import FAULTS, MIGRATIONS
from tests.postgres_cluster import PostgresCluster, postgres_cluster

__all__ = ["postgres_cluster"]

VERSIONS = [migration.version for migration in MIGRATIONS]


@dataclass
class Database:
    """An empty database, and the program run against it."""

    cluster: PostgresCluster
    name: str

    @property
    def url(self) -> str:
        login = f"{self.cluster.user}:{quote(self.cluster.password, safe='')}"
        return f"postgresql://{login}@{self.cluster.host}:{self.cluster.port}/{self.name}"

    def begin(self, *arguments: str, fault: str = "") -> subprocess.Popen[str]:
        environment = {
            "DATABASE_URL": self.url,
            "PATH": os.environ["PATH"],
            **({"FAULT_MIGRATION": fault} if fault else {}),
        }
        command = [sys.executable, "-m", "sandbox.rehearsal.migrate", *arguments]
        return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str, fault: str = "") -> tuple[int, list[str]]:
        process = self.begin(*arguments, fault=fault)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said.splitlines()

    def verify(self) -> tuple[str, ...]:
        cluster = self.cluster
        login = Connection(cluster.host, cluster.port, self.name, cluster.user, cluster.password, Tls("disable", None))
        return verify(login, Expected.read())

    def relations(self) -> set[str]:
        with self.cluster.connect(self.name) as session:
            rows = session.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            ).fetchall()
        return {name for (name,) in rows}


@pytest.fixture
def database(postgres_cluster: PostgresCluster) -> Database:
    return Database(postgres_cluster, postgres_cluster.create_database())


def test_a_release_makes_all_that_is_expected_of_the_database_and_the_next_one_nothing(database: Database) -> None:
    assert database.run() == (0, [f"making {version}" for version in VERSIONS])
    assert not [warning for warning in database.verify() if "index" in warning]
    assert database.run() == (0, [])


def test_a_dry_run_lists_what_is_pending_and_changes_nothing(database: Database) -> None:
    assert database.run("--dry-run") == (0, VERSIONS)
    assert database.relations() == set()
    database.run()
    assert database.run("--dry-run") == (0, ["nothing is pending"])
    assert database.run("--dry-run", fault="fails") == (0, [migration.version for migration in FAULTS["fails"]])


def test_a_migration_that_fails_leaves_what_was_committed_before_it_and_says_why(database: Database) -> None:
    for _ in range(2):
        code, said = database.run(fault="fails")
        assert code == 1
        assert said[-1] == 'error: relation "partners" does not exist'
    assert "referrers" in database.relations()
    assert database.run("--dry-run") == (0, ["nothing is pending"])


def test_an_index_that_stays_invalid_ends_well_and_only_the_verification_sees_it(database: Database) -> None:
    for _ in range(2):
        assert database.run(fault="invalid-index")[0] == 0
        with pytest.raises(VerificationError, match="the index idx_referrals_code of referrals is invalid"):
            database.verify()


def test_the_next_good_release_drops_what_is_invalid(database: Database) -> None:
    database.run(fault="invalid-index")
    assert database.run() == (0, ["dropping the invalid index idx_referrals_code"])
    database.verify()


def test_a_migration_that_hangs_still_works_in_the_database_when_its_process_is_gone(database: Database) -> None:
    process = database.begin(fault="hangs")
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND query LIKE 'SELECT pg_sleep%%' AND state = 'active'"

    def sleeps(session: psycopg.Connection[tuple[int]]) -> bool:
        return session.execute(sleeping, [database.name]).fetchone() == (1,)

    with database.cluster.connect() as session:
        assert eventually(lambda: sleeps(session))
        assert process.poll() is None
        process.terminate()
        process.communicate(timeout=120)
        assert process.returncode == -15
        assert sleeps(session)
        session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name])


def test_an_unknown_fault_and_a_missing_login_are_named(database: Database) -> None:
    code, (said,) = database.run(fault="crashes")
    assert (code, said) == (1, "error: FAULT_MIGRATION is 'crashes', and must be one of fails, hangs, invalid-index")
    command = [sys.executable, "-m", "sandbox.rehearsal.migrate"]
    nowhere = subprocess.run(command, cwd=PROJECT, env={}, capture_output=True, text=True, check=False)
    assert (nowhere.returncode, nowhere.stdout) == (
        1,
        "error: DATABASE_URL is not set; a task definition gives it by reference\n",
    )


def test_a_login_that_is_refused_is_a_failure_without_its_password(database: Database) -> None:
    database.name = "nobody_made_it"
    code, (said,) = database.run("--dry-run")
    assert code == 1
    assert 'database "nobody_made_it" does not exist' in said
    assert quote(database.cluster.password, safe="") not in said


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(600):
        if holds():
            return True
        time.sleep(0.1)
    return False
