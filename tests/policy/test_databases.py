from typing import Any

import pytest

from policy.databases import check
from policy.model import UNKNOWN, Resource


def controls(kind: str, **properties: Any) -> list[str]:
    return [finding.control.id for finding in check(Resource(kind, "orders", "urn:orders", properties))]


def test_an_encrypted_instance_without_a_public_address_passes() -> None:
    assert controls("aws:rds/instance:Instance", storageEncrypted=True, publiclyAccessible=False) == []


@pytest.mark.parametrize("properties", [{}, {"storageEncrypted": False}])
def test_an_instance_must_say_that_it_is_encrypted(properties: dict[str, bool]) -> None:
    assert controls("aws:rds/instance:Instance", **properties) == ["RDS.3"]


def test_a_replica_must_say_so_too() -> None:
    assert controls("aws:rds/instance:Instance", replicateSourceDb="primary") == ["RDS.3"]


def test_a_public_address_is_refused_on_instances_and_on_instances_of_clusters() -> None:
    assert controls("aws:rds/instance:Instance", storageEncrypted=True, publiclyAccessible=True) == ["RDS.2"]
    assert controls("aws:rds/clusterInstance:ClusterInstance", publiclyAccessible=True) == ["RDS.2"]


def test_a_cluster_must_be_encrypted() -> None:
    assert controls("aws:rds/cluster:Cluster") == ["RDS.27"]


def test_what_a_preview_cannot_know_is_not_a_violation() -> None:
    assert controls("aws:rds/instance:Instance", storageEncrypted=UNKNOWN, publiclyAccessible=UNKNOWN) == []


def test_other_types_are_none_of_its_business() -> None:
    assert controls("aws:rds/subnetGroup:SubnetGroup") == []


def test_the_message_names_resource_fault_control_and_property() -> None:
    (finding,) = check(Resource("aws:rds/instance:Instance", "orders", "urn:orders"))

    assert str(finding) == (
        "orders stores its data unencrypted. Set storage_encrypted=True [RDS.3: RDS DB instances should have encryption "
        "at-rest enabled; https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-3]"
    )
