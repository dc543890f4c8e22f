"""A read replica: a physical base backup of its primary, then streaming replication over the primary's Unix socket."""

import time

from psycopg import sql

from sandbox.cloud.errors import CloudError
from sandbox.cloud.postgres.cluster import INTERVAL, REPLICATOR, Cluster

PROMOTE_SECONDS = 60
# A standby must have at least its primary's values:
# https://www.postgresql.org/docs/18/hot-standby.html#HOT-STANDBY-ADMIN
NOT_LESS_THAN_PRIMARY = (
    "max_connections",
    "max_locks_per_transaction",
    "max_prepared_transactions",
    "max_wal_senders",
    "max_worker_processes",
)


def slot_name(replica: Cluster) -> str:
    """The physical slot on the primary, which keeps the WAL that the replica still needs."""
    return f"rds_{replica.sockets.name}_{replica.name}".replace("-", "_").lower()[:63]


def copy(primary: Cluster, replica: Cluster) -> None:
    """Fill the replica's data folder from the running primary; the slot is made first, so nothing is missing in between."""
    replica.make_folders()
    replica.password = primary.password
    replica.installation.run(
        "pg_basebackup",
        f"--pgdata={replica.data}",
        f"--host={primary.sockets}",
        f"--port={primary.port}",
        f"--username={REPLICATOR}",
        "--checkpoint=fast",
        "--wal-method=stream",
        "--create-slot",
        f"--slot={slot_name(replica)}",
        "--no-sync",
        environment={"PGPASSWORD": primary.password},
    )
    replica.mark_as_standby()


def promote(replica: Cluster) -> None:
    """End the recovery; returns when the replica takes writes."""
    with replica.connect() as connection:
        row = connection.execute("SELECT pg_promote(wait => true, wait_seconds => %s)", [PROMOTE_SECONDS]).fetchone()
    if not row or not row[0]:
        raise CloudError(f"the replica {replica.name} did not end its recovery; the end of its log:\n{replica.tail()}")


def forget(primary: Cluster, slot: str) -> None:
    """Drop the slot of a replica that was promoted or removed, or the primary would keep WAL for it until its disk is full."""
    if not primary.running:
        return
    deadline = time.monotonic() + PROMOTE_SECONDS
    statement = sql.SQL(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = {} AND NOT active"
    )
    exists = sql.SQL("SELECT FROM pg_replication_slots WHERE slot_name = {}")
    with primary.connect() as connection:
        while connection.execute(exists.format(sql.Literal(slot))).rowcount and time.monotonic() < deadline:
            connection.execute(statement.format(sql.Literal(slot)))
            time.sleep(INTERVAL)
