"""Buckets block public access, are encrypted with a KMS key and refuse requests without TLS."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.model import UNKNOWN, Control, Finding, Resource

BLOCKED = Control("S3.8", "S3 general purpose buckets should block public access")
TLS_ONLY = Control("S3.5", "S3 general purpose buckets should require requests to use SSL")
# Every bucket is encrypted with S3's own keys since January 2023, and the control that asked for it (S3.4) is retired.
# S3.17 belongs to Security Hub's NIST SP 800-53 standard, not to the Foundational one.
KMS_ENCRYPTED = Control("S3.17", "S3 general purpose buckets should be encrypted at rest with AWS KMS keys")

BUCKETS = {"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"}
BLOCKS = {"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"}
POLICIES = {"aws:s3/bucketPolicy:BucketPolicy"}
ENCRYPTIONS = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
}
FLAGS = {
    "blockPublicAcls": "block_public_acls",
    "blockPublicPolicy": "block_public_policy",
    "ignorePublicAcls": "ignore_public_acls",
    "restrictPublicBuckets": "restrict_public_buckets",
}
KMS = {"aws:kms", "aws:kms:dsse"}


def check(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about every bucket of a stack; what makes a bucket safe are resources of their own beside it."""
    for bucket in resources:
        if bucket.type in BUCKETS:
            yield from _public_access(bucket, _settings(bucket, resources, BLOCKS))
            yield from _encryption(bucket, _settings(bucket, resources, ENCRYPTIONS))
            yield from _transport(bucket, _settings(bucket, resources, POLICIES))


def _settings(bucket: Resource, resources: Sequence[Resource], types: set[str]) -> list[Resource]:
    return [resource for resource in resources if resource.type in types and resource.refers_to(bucket, "bucket")]


def _public_access(bucket: Resource, blocks: Sequence[Resource]) -> Iterator[Finding]:
    if not blocks:
        yield Finding(
            BLOCKED, bucket, "has no public access block", "Add a BucketPublicAccessBlock with all four settings True"
        )
    for block in blocks:
        open_flags = [flag for name, flag in FLAGS.items() if block.get(name) not in (True, UNKNOWN)]
        if open_flags:
            mend = "Set " + ", ".join(f"{flag}=True" for flag in open_flags)
            yield Finding(BLOCKED, block, f"leaves a door of {bucket.name} open to the public", mend)


def _encryption(bucket: Resource, configurations: Sequence[Resource]) -> Iterator[Finding]:
    if not configurations:
        mend = 'Add a BucketServerSideEncryptionConfiguration with sse_algorithm="aws:kms" and the key\'s ARN'
        yield Finding(KMS_ENCRYPTED, bucket, "is not encrypted with a KMS key", mend)
    for configuration in configurations:
        if not _names_kms(configuration.get("rules")):
            mend = 'Set rules[].apply_server_side_encryption_by_default.sse_algorithm="aws:kms"'
            yield Finding(KMS_ENCRYPTED, configuration, f"encrypts {bucket.name} without a KMS key", mend)


def _names_kms(rules: Any) -> bool:
    if rules is UNKNOWN:
        return True
    defaults = [rule if rule is UNKNOWN else rule.get("applyServerSideEncryptionByDefault") for rule in rules or []]
    return any(
        default is UNKNOWN or (default and default.get("sseAlgorithm") in {*KMS, UNKNOWN}) for default in defaults
    )


def _transport(bucket: Resource, policies: Sequence[Resource]) -> Iterator[Finding]:
    mend = 'Let its policy deny "s3:*" to "*" on the bucket and its objects under {"Bool": {"aws:SecureTransport": "false"}}'
    if not policies:
        yield Finding(
            TLS_ONLY, bucket, "has no bucket policy, so it answers requests without TLS", f"Add a BucketPolicy. {mend}"
        )
    for policy in policies:
        if not refuses_plain_requests(policy.get("policy")):
            yield Finding(TLS_ONLY, policy, f"lets {bucket.name} answer requests without TLS", mend)


def refuses_plain_requests(document: Any) -> bool:
    """Whether a bucket policy (JSON text or a tree) denies everybody everything without TLS; an unknown one is believed."""
    if document is UNKNOWN:
        return True
    try:
        tree = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return False
    statements = _list(tree.get("Statement")) if isinstance(tree, Mapping) else []
    return any(statement is UNKNOWN or _denies_plain(statement) for statement in statements)


def _denies_plain(statement: Mapping[str, Any]) -> bool:
    condition = statement.get("Condition") or {}
    flags = {str(key).lower(): value for key, value in (condition.get("Bool") or {}).items()}
    secure = [str(value).lower() for value in _list(flags.get("aws:securetransport"))]
    resources = _list(statement.get("Resource"))
    everybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return (
        statement.get("Effect") == "Deny"
        and everybody
        and bool({"s3:*", "*"} & set(_list(statement.get("Action"))))
        and list(condition) == ["Bool"]
        and len(flags) == 1
        and secure == ["false"]
        and _covers_bucket_and_objects(resources)
    )


def _covers_bucket_and_objects(resources: Sequence[Any]) -> bool:
    if UNKNOWN in resources or "*" in resources:
        return True
    objects = {name.removesuffix("/*") for name in resources if name.endswith("/*")}
    return any(name in objects for name in resources)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
