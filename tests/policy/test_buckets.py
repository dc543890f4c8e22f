import json
from typing import Any

import pytest

from policy.buckets import check, refuses_plain_requests
from policy.model import UNKNOWN, Resource

ARN = "arn:aws:s3:::backups"
DENY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [ARN, f"{ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
BLOCK_ALL: dict[str, Any] = {
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}
KMS = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]
BUCKET = Resource("aws:s3/bucket:Bucket", "backups", "urn:backups", {"bucket": "backups"})


def setting(kind: str, *, bucket: Any = "backups", source: str | None = None, **properties: Any) -> Resource:
    """A sub-resource that names its bucket by value, or by the output that it was made from."""
    sources = {"bucket": (source,)} if source else {}
    return Resource(f"aws:s3/{kind}", f"of-{kind}", f"urn:{kind}", {"bucket": bucket, **properties}, sources)


def settings(**link: Any) -> list[Resource]:
    """All that makes a bucket safe."""
    return [
        setting("bucketPublicAccessBlock:BucketPublicAccessBlock", **link, **BLOCK_ALL),
        setting("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", **link, rules=KMS),
        setting("bucketPolicy:BucketPolicy", **link, policy=json.dumps({"Statement": [DENY]})),
    ]


def controls(*resources: Resource) -> list[str]:
    return [finding.control.id for finding in check(resources)]


def test_a_bucket_with_all_its_settings_passes() -> None:
    assert controls(BUCKET, *settings()) == []


def test_a_bucket_without_settings_breaks_every_control() -> None:
    assert controls(BUCKET) == ["S3.8", "S3.17", "S3.5"]


def test_settings_are_found_by_what_they_were_made_from_when_a_preview_does_not_know_the_bucket_yet() -> None:
    assert controls(BUCKET, *settings(bucket=UNKNOWN, source="urn:backups")) == []


def test_the_settings_of_another_bucket_do_not_count() -> None:
    assert controls(BUCKET, *settings(bucket="others")) == ["S3.8", "S3.17", "S3.5"]
    assert controls(BUCKET, *settings(bucket=UNKNOWN, source="urn:others")) == ["S3.8", "S3.17", "S3.5"]


def test_two_unknown_buckets_are_not_taken_for_one_another() -> None:
    unknown = Resource("aws:s3/bucket:Bucket", "backups", "urn:backups", {"id": UNKNOWN, "bucket": UNKNOWN})

    assert controls(unknown, *settings(bucket=UNKNOWN)) == ["S3.8", "S3.17", "S3.5"]


@pytest.mark.parametrize("flag", sorted(BLOCK_ALL))
def test_every_flag_of_the_public_access_block_must_be_set(flag: str) -> None:
    block, *others = settings()
    half = setting("bucketPublicAccessBlock:BucketPublicAccessBlock", **{**block.properties, flag: False})

    assert controls(BUCKET, half, *others) == ["S3.8"]


@pytest.mark.parametrize(
    "rules", [None, [], [{}], [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]]
)
def test_encryption_without_a_kms_key_is_refused(rules: Any) -> None:
    block, _, policy = settings()
    weak = setting("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", rules=rules)

    assert controls(BUCKET, block, weak, policy) == ["S3.17"]


@pytest.mark.parametrize(
    "rules", [UNKNOWN, [UNKNOWN], [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": UNKNOWN}}]]
)
def test_encryption_that_a_preview_cannot_know_is_no_violation(rules: Any) -> None:
    block, _, policy = settings()
    later = setting("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", rules=rules)

    assert controls(BUCKET, block, later, policy) == []


@pytest.mark.parametrize(
    "document",
    [
        UNKNOWN,
        {"Statement": DENY},
        {"Statement": [{**DENY, "Principal": {"AWS": "*"}}]},
        {"Statement": [{**DENY, "Action": ["s3:*"]}]},
        {"Statement": [{**DENY, "Resource": "*"}]},
        {"Statement": [{**DENY, "Condition": {"Bool": {"AWS:securetransport": [False]}}}]},
        {"Statement": [{**DENY, "Resource": UNKNOWN}]},
    ],
)
def test_a_policy_that_denies_everybody_everything_without_tls_is_recognised(document: Any) -> None:
    assert refuses_plain_requests(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        "not json",
        "[]",
        {"Statement": []},
        {"Statement": [{**DENY, "Effect": "Allow"}]},
        {"Statement": [{**DENY, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]},
        {"Statement": [{**DENY, "Action": "s3:GetObject"}]},
        {"Statement": [{**DENY, "Resource": [ARN]}]},
        {"Statement": [{**DENY, "Resource": [f"{ARN}/*"]}]},
        {"Statement": [{**DENY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]},
        {"Statement": [{**DENY, "Condition": {**DENY["Condition"], "StringEquals": {"aws:username": "anna"}}}]},
        {
            "Statement": [
                {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}}
            ]
        },
    ],
)
def test_a_policy_that_leaves_a_way_in_without_tls_is_refused(document: Any) -> None:
    assert not refuses_plain_requests(document)
