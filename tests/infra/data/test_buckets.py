import pytest

from infra.data.bucket import BucketArgs
from tests.infra.data.storage_program import DEVELOPMENT, PRODUCTION, WITHOUT_COPIES, stored
from tests.infra.recording import Recorded, Recording

BUCKET = "aws:s3/bucket:Bucket"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"


@pytest.fixture(scope="module")
def development() -> Recording:
    return stored(DEVELOPMENT)


@pytest.fixture(scope="module")
def production() -> Recording:
    return stored(PRODUCTION)


@pytest.fixture(params=["development", "production"])
def storage(request: pytest.FixtureRequest) -> Recording:
    recording: Recording = request.getfixturevalue(request.param)
    return recording


def for_each(storage: Recording, kind: str) -> list[Recorded]:
    """The one resource of this type for each bucket, in the order of the buckets."""
    names = [bucket.name for bucket in storage.all(BUCKET)]
    found = {resource.inputs["bucket"]: resource for resource in storage.all(kind)}
    assert sorted(found) == names, f"each bucket has one {kind}"
    return [found[name] for name in names]


def rules(storage: Recording, ending: str) -> dict[str, dict[str, object]]:
    return {rule["id"]: rule for rule in storage.one(LIFECYCLE, ending).inputs["rules"]}


def test_there_is_a_bucket_for_each_use_and_no_other(development: Recording) -> None:
    names = {bucket.name.removeprefix("jobr-development-") for bucket in development.all(BUCKET)}
    assert names == {"artifacts", "backups", "files", "logs"}


def test_every_bucket_refuses_everything_public(storage: Recording) -> None:
    for block in for_each(storage, BLOCK):
        flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        assert all(block.inputs[name] is True for name in flags), block.name
    for ownership in for_each(storage, OWNERSHIP):
        assert ownership.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}, ownership.name


def test_every_bucket_refuses_plain_http(storage: Recording) -> None:
    for policy in for_each(storage, POLICY):
        (statement,) = [s for s in policy.document("policy")["Statement"] if s["Sid"] == "DenyPlainHttp"]
        assert statement["Resource"] == [
            f"arn:aws:bucket:us-east-1:123456789012:{policy.name}",
            f"arn:aws:bucket:us-east-1:123456789012:{policy.name}/*",
        ]


def test_every_bucket_keeps_old_versions(storage: Recording) -> None:
    for versioning in for_each(storage, VERSIONING):
        assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}, versioning.name
    for lifecycle in for_each(storage, LIFECYCLE):
        for rule in lifecycle.inputs["rules"][:-1]:
            assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}, (lifecycle.name, rule["id"])


def test_every_bucket_cleans_up_after_failed_uploads_and_deletions(storage: Recording) -> None:
    for lifecycle in for_each(storage, LIFECYCLE):
        last = lifecycle.inputs["rules"][-1]
        assert last["filter"] == {"prefix": ""}, lifecycle.name
        assert last["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 1}, lifecycle.name
        assert last["expiration"] == {"expiredObjectDeleteMarker": True}, lifecycle.name


def test_data_is_encrypted_under_our_key_with_a_bucket_key_and_logs_as_their_writers_can(storage: Recording) -> None:
    for encryption in for_each(storage, ENCRYPTION):
        (rule,) = encryption.inputs["rules"]
        default = rule["applyServerSideEncryptionByDefault"]
        if encryption.name.endswith("-logs"):
            assert default == {"sseAlgorithm": "AES256"}, "load balancers cannot deliver under a KMS key"
            continue
        assert rule["bucketKeyEnabled"] is True, encryption.name
        assert default["sseAlgorithm"] == "aws:kms", encryption.name
        assert "storage" in default["kmsMasterKeyId"], encryption.name
        of_region = "recovery" in default["kmsMasterKeyId"]
        assert of_region == ("recovery" in encryption.name), "a key works in its own region only"


def test_every_bucket_but_those_of_logs_says_who_reached_for_it_by_date(storage: Recording) -> None:
    logged = {resource.inputs["bucket"]: resource.inputs for resource in storage.all(LOGGING)}
    assert sorted(logged) == [b.name for b in storage.all(BUCKET) if not b.name.endswith("-logs")]
    for name, logging in logged.items():
        assert logging["targetPrefix"] == "buckets/"
        assert logging["targetObjectKeyFormat"] == {"partitionedPrefix": {"partitionDateSource": "EventTime"}}
        assert ("recovery" in logging["targetBucket"]) == ("recovery" in name), "S3 delivers within a region only"


def test_a_bucket_of_data_without_access_logs_or_without_its_key_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="logs who reaches for it"):
        BucketArgs(rules=[], disposable=True, key_arn="arn:key")
    with pytest.raises(ValueError, match="has a key, or takes logs"):
        BucketArgs(rules=[], disposable=True, access_logs="logs")


def test_backups_are_kept_as_long_as_the_settings_say_folder_by_folder(production: Recording) -> None:
    found = rules(production, "production-backups")
    assert {id_: rule["filter"] for id_, rule in found.items() if id_ != "housekeeping"} == {
        "dumps": {"prefix": "database/"},
        "wal": {"prefix": "wal/"},
        "application": {"prefix": "application/"},
    }
    for id_ in ("dumps", "wal", "application"):
        assert found[id_]["expiration"] == {"days": 90}, id_
        assert found[id_]["transitions"] == [{"days": 30, "storageClass": "STANDARD_IA"}], id_


def test_short_lived_backups_move_nowhere_because_that_would_cost_more(development: Recording) -> None:
    assert all(
        "transitions" not in rule or rule["transitions"] == [] for rule in rules(development, "backups").values()
    )


def test_files_never_expire_and_exports_go_before_verdicts(production: Recording) -> None:
    files, artifacts = rules(production, "production-files"), rules(production, "-artifacts")
    assert "expiration" not in files["files"]
    assert files["files"]["transitions"] == [{"days": 0, "storageClass": "INTELLIGENT_TIERING"}]
    assert {id_: artifacts[id_]["expiration"] for id_ in ("verdicts", "reports", "exports")} == {
        "verdicts": {"days": 90},
        "reports": {"days": 90},
        "exports": {"days": 30},
    }


def test_logs_stay_as_long_as_every_other_log_and_grow_cold(production: Recording) -> None:
    logs = rules(production, "production-logs")["logs"]
    assert logs["expiration"] == {"days": 365}
    assert logs["transitions"] == [
        {"days": 30, "storageClass": "STANDARD_IA"},
        {"days": 90, "storageClass": "GLACIER_IR"},
        {"days": 180, "storageClass": "DEEP_ARCHIVE"},
    ]


def test_only_disposable_buckets_can_be_destroyed_with_their_objects_and_no_other_unprotected(
    development: Recording, production: Recording
) -> None:
    assert all(b.inputs["forceDestroy"] is True and not b.protect for b in development.all(BUCKET))
    assert all(b.inputs["forceDestroy"] is False and b.protect for b in production.all(BUCKET))


def test_nothing_is_locked_in_development(development: Recording) -> None:
    assert development.all(LOCK) == []
    assert not any("objectLockEnabled" in bucket.inputs for bucket in development.all(BUCKET))


def test_a_lock_holds_backups_and_their_copies_and_nothing_else(production: Recording) -> None:
    locks = production.all(LOCK)
    assert [lock.name for lock in locks] == ["jobr-production-backups", "jobr-production-recovery-backups"]
    assert [lock.inputs["rule"] for lock in locks] == [
        {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}},
        {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}},
    ]


def test_a_lock_comes_to_a_bucket_that_exists_without_replacing_it(production: Recording) -> None:
    unlocked = stored(
        {**WITHOUT_COPIES, "environment": "staging", "stripeSecretKey": f"sk_test_{'a' * 24}", "objectLock": "off"}
    )
    locked = stored({**WITHOUT_COPIES, "environment": "staging", "stripeSecretKey": f"sk_test_{'a' * 24}"})
    before, after = (recording.one(BUCKET, "-backups").inputs for recording in (unlocked, locked))
    assert before == after
    assert "objectLockEnabled" not in production.one(BUCKET, "production-backups").inputs


def test_nobody_learns_a_buckets_name_before_it_is_safe_to_write_to(production: Recording) -> None:
    replication = production.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "-backups")
    awaited = {urn.split("$")[-1] for urn in replication.dependencies}
    for kind in (VERSIONING, ENCRYPTION, POLICY, LOCK):
        assert f"{kind}::jobr-production-backups" in awaited, kind
