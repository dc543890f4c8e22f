import pytest
from botocore.exceptions import ClientError

from sandbox.cloud.postgres.formulas import Machine
from sandbox.cloud.postgres.installation import bundled
from sandbox.cloud.postgres.parameters import Catalogue, ParameterError
from tests.sandbox.cloud.postgres.support import Bench

MICRO = Machine.of("db.t4g.micro", 20, 5432)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(bundled())


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("shared_bufers", "32768", "Could not find parameter with name: shared_bufers"),
        ("rds.nonsense", "1", "Could not find parameter with name: rds.nonsense"),
        ("archive_command", "true", "archive_command cannot be modified"),
        ("wal_level", "logical", "wal_level cannot be modified"),
        ("shared_buffers", "256MB", "whole number without a unit"),
        ("max_connections", "0", "outside the valid range"),
        ("autovacuum", "on", "allowed values are: 0,1"),
        ("log_statement", "some", "allowed values are: none, ddl, mod, all"),
        ("shared_preload_libraries", "pg_stat_statements,timescaledb", "allowed values are: auto_explain"),
        ("log_statement", "{DBInstanceVCPU}", "Only numbers take formulas"),
        ("work_mem", "{DBInstanceClassMemory/0}", "divides by zero"),
        ("search_path", "a\nfsync = on", "cannot be printed"),
    ],
)
def test_values_that_rds_refuses_are_refused(catalogue: Catalogue, name: str, value: str, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        catalogue.check({name: value}, {name: "pending-reboot"})


def test_static_parameters_need_a_reboot(catalogue: Catalogue) -> None:
    with pytest.raises(ParameterError, match="immediate apply method for static parameter") as refused:
        catalogue.check({"max_connections": "50"}, {"max_connections": "immediate"})
    assert refused.value.code == "InvalidParameterCombination"
    catalogue.check({"max_connections": "50"}, {"max_connections": "pending-reboot"})


def test_parameters_of_rds_itself_reach_the_server_and_the_door(catalogue: Catalogue) -> None:
    values = {"rds.logical_replication": "1", "rds.force_ssl": "0", "rds.log_retention_period": "1440"}
    settings = catalogue.settings(values, MICRO)
    assert settings.server == {"max_connections": "112", "wal_level": "logical"}
    assert not settings.force_ssl
    assert catalogue.settings({}, MICRO).force_ssl, "since PostgreSQL 15, RDS refuses plaintext unless told otherwise"


def test_libraries_that_the_binaries_lack_are_left_out(catalogue: Catalogue) -> None:
    settings = catalogue.settings({"shared_preload_libraries": "pg_stat_statements,auto_explain"}, MICRO)
    assert settings.server["shared_preload_libraries"] == ""


def test_a_formula_that_comes_out_of_range_is_refused_for_the_instance(catalogue: Catalogue) -> None:
    with pytest.raises(ParameterError, match="outside the valid range"):
        catalogue.settings({"shared_buffers": "{DBInstanceVCPU}"}, MICRO)


def test_an_unknown_parameter_is_answered_as_by_rds(bench: Bench) -> None:
    with pytest.raises(ClientError) as refused:
        bench.group("unknown", {"no_such_thing": "1"})
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert refused.value.response["Error"]["Message"] == "Could not find parameter with name: no_such_thing"
    bench.rds.delete_db_parameter_group(DBParameterGroupName="unknown")


def test_default_groups_and_groups_of_other_versions_are_kept_apart(bench: Bench) -> None:
    bench.rds.create_db_parameter_group(
        DBParameterGroupName="old", DBParameterGroupFamily="postgres16", Description="of a test"
    )
    with pytest.raises(ClientError, match="Please use a Parameter Group with DBParameterGroupFamily postgres18"):
        bench.create("never", DBParameterGroupName="old")
    with pytest.raises(ClientError, match="Cannot modify a default parameter group"):
        bench.tune("default.postgres18", {"work_mem": "4096"}, "immediate")
    bench.rds.delete_db_parameter_group(DBParameterGroupName="old")


def test_a_group_takes_effect_as_each_parameter_may(bench: Bench) -> None:
    """One instance, as each start costs seconds: what applies at creation, at once, at a reboot and after a reset."""
    bench.group("tuned", {"shared_buffers": "32768", "max_connections": "{DBInstanceVCPU*20}", "work_mem": "8192"})
    bench.create("tuned", DBParameterGroupName="tuned")
    status = bench.available("tuned")["DBParameterGroups"][0]
    assert status == {"DBParameterGroupName": "tuned", "ParameterApplyStatus": "in-sync"}
    shown = {name: bench.show("tuned", name) for name in ("shared_buffers", "max_connections", "work_mem")}
    assert shown == {"shared_buffers": "256MB", "max_connections": "40", "work_mem": "8MB"}

    bench.tune("tuned", {"work_mem": "16384"}, "immediate")
    bench.tune("tuned", {"max_connections": "50", "maintenance_work_mem": "131072"}, "pending-reboot")
    # A modification goes behind the reload in the queue of the instance, so it is done when this one is.
    bench.rds.modify_db_instance(DBInstanceIdentifier="tuned", CopyTagsToSnapshot=True)
    assert bench.available("tuned")["DBParameterGroups"][0]["ParameterApplyStatus"] == "pending-reboot"
    shown = {name: bench.show("tuned", name) for name in ("work_mem", "max_connections", "maintenance_work_mem")}
    assert shown == {"work_mem": "16MB", "max_connections": "40", "maintenance_work_mem": "64MB"}

    bench.rds.reboot_db_instance(DBInstanceIdentifier="tuned")
    assert bench.available("tuned")["DBParameterGroups"][0]["ParameterApplyStatus"] == "in-sync"
    shown = {name: bench.show("tuned", name) for name in ("max_connections", "maintenance_work_mem")}
    assert shown == {"max_connections": "50", "maintenance_work_mem": "128MB"}

    bench.rds.reset_db_parameter_group(
        DBParameterGroupName="tuned", Parameters=[{"ParameterName": "work_mem", "ApplyMethod": "immediate"}]
    )
    with pytest.raises(ClientError, match="still members of this parameter group"):
        bench.rds.delete_db_parameter_group(DBParameterGroupName="tuned")
    names = {p["ParameterName"] for p in bench.rds.describe_db_parameters(DBParameterGroupName="tuned")["Parameters"]}
    assert names == {"shared_buffers", "max_connections", "maintenance_work_mem"}
    bench.delete("tuned")
    bench.rds.delete_db_parameter_group(DBParameterGroupName="tuned")
