"""What is particular to buckets: versioning outlives its resource, full buckets, policies by meaning."""

import json

import pytest

from sandbox.provider.api import CloudError
from sandbox.provider.types.storage import BUCKET, OWNERSHIP, POLICY, PUBLIC_ACCESS_BLOCK, VERSIONING
from tests.sandbox.provider.types.harness import Bench
from tests.sandbox.provider.types.surroundings import Make, benches

make = pytest.fixture(benches, name="make")


def bucket(bench: Bench) -> str:
    name = bench.unique("case")
    bench.client("s3").create_bucket(Bucket=name)
    return name


def policy(name: str, action: str = "s3:*", *, compact: bool = False) -> str:
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": action if compact else [action], "Resource": resources}
    document = {"Statement": [{**statement, "Condition": condition}], "Version": "2012-10-17"}
    return json.dumps(document, sort_keys=compact, indent=None if compact else 2)


class TestVersioning:
    def test_it_is_switched_on_suspended_and_found_switched_by_hand(self, make: Make) -> None:
        bench = make(VERSIONING)
        name, s3 = bucket(bench), bench.client("s3")
        state = bench.create({"bucket": name, "versioningConfiguration": {"status": "Enabled"}})
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        read = bench.read(state)
        assert read is not None
        assert read.inputs == state.inputs
        state = bench.update(state, {"bucket": name, "versioningConfiguration": {"status": "Suspended"}})
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        read = bench.read(state)
        assert read is not None
        assert read.inputs["versioningConfiguration"] == {"status": "Enabled"}
        assert bench.diff(read, {"bucket": "another", "versioningConfiguration": {"status": "Enabled"}}).replaces == {
            "bucket"
        }

    def test_its_deletion_suspends_it_because_aws_cannot_switch_it_off_again(self, make: Make) -> None:
        bench = make(VERSIONING)
        name = bucket(bench)
        state = bench.create({"bucket": name, "versioningConfiguration": {"status": "Enabled"}})
        bench.delete(state)
        assert bench.client("s3").get_bucket_versioning(Bucket=name)["Status"] == "Suspended"

    def test_it_is_gone_with_its_bucket_and_its_deletion_is_then_no_error(self, make: Make) -> None:
        bench = make(VERSIONING)
        name = bucket(bench)
        state = bench.create({"bucket": name, "versioningConfiguration": {"status": "Enabled"}})
        bench.client("s3").delete_bucket(Bucket=name)
        assert bench.read(state) is None
        bench.delete(state)


class TestFullBuckets:
    def _fill(self, bench: Bench, name: str) -> None:
        s3 = bench.client("s3")
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"first", b"second"):
            s3.put_object(Bucket=name, Key="a/key", Body=body)
        s3.delete_object(Bucket=name, Key="a/key")

    def test_without_force_destroy_a_full_bucket_stays(self, make: Make) -> None:
        bench = make(BUCKET)
        state = bench.create({})
        self._fill(bench, state.id)
        with pytest.raises(CloudError, match="BucketNotEmpty"):
            bench.delete(state)
        bench.delete(bench.update(state, {"forceDestroy": True}))
        assert bench.read(state) is None

    def test_with_force_destroy_it_goes_with_every_version_and_marker(self, make: Make) -> None:
        bench = make(BUCKET)
        state = bench.create({"forceDestroy": True})
        self._fill(bench, state.id)
        bench.delete(state)
        assert bench.read(state) is None

    def test_an_automatic_name_is_in_lower_case_and_not_longer_than_s3_takes(self, make: Make) -> None:
        bench = make(BUCKET)
        checked, failures = bench.planner.check("ABackup" * 20, b"seed", {}, {}, {})
        assert not failures
        assert checked["bucket"].startswith("abackup")
        assert len(checked["bucket"]) <= 63

    def test_object_lock_is_asked_for_at_the_creation(self, make: Make) -> None:
        bench = make(BUCKET)
        state = bench.create({"objectLockEnabled": True})
        assert bench.cloud.sent["create_bucket"]["ObjectLockEnabledForBucket"] is True
        found = bench.client("s3").get_object_lock_configuration(Bucket=state.id)
        assert found["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"

    def test_a_bucket_loses_its_last_tag(self, make: Make) -> None:
        bench = make(BUCKET)
        state = bench.create({"tags": {"Name": "one"}})
        state = bench.update(state, {})
        read = bench.read(state)
        assert read is not None
        assert "tags" not in read.inputs


class TestPolicies:
    def test_a_changed_policy_arrives(self, make: Make) -> None:
        bench = make(POLICY)
        name = bucket(bench)
        state = bench.create({"bucket": name, "policy": policy(name)})
        state = bench.update(state, {"bucket": name, "policy": policy(name, "s3:PutObject")})
        found = json.loads(bench.client("s3").get_bucket_policy(Bucket=name)["Policy"])
        assert found["Statement"][0]["Action"] == ["s3:PutObject"]

    def test_the_same_policy_in_another_form_is_no_drift_and_another_policy_is(self, make: Make) -> None:
        bench = make(POLICY)
        name, s3 = bucket(bench), bench.client("s3")
        state = bench.create({"bucket": name, "policy": policy(name)})
        s3.put_bucket_policy(Bucket=name, Policy=policy(name, compact=True))
        read = bench.read(state)
        assert read is not None
        assert read.inputs == state.inputs
        s3.put_bucket_policy(Bucket=name, Policy=policy(name, "s3:GetObject"))
        read = bench.read(state)
        assert read is not None
        assert bench.planner.diff(read.inputs, state.inputs, read.outputs).changed == {"policy"}


def test_an_access_block_that_shall_outlive_its_resource_does(make: Make) -> None:
    bench = make(PUBLIC_ACCESS_BLOCK)
    name = bucket(bench)
    state = bench.create({"bucket": name, "blockPublicAcls": True, "skipDestroy": True})
    bench.delete(state)
    found = bench.client("s3").get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert found["BlockPublicAcls"] is True


def test_a_sub_resource_is_imported_by_its_buckets_name(make: Make) -> None:
    bench = make(OWNERSHIP)
    name = bucket(bench)
    bench.client("s3").put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    found = bench.lifecycle.read(name, {}, {})
    assert found is not None
    assert found.inputs == {"bucket": name, "rule": {"objectOwnership": "BucketOwnerPreferred"}}
