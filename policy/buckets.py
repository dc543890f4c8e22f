"""Buckets block public access, are encrypted with a KMS key and refuse requests without TLS."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy.documents import denies_plain_http, is_public, known_statements, statements
from policy.load_balancers import BALANCERS
from policy.model import UNKNOWN, Control, Finding, Resource, Standard
from policy.model import as_list as _list

BLOCKED = Control("S3.8", "S3 general purpose buckets should block public access")
TLS_ONLY = Control("S3.5", "S3 general purpose buckets should require requests to use SSL")
NOT_READ = Control("S3.2", "S3 general purpose buckets should block public read access")
NOT_WRITTEN = Control("S3.3", "S3 general purpose buckets should block public write access")
# Every bucket is encrypted with S3's own keys since January 2023, and the control that asked for it (S3.4) is retired.
# S3.17 belongs to Security Hub's NIST SP 800-53 standard, not to the Foundational one.
KMS_ENCRYPTED = Control(
    "S3.17", "S3 general purpose buckets should be encrypted at rest with AWS KMS keys", Standard.SECURITY_HUB
)

BUCKETS = {"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"}
BLOCKS = {"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"}
POLICIES = {"aws:s3/bucketPolicy:BucketPolicy"}
ENCRYPTIONS = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
}
LOGGINGS = {"aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"}
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
            if not takes_logs(bucket, resources):
                yield from _encryption(bucket, _settings(bucket, resources, ENCRYPTIONS))
            yield from _transport(bucket, _settings(bucket, resources, POLICIES))


def takes_logs(bucket: Resource, resources: Sequence[Resource]) -> bool:
    """Whether a load balancer or another bucket delivers its access log there, which neither can under a KMS key.

    (S3, Enabling server access logging; Elastic Load Balancing, Enable access logs: "server-side encryption with S3 keys".)
    """
    return any(
        (resource.type in LOGGINGS and resource.refers_to(bucket, "targetBucket"))
        or (resource.type in BALANCERS and resource.refers_to(bucket, "accessLogs.bucket"))
        for resource in resources
    )


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
        yield from _opened(bucket, policy)
        if not refuses_plain_requests(policy.get("policy")):
            yield Finding(TLS_ONLY, policy, f"lets {bucket.name} answer requests without TLS", mend)


def _opened(bucket: Resource, policy: Resource) -> Iterator[Finding]:
    public = [statement for statement in known_statements(policy.get("policy")) if is_public(statement)]
    actions = {str(action).removeprefix("s3:") for statement in public for action in _list(statement.get("Action"))}
    for control, verbs, word in ((NOT_READ, ("Get", "List"), "read"), (NOT_WRITTEN, ("Put", "Delete"), "write")):
        if any(action == "*" or action.startswith(verbs) for action in actions):
            yield Finding(control, policy, f"lets everybody {word} {bucket.name}", "Name the principals")


def refuses_plain_requests(document: Any) -> bool:
    """Whether a bucket policy (JSON text or a tree) denies everybody everything without TLS; an unknown one is believed."""
    return any(statement is UNKNOWN or _denies_plain(statement) for statement in statements(document))


def _denies_plain(statement: Mapping[str, Any]) -> bool:
    everything = bool({"s3:*", "*"} & set(_list(statement.get("Action"))))
    return denies_plain_http(statement) and everything and _covers_bucket_and_objects(_list(statement.get("Resource")))


def _covers_bucket_and_objects(resources: Sequence[Any]) -> bool:
    if UNKNOWN in resources or "*" in resources:
        return True
    objects = {name.removesuffix("/*") for name in resources if name.endswith("/*")}
    return any(name in objects for name in resources)
