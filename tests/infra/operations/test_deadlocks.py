"""The pattern that counts deadlocks, tried on what PostgreSQL 18 writes about a real one."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.errors import DeadlockDetected

from infra.operations.alarms.database import DEADLOCK_PATTERN
from tests.infra.recording import Recording
from tests.postgres_cluster import PostgresCluster, running_cluster

# What RDS puts before every line and does not let anybody change (RDS User Guide, "PostgreSQL database log files").
RDS_PREFIX = "%t:%r:%u@%d:[%p]:"


def matches(pattern: str, line: str) -> bool:
    """CloudWatch Logs, "Filter pattern syntax": a term in double quotes is found where it stands exactly so, case included."""
    assert pattern.startswith('"')
    assert pattern.endswith('"')
    assert '"' not in pattern[1:-1]
    return pattern[1:-1] in line


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresCluster]:
    with running_cluster() as cluster:
        with cluster.connect() as session:
            session.execute(f"ALTER SYSTEM SET log_line_prefix = '{RDS_PREFIX}'")
            session.execute("ALTER SYSTEM SET log_statement = 'mod'")
            session.execute("SELECT pg_reload_conf()")
        yield cluster


@pytest.fixture(scope="module")
def log(server: PostgresCluster) -> list[str]:
    """The lines that the server wrote about one deadlock, and about somebody who writes the same words."""
    with server.connect() as session:
        (data,) = session.execute("SHOW data_directory").fetchone() or ("",)
        session.execute("CREATE TABLE account (id int PRIMARY KEY, money int)")
        session.execute("INSERT INTO account VALUES (1, 0), (2, 0)")
        session.execute("CREATE TABLE note (text text)")
        session.execute("INSERT INTO note VALUES ('deadlock detected')")
    assert deadlocks(server) == 1
    return (Path(data).parent / "log").read_text().splitlines()


def deadlocks(server: PostgresCluster) -> int:
    """Let two transactions wait for each other's row; how many of them PostgreSQL ended."""
    both_hold_one = threading.Barrier(2, timeout=30)
    ended: list[DeadlockDetected] = []

    def transfer(first: int, second: int) -> None:
        update = "UPDATE account SET money = money + 1 WHERE id = %s"
        with server.connect() as session:
            try:
                with session.transaction():
                    session.execute(update, [first])
                    both_hold_one.wait()
                    session.execute(update, [second])
            except DeadlockDetected as error:
                ended.append(error)

    threads = [threading.Thread(target=transfer, args=rows) for rows in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(ended)


def test_a_real_deadlock_is_counted_once(log: list[str]) -> None:
    counted = [line for line in log if matches(DEADLOCK_PATTERN, line)]
    assert len(counted) == 1
    assert ":postgres@postgres:[" in counted[0]


def test_a_statement_that_holds_the_words_is_no_deadlock(log: list[str]) -> None:
    assert [line for line in log if "INSERT INTO note" in line and "deadlock detected" in line]
    assert not [line for line in log if "INSERT INTO note" in line and matches(DEADLOCK_PATTERN, line)]


def test_the_filter_reads_the_primarys_log_and_counts_each_deadlock_as_one(stack: Recording) -> None:
    counted = stack.one("aws:cloudwatch/logMetricFilter:LogMetricFilter").inputs
    assert counted["pattern"] == DEADLOCK_PATTERN
    assert counted["logGroupName"].startswith("/aws/rds/instance/")
    assert counted["logGroupName"].endswith("-primary/postgresql")
    assert counted["metricTransformation"]["value"] == "1"
