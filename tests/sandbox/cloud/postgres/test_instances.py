import socket
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.sandbox.cloud.postgres.support import PASSWORD, Bench

SENT: dict[str, Any] = {
    "AutoMinorVersionUpgrade": False,
    "BackupRetentionPeriod": 7,
    "BackupTarget": "region",
    "CACertificateIdentifier": "rds-ca-ecc384-g1",
    "CopyTagsToSnapshot": True,
    "DatabaseInsightsMode": "standard",
    "DeletionProtection": False,
    "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
    "Iops": 3000,
    "KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/5d3f2c8a-8f0a-4a55-9c5e-2f4f7e1f0b11",
    "LicenseModel": "postgresql-license",
    "MaxAllocatedStorage": 100,
    "MonitoringInterval": 60,
    "MonitoringRoleArn": "arn:aws:iam::123456789012:role/monitoring",
    "MultiAZ": True,
    "NetworkType": "DUAL",
    "PerformanceInsightsKMSKeyId": "arn:aws:kms:us-east-1:123456789012:key/5d3f2c8a-8f0a-4a55-9c5e-2f4f7e1f0b11",
    "PerformanceInsightsRetentionPeriod": 31,
    "PreferredBackupWindow": "03:00-04:00",
    "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
    "PubliclyAccessible": False,
    "StorageEncrypted": True,
    "StorageThroughput": 125,
    "StorageType": "gp3",
}


def code(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_an_instance_is_created_described_in_full_changed_and_gone_without_a_trace(bench: Bench) -> None:
    before = bench.folders()
    answer = bench.create(
        "whole",
        **SENT,
        EnablePerformanceInsights=True,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["upgrade", "postgresql"],
    )
    assert answer["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in answer, "AWS has no endpoint for an instance that is being created"
    found = bench.available("whole")
    assert {name: found.get(name) for name in SENT} == SENT
    assert found["PerformanceInsightsEnabled"]
    assert found["IAMDatabaseAuthenticationEnabled"]
    assert found["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    with bench.connect("whole") as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("app",)

    changed = {"BackupRetentionPeriod": 3, "CopyTagsToSnapshot": False, "PerformanceInsightsRetentionPeriod": 7}
    bench.rds.modify_db_instance(DBInstanceIdentifier="whole", DBInstanceClass="db.t4g.small", **changed)
    found = bench.available("whole")
    assert {name: found[name] for name in changed} == changed
    assert found["DBInstanceClass"] == "db.t4g.micro"
    assert found["PendingModifiedValues"] == {"DBInstanceClass": "db.t4g.small"}
    assert bench.show("whole", "max_connections") == "112"
    bench.rds.modify_db_instance(DBInstanceIdentifier="whole", ApplyImmediately=True)
    found = bench.available("whole")
    assert (found["DBInstanceClass"], found["PendingModifiedValues"]) == ("db.t4g.small", {})
    assert bench.show("whole", "max_connections") == "225"

    address = found["Endpoint"]["Address"]
    processes = {process.pid for process in bench.processes()}
    bench.delete("whole")
    assert bench.folders() == before
    assert {process.pid for process in bench.processes()} < processes
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 5432))
    with pytest.raises(ClientError) as gone:
        bench.describe("whole")
    assert code(gone) == "DBInstanceNotFound"


def test_the_master_user_is_what_rds_makes_of_it(bench: Bench, primary: str) -> None:
    with bench.connect(primary) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, pg_has_role(rolname, 'rds_superuser', 'MEMBER'), "
            "pg_has_role(rolname, 'pg_monitor', 'USAGE') FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, True, True, True, True)
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'another-password'")
        connection.execute("GRANT rds_iam TO reader")
        connection.execute("CHECKPOINT")
        connection.execute("SET session_replication_role = replica")
        for refused in ("ALTER SYSTEM SET work_mem = '1MB'", "COPY (SELECT 1) TO PROGRAM 'true'", "SET fsync = on"):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CantChangeRuntimeParam)):
                connection.execute(refused)
        connection.execute("DROP ROLE reader")
    with pytest.raises(psycopg.OperationalError, match="rdsadmin"):
        bench.connect(primary, dbname="rdsadmin")


def test_no_password_reaches_a_log(bench: Bench, primary: str) -> None:
    folder = bench.installation.data / primary
    assert PASSWORD not in (folder / "server.log").read_text()
    assert PASSWORD not in bench.home.log.read_text()


def test_each_instance_has_an_identity_of_its_own(bench: Bench, primary: str, instance: str) -> None:
    one, other = bench.describe(primary), bench.describe(instance)
    assert one["DbiResourceId"] != other["DbiResourceId"]
    assert one["Endpoint"]["Address"] != other["Endpoint"]["Address"]


def test_a_new_password_holds_and_the_old_one_does_not(bench: Bench, instance: str) -> None:
    bench.rds.modify_db_instance(DBInstanceIdentifier=instance, MasterUserPassword="the-next-password")
    bench.available(instance)
    bench.connect(instance, password="the-next-password").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        bench.connect(instance)


def test_a_stopped_instance_answers_nobody_and_keeps_its_data(bench: Bench, instance: str) -> None:
    with bench.connect(instance) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    bench.rds.stop_db_instance(DBInstanceIdentifier=instance)
    with pytest.raises(ClientError) as refused:
        bench.rds.reboot_db_instance(DBInstanceIdentifier=instance)
    assert code(refused) == "InvalidDBInstanceState"
    for _ in range(200):
        if bench.describe(instance)["DBInstanceStatus"] == "stopped":
            break
    with pytest.raises(psycopg.OperationalError, match="refused"):
        bench.connect(instance)
    bench.rds.start_db_instance(DBInstanceIdentifier=instance)
    bench.available(instance)
    with bench.connect(instance) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_renamed_instance_at_another_port_is_the_same_instance(bench: Bench, instance: str) -> None:
    before = bench.describe(instance)["DbiResourceId"]
    bench.rds.modify_db_instance(
        DBInstanceIdentifier=instance, NewDBInstanceIdentifier="renamed", DBPortNumber=6000, ApplyImmediately=True
    )
    found = bench.available("renamed")
    assert (found["DbiResourceId"], found["Endpoint"]["Port"]) == (before, 6000)
    bench.connect("renamed").close()
    bench.rds.modify_db_instance(
        DBInstanceIdentifier="renamed", NewDBInstanceIdentifier=instance, DBPortNumber=5432, ApplyImmediately=True
    )
    bench.available(instance)


def test_deletion_is_refused_as_by_aws(bench: Bench, instance: str) -> None:
    def refusal(**options: Any) -> str:
        with pytest.raises(ClientError) as refused:
            bench.rds.delete_db_instance(DBInstanceIdentifier=instance, **options)
        assert code(refused) == "InvalidParameterCombination"
        return str(refused.value.response["Error"]["Message"])

    assert "FinalDBSnapshotIdentifier is required" in refusal()
    assert "both" in refusal(SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="last")
    bench.rds.modify_db_instance(DBInstanceIdentifier=instance, DeletionProtection=True)
    bench.available(instance)
    assert "Cannot delete protected DB Instance" in refusal(SkipFinalSnapshot=True)
    bench.rds.modify_db_instance(DBInstanceIdentifier=instance, DeletionProtection=False)
    bench.available(instance)
    bench.rds.delete_db_instance(DBInstanceIdentifier=instance, FinalDBSnapshotIdentifier="last")
    bench.rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=instance, WaiterConfig={"Delay": 1})
    snapshots = bench.rds.describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"]
    assert [s["DBInstanceIdentifier"] for s in snapshots] == [instance]
    with pytest.raises(ClientError, match="keeps no data of snapshots"):
        bench.rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="again", DBSnapshotIdentifier="last")
    bench.rds.delete_db_snapshot(DBSnapshotIdentifier="last")


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"MasterUserPassword": "short"}, "shorter than 8 characters"),
        ({"MasterUserPassword": "with/a slash"}, "Only printable ASCII characters"),
        ({"MasterUsername": "rdsadmin"}, "reserved word"),
        ({"MasterUsername": "pg_monitor"}, "not a valid identifier"),
        ({"DBName": "1app"}, "begin with a letter"),
        ({"Port": 80}, "1150-65535"),
        ({"Engine": "mysql", "EngineVersion": "8.4.3"}, "PostgreSQL 18 behind DB instances, not mysql"),
        ({"EngineVersion": "16.3"}, "PostgreSQL 18 behind DB instances, not postgres 16.3"),
    ],
)
def test_bad_requests_leave_nothing_behind(bench: Bench, members: dict[str, Any], why: str) -> None:
    before = bench.folders()
    with pytest.raises(ClientError, match=why):
        bench.create("bad", **members)
    assert bench.folders() == before


def test_a_server_that_does_not_start_says_why_and_can_be_mended(bench: Bench) -> None:
    before = bench.folders()
    bench.group("bad", {"min_wal_size": "2"})
    bench.create("broken", DBParameterGroupName="bad")
    with pytest.raises(WaiterError):
        bench.available("broken")
    found = bench.describe("broken")
    assert found["DBInstanceStatus"] == "failed"
    assert '"min_wal_size" must be at least twice "wal_segment_size"' in found["StatusInfos"][0]["Message"]
    bench.delete("broken")
    assert bench.folders() == before

    bench.tune("bad", {"min_wal_size": "80"}, "pending-reboot")
    bench.create("mended", DBParameterGroupName="bad")
    bench.available("mended")
    bench.tune("bad", {"min_wal_size": "2"}, "pending-reboot")
    bench.rds.reboot_db_instance(DBInstanceIdentifier="mended")
    with pytest.raises(WaiterError):
        bench.available("mended")
    assert bench.describe("mended")["DBInstanceStatus"] == "incompatible-parameters"
    bench.tune("bad", {"min_wal_size": "80"}, "pending-reboot")
    bench.rds.reboot_db_instance(DBInstanceIdentifier="mended")
    assert bench.available("mended")["StatusInfos"] == []
    bench.connect("mended").close()
    bench.delete("mended")
    bench.rds.delete_db_parameter_group(DBParameterGroupName="bad")


def test_a_busy_port_is_named_with_its_holder_and_a_way_out(bench: Bench, primary: str) -> None:
    taken = bench.describe(primary)["Endpoint"]["Address"].rsplit(".", 1)[0]
    listeners = []
    for last in range(10, 20):
        try:
            listeners.append(socket.create_server((f"{taken}.{last}", 6001)))
        except OSError:
            continue
    try:
        with pytest.raises(ClientError) as refused:
            bench.create("busy", Port=6001)
    finally:
        for listener in listeners:
            listener.close()
    message = refused.value.response["Error"]["Message"]
    assert "busy" in message
    assert ":6001 is taken by process" in message
    assert "declare another port" in message
    with pytest.raises(ClientError, match="not found"):
        bench.describe("busy")
