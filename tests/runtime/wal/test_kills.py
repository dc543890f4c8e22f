"""Killed at random, with an S3 that fails and connections that drop, under writes and changes of the schema: nothing is lost or doubled."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg

from runtime.common.postgres import Connection, client_environment
from tests.runtime.conftest import PLAIN
from tests.runtime.wal import faults
from tests.runtime.wal.world import Archived

# More of them by hand, as often as one likes: JOBR_KILLS=500.
KILLS = int(os.environ.get("JOBR_KILLS", "60"))
DDL = (
    "CREATE TABLE IF NOT EXISTS growing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text)",
    "ALTER TABLE growing ADD COLUMN IF NOT EXISTS more int DEFAULT 7",
    "INSERT INTO growing (what) SELECT repeat(md5(n::text), 30) FROM generate_series(1, 3000) AS n",
    "UPDATE growing SET what = what || 'x' WHERE id % 50 = 0",
    "ALTER TABLE growing DROP COLUMN IF EXISTS more",
    "CREATE TABLE passing AS SELECT n FROM generate_series(1, 100) AS n; DROP TABLE passing",
    "TRUNCATE growing",
    "BEGIN; INSERT INTO growing (what) VALUES ('never'); ROLLBACK",
)


def test_nothing_is_lost_or_doubled_however_often_the_archiver_is_killed(archived: Archived) -> None:
    fate = random.Random(6)  # noqa: S311  # fates, no keys
    context = faults.processes()
    with archived.archiver():
        archived.until(lambda: bool(archived.lines()))
    archived.reference()
    with load(archived):
        for number in range(KILLS):
            process = faults.start(context, archived.where(WAL_SECONDS="0.1").variables, number)
            time.sleep(fate.uniform(0.05, 1.2))
            if fate.random() < 0.3:
                drop_connections(archived)
                time.sleep(fate.uniform(0, 0.3))
            process.kill()
            process.join()
    with archived.archiver():
        archived.catch_up(120)

    told, expected = archived.told(), archived.expected()
    assert [(lsn, xid) for lsn, xid, _ in told] == [(lsn, xid) for lsn, xid, _ in expected]
    assert told == expected
    assert len(told) > KILLS, "something was written meanwhile"
    assert len({name.writer for name in archived.archive().names(0)}) > KILLS / 4, "many of them stored something"
    assert len(archived.lines()) == 1


def drop_connections(archived: Archived) -> None:
    """As a network would that loses a connection."""
    archived.query(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = %s AND active_pid IS NOT NULL",
        archived.database,
    )


@contextmanager
def load(archived: Archived) -> Iterator[None]:
    """pgbench's own transactions, and changes of the schema beside them."""
    cluster = archived.cluster
    connection = Connection(cluster.host, cluster.port, archived.database, cluster.user, cluster.password, PLAIN)
    pgbench = str(cluster.binaries / "pgbench")
    stop = Event()

    def change_schema() -> None:
        while not stop.is_set():
            for statement in DDL:
                with psycopg.connect(
                    **connection.parameters(), password=connection.password, autocommit=True
                ) as session:
                    session.execute(statement)
                stop.wait(0.1)

    with client_environment(connection) as environment:
        subprocess.run(
            [pgbench, "--initialize", "--quiet", "--scale=1"], env=environment, check=True, capture_output=True
        )
        writes = subprocess.Popen(
            [pgbench, "--client=2", "--time=3600", "--rate=300"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        schema = Thread(target=change_schema)
        schema.start()
        try:
            yield
        finally:
            stop.set()
            schema.join()
            writes.terminate()
            writes.wait()
