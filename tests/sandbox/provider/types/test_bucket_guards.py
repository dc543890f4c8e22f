"""Access logs, locks and copies of buckets."""

import json
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.api import CloudError
from sandbox.provider.mapping import Call
from sandbox.provider.types.bucket_guards import OBJECT_LOCK, REPLICATION
from sandbox.provider.types.storage import BUCKET
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift
from tests.sandbox.provider.types.surroundings import ROLE, Make, WholeContract, benches

make = pytest.fixture(benches, name="make")

_BUCKET = {"Bucket": "{id}"}
KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER = "another-bucket-altogether"


def bucket(bench: Bench, *, versioned: bool = True) -> str:
    """The name of a new bucket."""
    name, s3 = bench.unique("case"), bench.client("s3")
    s3.create_bucket(Bucket=name)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def log_target(bench: Bench) -> str:
    """A bucket that S3 may deliver access logs to."""
    name = bucket(bench, versioned=False)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["logging.s3.amazonaws.com"]},
        "Action": ["s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{name}/*"],
    }
    bench.client("s3").put_bucket_policy(
        Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return name


def _logging(bench: Bench) -> dict[str, Any]:
    form = {"partitionedPrefix": {"partitionDateSource": "EventTime"}}
    return {
        "bucket": bucket(bench),
        "targetBucket": log_target(bench),
        "targetPrefix": "buckets/",
        "targetObjectKeyFormat": form,
    }


def _lock(mode: str, days: int) -> dict[str, Any]:
    return {"defaultRetention": {"mode": mode, "days": days}}


def _unlocked() -> Call:
    return Call(
        "put_object_lock_configuration", {**_BUCKET, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    )


def rule(destination: str, **changes: Any) -> dict[str, Any]:
    """A rule that copies everything that is encrypted with a KMS key."""
    return {
        "id": "everything",
        "status": "Enabled",
        "priority": 0,
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Disabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
        "destination": {
            "bucket": f"arn:aws:s3:::{destination}",
            "encryptionConfiguration": {"replicaKmsKeyId": KEY},
            "metrics": {"status": "Enabled"},
        },
        **changes,
    }


def _replication(bench: Bench) -> dict[str, Any]:
    return {"bucket": bucket(bench), "role": ROLE, "rules": [rule(bucket(bench))]}


class TestGuards(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:s3/bucketLogging:BucketLogging",
            _logging,
            Call("get_bucket_logging", _BUCKET, at="LoggingEnabled"),
            {
                "TargetBucket": "{targetBucket}",
                "TargetPrefix": "buckets/",
                "TargetObjectKeyFormat.PartitionedPrefix.PartitionDateSource": "EventTime",
            },
            changes=(Change("targetPrefix", "elsewhere/", {"TargetPrefix": "elsewhere/"}),),
            replaces={"bucket": OTHER},
            vanish=Call("put_bucket_logging", {**_BUCKET, "BucketLoggingStatus": {}}),
        ),
        Case(
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            lambda bench: {"bucket": bucket(bench), "rule": _lock("GOVERNANCE", 7)},
            Call("get_object_lock_configuration", _BUCKET, at="ObjectLockConfiguration.Rule.DefaultRetention"),
            {"Mode": "GOVERNANCE", "Days": 7},
            outputs={"objectLockEnabled": "Enabled"},
            changes=(Change("rule", _lock("COMPLIANCE", 9), {"Mode": "COMPLIANCE", "Days": 9}),),
            replaces={"bucket": OTHER},
            vanish=_unlocked(),
        ),
        Case(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            _replication,
            Call("get_bucket_replication", _BUCKET, at="ReplicationConfiguration"),
            {
                "Role": ROLE,
                "Rules[0].SourceSelectionCriteria.SseKmsEncryptedObjects.Status": "Enabled",
                "Rules[0].DeleteMarkerReplication.Status": "Disabled",
                "Rules[0].Destination.EncryptionConfiguration.ReplicaKmsKeyID": KEY,
                "Rules[0].Destination.Metrics.Status": "Enabled",
            },
            changes=(Change("role", f"{ROLE}-else", {"Role": f"{ROLE}-else"}),),
            replaces={"bucket": OTHER},
            drift=(
                Drift(
                    Call(
                        "put_bucket_replication",
                        {
                            **_BUCKET,
                            "ReplicationConfiguration": {
                                "Role": f"{ROLE}-by-hand",
                                "Rules": [{"ID": "x", "Status": "Disabled", "Priority": 0, "Filter": {"Prefix": ""},
                                           "DeleteMarkerReplication": {"Status": "Disabled"},
                                           "Destination": {"Bucket": "arn:aws:s3:::{id}"}}],
                            },
                        },
                    ),
                    "role",
                    f"{ROLE}-by-hand",
                ),
            ),
            vanish=Call("delete_bucket_replication", _BUCKET),
        ),
    )  # fmt: skip


class TestLocks:
    def _locked(self, make: Make, given: dict[str, Any]) -> tuple[Bench, str, Any]:
        buckets, locks = make(BUCKET), make(OBJECT_LOCK)
        state = buckets.create(given)
        s3 = buckets.client("s3")
        s3.put_bucket_versioning(Bucket=state.id, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket=state.id, Key="early", Body=b"written before the lock")
        locks.create({"bucket": state.id, "rule": _lock("GOVERNANCE", 7)})
        return buckets, state.id, state

    def test_a_bucket_with_objects_is_locked_later_and_only_new_objects_are_held(self, make: Make) -> None:
        bench, name, _ = self._locked(make, {"forceDestroy": True})
        s3 = bench.client("s3")
        version = s3.put_object(Bucket=name, Key="late", Body=b"x")["VersionId"]
        assert s3.head_object(Bucket=name, Key="late")["ObjectLockMode"] == "GOVERNANCE"
        assert "ObjectLockMode" not in s3.head_object(Bucket=name, Key="early")
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket=name, Key="late", VersionId=version)

    def test_an_object_that_came_in_parts_is_held_too(self, make: Make) -> None:
        bench, name, _ = self._locked(make, {"forceDestroy": True})
        s3, target = bench.client("s3"), {"Bucket": name, "Key": "parts"}
        upload = s3.create_multipart_upload(**target)["UploadId"]
        tag = s3.upload_part(**target, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
        made = s3.complete_multipart_upload(
            **target, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]}
        )
        assert s3.head_object(**target)["ObjectLockMode"] == "GOVERNANCE"
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(**target, VersionId=made["VersionId"])

    def test_a_disposable_bucket_goes_with_what_governance_holds(self, make: Make) -> None:
        bench, name, state = self._locked(make, {"forceDestroy": True})
        bench.client("s3").put_object(Bucket=name, Key="late", Body=b"x")
        bench.delete(state)
        assert bench.read(state) is None

    def test_a_lock_needs_versioning(self, make: Make) -> None:
        bench = make(OBJECT_LOCK)
        with pytest.raises(CloudError, match="Versioning must be 'Enabled'"):
            bench.create({"bucket": bucket(bench, versioned=False), "rule": _lock("GOVERNANCE", 1)})


class TestDestinations:
    @pytest.mark.parametrize(
        ("prepare", "reason"),
        [
            (lambda bench: bucket(bench, versioned=False), "must have versioning"),
            (lambda _: "nowhere-at-all", "must have versioning"),
        ],
    )
    def test_a_copy_needs_a_versioned_bucket(self, make: Make, prepare: Any, reason: str) -> None:
        bench = make(REPLICATION)
        with pytest.raises(CloudError, match=reason):
            bench.create({"bucket": bucket(bench), "role": ROLE, "rules": [rule(prepare(bench))]})

    def test_what_is_locked_is_copied_only_into_a_bucket_with_locks(self, make: Make) -> None:
        bench, locks = make(REPLICATION), make(OBJECT_LOCK)
        source, copy = bucket(bench), bucket(bench)
        locks.create({"bucket": source, "rule": _lock("GOVERNANCE", 7)})
        with pytest.raises(CloudError, match="must have Object Lock"):
            bench.create({"bucket": source, "role": ROLE, "rules": [rule(copy)]})
        locks.create({"bucket": copy, "rule": _lock("GOVERNANCE", 7)})
        bench.create({"bucket": source, "role": ROLE, "rules": [rule(copy)]})
