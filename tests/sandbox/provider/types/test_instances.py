"""DB instances: one primary and one replica, each with a real PostgreSQL, go through their whole lives test by test."""

from collections.abc import Iterator
from typing import Any

import jmespath
import pytest

from sandbox.provider import sdk
from sandbox.provider.state import State, UnfinishedError
from sandbox.provider.types.databases import INSTANCE
from tests.sandbox.provider.types.harness import Bench, RecordingCloud
from tests.sandbox.provider.types.surroundings import groups, subnets

TAGS = {"Name": "a case"}
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


class Owned:
    """An instance under one program; `inputs` are what the program says now."""

    def __init__(self, cloud: RecordingCloud, **inputs: Any) -> None:
        self.bench = Bench(cloud, INSTANCE)
        self.inputs = inputs
        self.state = self.bench.create(inputs)

    @property
    def rds(self) -> Any:
        return self.bench.client("rds")

    def change(self, **inputs: Any) -> None:
        """The program says something else, and is brought up; None takes a property away."""
        wanted = {name: value for name, value in {**self.inputs, **inputs}.items() if value is not None}
        found = self.bench.diff(self.state, wanted)
        assert found.changed == inputs.keys()
        assert not found.replaces
        self.state = self.bench.update(self.state, wanted)
        self.inputs = wanted

    def described(self) -> Any:
        found = self.rds.describe_db_instances(Filters=[{"Name": "dbi-resource-id", "Values": [self.state.id]}])
        return found["DBInstances"][0]

    def read(self) -> State:
        found = self.bench.read(self.state)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def primary(cloud: RecordingCloud) -> Iterator[Owned]:
    rds = cloud.client("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName="of-cases", DBSubnetGroupDescription="d", SubnetIds=list(subnets(cloud))
    )
    for name in ("of-cases", "of-other-cases"):
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="postgres18", Description="d")
    owned = Owned(
        cloud,
        identifier="cases",
        engine="postgres",
        engineVersion="18",
        instanceClass="db.t4g.micro",
        allocatedStorage=20,
        storageType="gp3",
        storageEncrypted=True,
        kmsKeyId=KEY,
        dbName="cases",
        username="keeper",
        password="for-the-cases",
        dbSubnetGroupName="of-cases",
        parameterGroupName="of-cases",
        vpcSecurityGroupIds=[groups(cloud)[0]],
        backupRetentionPeriod=7,
        backupWindow="02:00-03:00",
        maintenanceWindow="sun:04:00-sun:05:00",
        applyImmediately=True,
        skipFinalSnapshot=True,
        finalSnapshotIdentifier="unused",
        tags=TAGS,
    )
    yield owned
    owned.bench.clean()


def test_an_instance_is_there_as_declared(primary: Owned) -> None:
    found = primary.described()
    assert found["DBInstanceStatus"] == "available"
    assert found["DBName"] == "cases"
    assert found["DBSubnetGroup"]["DBSubnetGroupName"] == "of-cases"
    assert found["DBParameterGroups"][0]["DBParameterGroupName"] == "of-cases"
    assert [group["VpcSecurityGroupId"] for group in found["VpcSecurityGroups"]] == [groups(primary.bench.cloud)[0]]
    assert (found["StorageType"], found["StorageEncrypted"], found["KmsKeyId"]) == ("gp3", True, KEY)
    assert (found["PreferredBackupWindow"], found["PreferredMaintenanceWindow"]) == (
        "02:00-03:00",
        "sun:04:00-sun:05:00",
    )
    assert found["PubliclyAccessible"] is False


def test_every_output_of_an_instance_has_a_value_or_a_reason(primary: Owned) -> None:
    inputs, outputs = sdk.properties(INSTANCE.token)
    assert outputs - inputs - primary.state.outputs.keys() <= INSTANCE.unserved.keys()
    told, found = primary.state.outputs, primary.described()
    assert primary.state.id == told["resourceId"] == found["DbiResourceId"]
    assert told["address"] == found["Endpoint"]["Address"]
    assert told["endpoint"] == f"{found['Endpoint']['Address']}:{found['Endpoint']['Port']}"
    assert told["arn"] == "arn:aws:rds:us-east-1:123456789012:db:cases"
    assert told["engineVersion"] == "18"
    assert told["engineVersionActual"].startswith("18.")
    assert told["status"] == "available"


def test_a_refresh_of_a_new_instance_finds_no_difference(primary: Owned) -> None:
    assert primary.read().inputs == primary.state.inputs
    assert primary.read().outputs == primary.state.outputs


@pytest.mark.parametrize(
    ("name", "value", "member", "shown"),
    [
        ("instanceClass", "db.t4g.small", "DBInstanceClass", "db.t4g.small"),
        ("allocatedStorage", 30, "AllocatedStorage", 30),
        ("maxAllocatedStorage", 100, "MaxAllocatedStorage", 100),
        ("backupRetentionPeriod", 3, "BackupRetentionPeriod", 3),
        ("backupWindow", "09:00-10:00", "PreferredBackupWindow", "09:00-10:00"),
        ("maintenanceWindow", "mon:01:00-mon:02:00", "PreferredMaintenanceWindow", "mon:01:00-mon:02:00"),
        ("autoMinorVersionUpgrade", False, "AutoMinorVersionUpgrade", False),
        ("copyTagsToSnapshot", True, "CopyTagsToSnapshot", True),
        ("iamDatabaseAuthenticationEnabled", True, "IAMDatabaseAuthenticationEnabled", True),
        ("multiAz", True, "MultiAZ", True),
        ("caCertIdentifier", "rds-ca-rsa4096-g1", "CACertificateIdentifier", "rds-ca-rsa4096-g1"),
        (
            "enabledCloudwatchLogsExports",
            ["postgresql", "upgrade"],
            "EnabledCloudwatchLogsExports",
            ["postgresql", "upgrade"],
        ),
        ("enabledCloudwatchLogsExports", ["upgrade"], "EnabledCloudwatchLogsExports", ["upgrade"]),
        ("parameterGroupName", "of-other-cases", "DBParameterGroups[0].DBParameterGroupName", "of-other-cases"),
        ("performanceInsightsEnabled", True, "PerformanceInsightsEnabled", True),
        ("deletionProtection", True, "DeletionProtection", True),
        ("deletionProtection", None, "DeletionProtection", False),
        ("port", 5433, "Endpoint.Port", 5433),
        ("tags", {"Name": "another"}, "TagList[0].Value", "another"),
    ],
)
def test_a_changed_property_of_an_instance_arrives_in_place(
    primary: Owned, name: str, value: Any, member: str, shown: Any
) -> None:
    primary.change(**{name: value})
    assert jmespath.search(member, primary.described()) == shown
    assert primary.read().inputs == primary.state.inputs


def test_another_password_and_other_groups_arrive_in_place(primary: Owned) -> None:
    primary.change(password="another-for-the-cases")
    assert primary.bench.cloud.sent["modify_db_instance"]["MasterUserPassword"] == "another-for-the-cases"
    primary.change(vpcSecurityGroupIds=list(groups(primary.bench.cloud)))
    assert len(primary.described()["VpcSecurityGroups"]) == 2
    primary.change(vpcSecurityGroupIds=list(reversed(groups(primary.bench.cloud)))[:1])
    assert primary.read().inputs == primary.state.inputs


def test_an_instance_is_renamed_in_place(primary: Owned) -> None:
    before = primary.state.id
    primary.change(identifier="renamed-cases")
    assert primary.described()["DBInstanceIdentifier"] == "renamed-cases"
    assert primary.state.outputs["arn"].endswith(":db:renamed-cases")
    assert primary.read().inputs == primary.state.inputs
    primary.change(identifier="cases")
    assert primary.state.id == before


def test_without_apply_immediately_a_change_waits_and_shows_as_a_difference_until_then(primary: Owned) -> None:
    primary.change(applyImmediately=False)
    primary.change(instanceClass="db.t4g.large")
    found = primary.described()
    assert found["PendingModifiedValues"]["DBInstanceClass"] == "db.t4g.large"
    assert found["DBInstanceClass"] != "db.t4g.large"
    read = primary.read()
    assert primary.bench.planner.diff(read.inputs, primary.state.inputs, read.outputs).changed == {"instanceClass"}
    primary.state = read
    primary.change(applyImmediately=True, instanceClass="db.t4g.large")
    assert primary.described()["DBInstanceClass"] == "db.t4g.large"


def test_what_was_changed_by_hand_is_found(primary: Owned) -> None:
    primary.rds.modify_db_instance(DBInstanceIdentifier="cases", BackupRetentionPeriod=1, ApplyImmediately=True)
    primary.rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="cases", WaiterConfig={"Delay": 1})
    read = primary.read()
    assert read.inputs["backupRetentionPeriod"] == 1
    assert primary.bench.planner.diff(read.inputs, primary.state.inputs, read.outputs).changed == {
        "backupRetentionPeriod"
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("engine", "mysql"),
        ("dbName", "another"),
        ("username", "another"),
        ("kmsKeyId", KEY + "-else"),
        ("storageEncrypted", False),
        ("availabilityZone", "us-east-1c"),
    ],
)
def test_what_the_official_provider_replaces_on_replaces(primary: Owned, name: str, value: Any) -> None:
    inputs = {**primary.state.inputs, name: value}
    assert primary.bench.planner.diff(primary.state.inputs, inputs, primary.state.outputs).replaces == {name}


@pytest.fixture(scope="module")
def replica(primary: Owned) -> Iterator[Owned]:
    owned = Owned(
        primary.bench.cloud,
        identifier="cases-replica",
        replicateSourceDb=primary.state.outputs["identifier"],
        instanceClass="db.t4g.micro",
        backupRetentionPeriod=2,
        maintenanceWindow="tue:01:00-tue:02:00",
        parameterGroupName="of-cases",
        skipFinalSnapshot=True,
        tags=TAGS,
    )
    yield owned
    owned.bench.clean()


def test_a_replica_gets_what_its_creating_call_does_not_take_at_once(replica: Owned) -> None:
    found = replica.described()
    assert found["ReadReplicaSourceDBInstanceIdentifier"] == "cases"
    assert (found["BackupRetentionPeriod"], found["PreferredMaintenanceWindow"]) == (2, "tue:01:00-tue:02:00")
    assert found["DBInstanceClass"] == "db.t4g.micro"
    assert "BackupRetentionPeriod" not in replica.bench.cloud.sent["create_db_instance_read_replica"]
    assert replica.read().inputs == replica.state.inputs


def test_a_replica_is_an_instance_of_its_own_that_its_source_knows(primary: Owned, replica: Owned) -> None:
    assert replica.state.id != primary.state.id
    assert primary.read().outputs["replicas"] == ["cases-replica"]


def test_a_replica_cannot_get_another_source(replica: Owned) -> None:
    with pytest.raises(UnfinishedError, match="replicateSourceDb can be taken away"):
        replica.bench.update(replica.state, {**replica.inputs, "replicateSourceDb": "another"})


def test_a_replica_without_its_source_is_promoted(replica: Owned) -> None:
    replica.change(replicateSourceDb=None, backupRetentionPeriod=4)
    found = replica.described()
    assert found["DBInstanceStatus"] == "available"
    assert not found.get("ReadReplicaSourceDBInstanceIdentifier")
    assert found["BackupRetentionPeriod"] == 4
    assert replica.read().inputs == replica.state.inputs


def test_an_instance_that_was_deleted_behind_its_back_reads_as_gone(replica: Owned) -> None:
    replica.rds.delete_db_instance(DBInstanceIdentifier="cases-replica", SkipFinalSnapshot=True)
    replica.rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier="cases-replica", WaiterConfig={"Delay": 1})
    assert replica.bench.read(replica.state) is None


def test_a_deleted_instance_leaves_its_final_snapshot(primary: Owned) -> None:
    primary.change(skipFinalSnapshot=False, finalSnapshotIdentifier="the-last-of-cases")
    primary.bench.delete(primary.state)
    assert primary.bench.read(primary.state) is None
    shots = primary.rds.describe_db_snapshots(DBSnapshotIdentifier="the-last-of-cases")["DBSnapshots"]
    assert [shot["DBInstanceIdentifier"] for shot in shots] == ["cases"]
