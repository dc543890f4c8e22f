import time

import psycopg
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.cloud.postgres.support import Bench


def read(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    """The rows, as soon as there are any: replication takes its time."""
    for _ in range(200):
        rows = connection.execute(query).fetchall()
        if rows:
            return rows
        time.sleep(0.02)
    raise AssertionError("the row did not arrive")


def test_a_replica_streams_from_its_primary_until_it_is_promoted(bench: Bench, instance: str) -> None:
    made = bench.rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier=instance, DBInstanceClass="db.t4g.small"
    )["DBInstance"]
    assert made["DBInstanceStatus"] == "creating"
    found = bench.available("replica")
    assert found["ReadReplicaSourceDBInstanceIdentifier"] == instance
    assert found["BackupRetentionPeriod"] == 0, "AWS makes replicas without backups"
    assert found["DbiResourceId"] != bench.describe(instance)["DbiResourceId"]
    assert bench.describe(instance)["ReadReplicaDBInstanceIdentifiers"] == ["replica"]
    with bench.connect(instance) as one, bench.connect("replica") as other:
        one.execute("CREATE TABLE streamed (id int PRIMARY KEY)")
        one.execute("INSERT INTO streamed VALUES (1)")
        assert read(other, "SELECT FROM pg_class WHERE relname = 'streamed'")
        assert read(other, "SELECT id, pg_is_in_recovery() FROM streamed") == [(1, True)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            other.execute("INSERT INTO streamed VALUES (2)")

        bench.rds.promote_read_replica(DBInstanceIdentifier="replica", BackupRetentionPeriod=2)
        promoted = bench.available("replica")
        assert "ReadReplicaSourceDBInstanceIdentifier" not in promoted
        assert promoted["BackupRetentionPeriod"] == 2
        assert bench.describe(instance)["ReadReplicaDBInstanceIdentifiers"] == []
        other.execute("INSERT INTO streamed VALUES (2)")
        one.execute("INSERT INTO streamed VALUES (3)")
        assert other.execute("SELECT id FROM streamed ORDER BY id").fetchall() == [(1,), (2,)]
        assert one.execute("SELECT FROM pg_replication_slots").fetchall() == [], (
            "a slot that nobody reads fills the disk"
        )
    bench.delete("replica")


def test_a_replica_follows_a_primary_that_comes_back_with_more_connections(bench: Bench) -> None:
    bench.group("growing", {"max_connections": "30"})
    bench.create("growing", DBParameterGroupName="growing")
    bench.available("growing")
    bench.group("small", {"max_connections": "20"})
    bench.rds.create_db_instance_read_replica(
        DBInstanceIdentifier="follower", SourceDBInstanceIdentifier="growing", DBParameterGroupName="small"
    )
    bench.available("follower")
    assert bench.show("follower", "max_connections") == "30", "a hot standby cannot have less than its primary"
    bench.tune("growing", {"max_connections": "40"}, "pending-reboot")
    bench.rds.reboot_db_instance(DBInstanceIdentifier="growing")
    bench.available("growing")
    # The replica restarts behind its primary; a modification waits for its turn after that.
    bench.rds.modify_db_instance(DBInstanceIdentifier="follower", CopyTagsToSnapshot=True)
    bench.available("follower")
    assert bench.show("follower", "max_connections") == "40"

    bench.delete("growing")
    found = bench.available("follower")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in found, "AWS promotes the replicas of a deleted primary"
    with bench.connect("follower") as connection:
        connection.execute("CREATE TABLE writable (id int)")
    bench.delete("follower")
    for group in ("growing", "small"):
        bench.rds.delete_db_parameter_group(DBParameterGroupName=group)


def test_a_primary_without_backups_has_no_replicas(bench: Bench, instance: str) -> None:
    bench.rds.modify_db_instance(DBInstanceIdentifier=instance, BackupRetentionPeriod=0, ApplyImmediately=True)
    bench.available(instance)
    with pytest.raises(ClientError, match="Automated backups are not enabled") as refused:
        bench.rds.create_db_instance_read_replica(DBInstanceIdentifier="none", SourceDBInstanceIdentifier=instance)
    assert refused.value.response["Error"]["Code"] == "InvalidDBInstanceState"


def test_a_final_snapshot_of_a_replica_is_refused_and_its_slot_goes_with_it(bench: Bench, instance: str) -> None:
    bench.rds.create_db_instance_read_replica(DBInstanceIdentifier="brief", SourceDBInstanceIdentifier=instance)
    bench.available("brief")
    with pytest.raises(ClientError, match="can not be specified when deleting a replica"):
        bench.rds.delete_db_instance(DBInstanceIdentifier="brief", FinalDBSnapshotIdentifier="last")
    bench.delete("brief")
    with bench.connect(instance) as connection:
        assert connection.execute("SELECT FROM pg_replication_slots").fetchall() == []
