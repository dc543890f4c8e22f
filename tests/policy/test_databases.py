from collections.abc import Iterable
from typing import Any

import pytest

from policy.databases import INSTANCE, PARAMETERS, check, check_events, check_replicas
from policy.model import UNKNOWN, Finding, Resource
from tests.policy.fixtures.data import PASSING
from tests.policy.fixtures.example import resources

SAFE = resources(PASSING)[0].properties


def found(environment: str = "production", **properties: Any) -> list[str]:
    kept = {name: value for name, value in {**SAFE, **properties}.items() if value is not None}
    return ids(check(Resource(INSTANCE, "orders", "urn:orders", kept, environment=environment)))


def ids(findings: Iterable[Finding]) -> list[str]:
    return [finding.control.id for finding in findings]


@pytest.mark.parametrize("value", [None, False])
def test_an_instance_must_say_that_it_is_encrypted(value: bool | None) -> None:
    assert found(storageEncrypted=value) == ["RDS.3"]


def test_a_replica_must_say_so_too() -> None:
    assert found(storageEncrypted=None, replicateSourceDb="primary") == ["RDS.3"]


def test_a_replica_is_asked_for_neither_backups_nor_a_second_zone_nor_a_last_snapshot() -> None:
    single: dict[str, Any] = {"multiAz": False, "backupRetentionPeriod": 0, "skipFinalSnapshot": True}
    assert found(replicateSourceDb="primary", **single) == []
    assert found(**single) == ["RDS.5", "RDS.11", "House.final-snapshot"]


def test_a_disposable_database_may_go_without_what_keeps_production() -> None:
    short: dict[str, Any] = {
        "multiAz": False,
        "backupRetentionPeriod": 0,
        "skipFinalSnapshot": True,
        "deletionProtection": False,
    }
    assert found("development", **short) == []


def test_an_instance_of_a_cluster_has_no_public_address() -> None:
    instance = Resource("aws:rds/clusterInstance:ClusterInstance", "c", "urn:c", {"publiclyAccessible": True})
    assert ids(check(instance)) == ["RDS.2"]


def test_what_a_preview_cannot_know_is_not_a_violation() -> None:
    assert found("production", **dict.fromkeys(SAFE, UNKNOWN)) == []


def test_other_types_are_none_of_its_business() -> None:
    assert ids(check(Resource("aws:rds/subnetGroup:SubnetGroup", "s", "urn:s"))) == []


@pytest.mark.parametrize(
    ("family", "parameters", "expected"),
    [
        ("postgres18", [], ["RDS.38"]),
        ("postgres18", [{"name": "rds.force_ssl", "value": "0"}], ["RDS.38"]),
        ("postgres18", [{"name": "rds.force_ssl", "value": "1"}], []),
        ("postgres18", UNKNOWN, []),
        ("postgres18", [UNKNOWN], []),
        ("mysql8.0", [], []),
    ],
)
def test_tls_is_forced_by_the_parameter_group_of_postgresql(
    family: str, parameters: object, expected: list[str]
) -> None:
    group = Resource(PARAMETERS, "p", "urn:p", {"family": family, "parameters": parameters})
    assert ids(check(group)) == expected


def test_blue_green_without_a_replica_is_accepted_and_a_replica_without_blue_green_too() -> None:
    updated = Resource(INSTANCE, "p", "urn:p", {"identifier": "p", "blueGreenUpdate": {"enabled": True}})
    plain = Resource(INSTANCE, "q", "urn:q", {"blueGreenUpdate": {"enabled": False}})
    replica = Resource(INSTANCE, "r", "urn:r", {"replicateSourceDb": UNKNOWN}, {"replicateSourceDb": ("urn:q",)})
    assert ids(check_replicas([updated, plain, replica])) == []


def test_a_replica_that_is_itself_updated_blue_green_is_refused_wherever_its_primary_is() -> None:
    replica = Resource(INSTANCE, "r", "urn:r", {"replicateSourceDb": "elsewhere", "blueGreenUpdate": {"enabled": True}})
    assert ids(check_replicas([replica])) == ["House.replica-or-blue-green"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"sourceType": "db-instance"}, ["RDS.21"]),
        ({"sourceType": "db-instance", "eventCategories": ["failure"]}, ["RDS.20", "RDS.21"]),
        ({"sourceType": "db-instance", "enabled": False}, ["RDS.20", "RDS.21"]),
        ({"sourceType": "db-parameter-group", "eventCategories": UNKNOWN}, ["RDS.20"]),
        ({}, []),
    ],
)
def test_a_subscription_counts_for_its_source_and_for_all_categories_that_the_control_names(
    properties: dict[str, object], expected: list[str]
) -> None:
    instance = Resource(INSTANCE, "p", "urn:p", environment="production")
    subscription = Resource("aws:rds/eventSubscription:EventSubscription", "s", "urn:s", properties)
    assert ids(check_events([instance, subscription])) == expected


def test_the_message_names_resource_fault_control_and_property() -> None:
    finding, *_ = check(Resource("aws:rds/cluster:Cluster", "orders", "urn:orders"))

    assert str(finding) == (
        "orders stores its data unencrypted. Set storage_encrypted=True [RDS.27: RDS DB clusters should be encrypted at "
        "rest; https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-27]"
    )
