import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox.cloud.certificates import ensure_authority
from sandbox.cloud.postgres.arguments import parse
from sandbox.cloud.postgres.installation import bundled
from sandbox.home import Home
from tests.sandbox.cloud.postgres.support import PASSWORD, USER, Bench


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the clients put their sockets: a short path of this test's own, empty again afterwards."""
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)
        for _ in range(200):
            if not list(Path(folder).iterdir()):
                return
            time.sleep(0.02)
        raise AssertionError(f"left behind: {list(Path(folder).iterdir())}")


@pytest.fixture
def environment(bench: Bench, primary: str, folders: Path) -> dict[str, str]:
    return bench.environment(primary, TMPDIR=str(folders), HOME=str(folders))


def test_a_dump_by_a_verified_connection_restores_into_an_equal_database(
    bench: Bench, primary: str, environment: dict[str, str], tmp_path: Path
) -> None:
    with bench.connect(primary) as connection:
        connection.execute(
            "CREATE TABLE dumped AS SELECT g AS id, md5(g::text) AS text FROM generate_series(1, 9999) g"
        )
        connection.execute("CREATE DATABASE restored")
    dump = bench.run("pg_dump", "-Fc", environment=environment)
    assert (dump.returncode, dump.stderr) == (0, b"")
    file = tmp_path / "dump"
    file.write_bytes(dump.stdout)
    restore = bench.run("pg_restore", "-j2", "--dbname=restored", str(file), environment=environment)
    assert (restore.returncode, restore.stderr) == (0, b"")
    query = "SELECT count(*), md5(string_agg(text, '' ORDER BY id)) FROM dumped"
    with bench.connect(primary) as one, bench.connect(primary, dbname="restored") as other:
        assert one.execute(query).fetchone() == other.execute(query).fetchone()
        one.execute("DROP TABLE dumped")
    with bench.connect(primary) as connection:
        connection.execute("DROP DATABASE restored WITH (FORCE)")


def test_options_and_connection_strings_lead_where_libpq_would_go(bench: Bench, environment: dict[str, str]) -> None:
    address, authority = environment["PGHOST"], environment["PGSSLROOTCERT"]
    bare = {name: value for name, value in environment.items() if name in {"PATH", "TMPDIR", "HOME", "PGPASSWORD"}}
    tls = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": authority}
    query = ["-XAtc", "SELECT current_user, current_database()"]
    calls: list[tuple[list[str], dict[str, str]]] = [
        (["-h", address, "-p5432", "-U", USER, "-d", "app", *query], tls),
        ([f"--host={address}", *query, "app", USER], tls),
        ([*query, f"host={address} user={USER} dbname=app sslmode=verify-full sslrootcert={authority}"], {}),
        ([*query, "-d", f"postgresql://{USER}@{address}/app?sslmode=verify-full&sslrootcert={authority}"], {}),
    ]
    for arguments, more in calls:
        answer = bench.run("psql", *arguments, environment=bare | more)
        assert answer.stdout.decode() == f"{USER}|app\n", answer.stderr.decode()


def test_a_password_file_is_read_for_the_server_it_names(
    bench: Bench, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "passwords"
    file.write_text(f"elsewhere:*:*:*:wrong-password\n{environment['PGHOST']}:5432:*:{USER}:{PASSWORD}\n")
    file.chmod(0o600)
    del environment["PGPASSWORD"]
    answer = bench.run("psql", "-wXAtc", "SELECT 1", environment=environment | {"PGPASSFILE": str(file)})
    assert (answer.stdout, answer.stderr) == (b"1\n", b"")
    refused = bench.run("psql", "-wXAtc", "SELECT 1", environment=environment)
    assert (refused.returncode, refused.stdout) == (2, b"")


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("PGSSLMODE", "disable", "no pg_hba.conf entry"),
        ("PGSSLMODE", "prefer", "no pg_hba.conf entry"),
        ("PGSSLROOTCERT", "/nowhere/ca.pem", 'root certificate file "/nowhere/ca.pem" does not exist'),
        ("PGPORT", "5499", "port 5499 failed: Connection refused"),
        ("PGPASSWORD", "another-password", "password authentication failed"),
    ],
)
def test_a_connection_that_libpq_or_rds_refuses_is_refused_in_their_words(
    bench: Bench, environment: dict[str, str], variable: str, value: str, why: str
) -> None:
    answer = bench.run("pg_dump", "-s", environment=environment | {variable: value})
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert why in answer.stderr.decode()


def test_a_wrong_authority_and_a_wrong_name_are_refused(
    bench: Bench, environment: dict[str, str], tmp_path: Path
) -> None:
    stranger = {"PGSSLROOTCERT": str(ensure_authority(Home(tmp_path)))}
    answer = bench.run("pg_dump", "-s", environment=environment | stranger)
    assert "SSL error: certificate verify failed" in answer.stderr.decode()
    name = {"PGHOST": "database.example", "PGHOSTADDR": environment["PGHOST"]}
    answer = bench.run("pg_dump", "-s", environment=environment | name)
    assert 'does not match host name "database.example"' in answer.stderr.decode()
    unchecked = {"PGSSLMODE": "verify-ca"} | name
    assert bench.run("pg_dump", "-s", environment=environment | unchecked).returncode == 0


def test_exit_codes_and_errors_are_the_programs_own(bench: Bench, environment: dict[str, str]) -> None:
    failed = bench.run("psql", "-X", "-v", "ON_ERROR_STOP=1", "-c", "SELECT 1/0", environment=environment)
    assert (failed.returncode, b"division by zero" in failed.stderr) == (1, True)
    assert bench.run("pg_dump", "--no-such-option", environment=environment).returncode == 1
    version = bench.run("pg_dump", "--version", environment={"PATH": os.environ["PATH"]})
    assert version.stdout.startswith(b"pg_dump (PostgreSQL) 18")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_dump_that_is_killed_leaves_no_process(
    bench: Bench, primary: str, environment: dict[str, str], number: signal.Signals
) -> None:
    with bench.connect(primary) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS locked (id int)")
        with connection.transaction():
            connection.execute("LOCK TABLE locked")
            dump = subprocess.Popen(
                [bench.home.root / "image-bin" / "pg_dump"], env=environment, stderr=subprocess.DEVNULL
            )
            waiting = "SELECT FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
            while not connection.execute(waiting).fetchall():
                # Within the transaction the statistics are a snapshot.
                connection.execute("SELECT pg_stat_clear_snapshot()")
            children = psutil.Process(dump.pid).children(recursive=True)
            dump.send_signal(number)
            # pg_dump itself catches SIGTERM, to cancel its queries.
            assert dump.wait() == (1 if number == signal.SIGTERM else -number)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert children, "the relay is a child of the dump"
        assert alive == []
        connection.execute("DROP TABLE locked")


def test_the_command_line_is_read_as_the_programs_read_it() -> None:
    read = parse(bundled() / "pg_dump", ["-Fc", "-hone", "--port", "6000", "-f", "-d", "app", "-t", ""])
    assert read is not None
    assert (read.host, read.port, read.database) == ("one", "6000", "app")
    assert read.without_database == ["-F", "c", "-f", "-d", "-t", ""]
    restore = parse(bundled() / "pg_restore", ["-d", "app", "archive"])
    assert restore is not None
    assert (restore.database, restore.rest) == ("app", ["--", "archive"])
    assert parse(bundled() / "psql", ["--help"]) is None
