from typing import Any

import pytest

from tests.infra.data.storage_program import DEVELOPMENT, KEY, PRODUCTION, WITHOUT_COPIES, stored
from tests.infra.recording import Recording

CONFIG = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
PROVIDER = "pulumi:providers:aws"


@pytest.fixture(scope="module")
def production() -> Recording:
    return stored(PRODUCTION)


def statements(production: Recording) -> dict[str, dict[str, Any]]:
    policy = production.one("aws:iam/rolePolicy:RolePolicy", "replication").document("policy")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


@pytest.mark.parametrize("configuration", [DEVELOPMENT, WITHOUT_COPIES])
def test_without_a_recovery_region_nothing_exists_for_one(configuration: dict[str, str]) -> None:
    seen = stored(configuration)
    assert seen.all(CONFIG) == []
    assert len(seen.all(PROVIDER)) == 1
    assert [r.name for r in seen.resources if "recovery" in r.name or r.type.startswith("aws:iam/")] == []


def test_the_copies_lie_in_the_second_region_and_the_originals_in_the_first(production: Recording) -> None:
    regions = {provider.name: provider.inputs["region"] for provider in production.all(PROVIDER)}
    assert regions == {"jobr-production": "us-east-1", "jobr-production-recovery": "us-west-2"}
    for resource in production.resources:
        if resource.type.startswith("aws:"):
            provider = resource.provider.split("::")[-2]
            assert provider.endswith("-recovery") == ("-recovery-" in resource.name), resource.name


def test_backups_and_files_are_copied_and_nothing_else(production: Recording) -> None:
    copied = {config.inputs["bucket"]: config.inputs["rules"][0] for config in production.all(CONFIG)}
    assert sorted(copied) == ["jobr-production-backups", "jobr-production-files"]
    for name, rule in copied.items():
        part = name.removeprefix("jobr-production-")
        assert rule["destination"]["bucket"].endswith(f"jobr-production-recovery-{part}")
        assert rule["filter"] == {"prefix": ""}, "everything"


def test_a_deletion_does_not_reach_the_copy(production: Recording) -> None:
    for config in production.all(CONFIG):
        assert config.inputs["rules"][0]["deleteMarkerReplication"] == {"status": "Disabled"}
    actions = {action for statement in statements(production).values() for action in statement["Action"]}
    assert "s3:ReplicateDelete" not in actions


def test_encrypted_objects_are_copied_under_the_key_of_the_second_region_and_measured(production: Recording) -> None:
    for config in production.all(CONFIG):
        (rule,) = config.inputs["rules"]
        assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
        key = rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
        assert key.endswith("jobr-production-recovery-storage")
        assert rule["destination"]["metrics"] == {"status": "Enabled"}


def test_the_role_reads_the_originals_and_writes_the_copies_and_no_more(production: Recording) -> None:
    found = statements(production)
    assert all("recovery" not in arn for arn in found["ReadObjects"]["Resource"] + found["ReadBuckets"]["Resource"])
    assert all("recovery" in arn and arn.endswith("/*") for arn in found["WriteCopies"]["Resource"])
    assert found["WriteCopies"]["Action"] == ["s3:ReplicateObject", "s3:ReplicateTags"]
    assert "s3:GetObjectRetention" in found["ReadObjects"]["Action"], "locks are copied with the objects"


def test_the_role_uses_each_key_through_s3_of_its_region_alone(production: Recording) -> None:
    found = statements(production)
    read, write = found["DecryptOriginals"], found["EncryptCopies"]
    assert (read["Action"], read["Resource"]) == (["kms:Decrypt"], [KEY])
    assert read["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    assert write["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-west-2.amazonaws.com"}
    assert "kms:Decrypt" not in write["Action"], "what was copied is not read again"


def test_a_copy_is_asked_for_only_once_the_destination_is_ready(production: Recording) -> None:
    for config in production.all(CONFIG):
        part = config.name.removeprefix("jobr-production-")
        versioning = f"aws:s3/bucketVersioning:BucketVersioning::jobr-production-recovery-{part}"
        assert any(urn.endswith(versioning) for urn in config.dependencies)
        assert any("aws:iam/rolePolicy:RolePolicy" in urn for urn in config.dependencies)
