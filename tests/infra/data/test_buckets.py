from tests.infra.recording import Recording


def test_the_bucket_refuses_everything_public(stack: Recording) -> None:
    block = stack.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert all(
        block[name] for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )
    ownership = stack.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_objects_are_encrypted_under_our_key_with_a_bucket_key(stack: Recording) -> None:
    (rule,) = stack.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ).inputs["rules"]
    assert rule["bucketKeyEnabled"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"].endswith("-storage")


def test_old_versions_stay_for_a_while_and_abandoned_uploads_for_a_day(stack: Recording) -> None:
    assert stack.one("aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"] == {
        "status": "Enabled"
    }
    dumps, uploads = stack.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert dumps["filter"] == {"prefix": "database/"}
    assert dumps["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert uploads["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 1}


def test_dumps_are_kept_as_long_as_the_settings_say_and_move_only_if_that_saves_money(
    development: Recording, production: Recording
) -> None:
    kind = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    short, long = (recording.one(kind).inputs["rules"][0] for recording in (development, production))
    assert (short["expiration"], short.get("transitions", [])) == ({"days": 30}, [])
    assert (long["expiration"], long["transitions"]) == ({"days": 90}, [{"days": 30, "storageClass": "STANDARD_IA"}])


def test_only_a_disposable_bucket_can_be_destroyed_with_its_objects(
    development: Recording, production: Recording
) -> None:
    assert development.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is True
    assert production.one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is False
