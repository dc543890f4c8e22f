"""What buckets hold is versioned, ages by a plan, is owned by its bucket, and who reads it is logged."""

from collections.abc import Iterator, Sequence

from policy.buckets import BUCKETS, LOGGINGS, takes_logs
from policy.model import UNKNOWN, Control, Finding, Resource, Standard

LOGGED = Control("S3.9", "S3 general purpose buckets should have server access logging enabled")
NO_LISTS = Control("S3.12", "ACLs should not be used to manage user access to S3 general purpose buckets")
AGEING = Control("S3.13", "S3 general purpose buckets should have Lifecycle configurations")
VERSIONED = Control("S3.14", "S3 general purpose buckets should have versioning enabled", Standard.SECURITY_HUB)

LISTS = {"aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"}
LIFECYCLES = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
}
VERSIONINGS = {"aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"}


def check(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about every bucket of a stack; its settings are resources of their own beside it."""
    loggings = [resource for resource in resources if resource.type in LOGGINGS]
    for bucket in resources:
        if bucket.type not in BUCKETS:
            continue
        # A bucket that takes the others' access logs would log its own logging (S3, Logging requests with server access logging).
        if not takes_logs(bucket, resources) and not any(one.refers_to(bucket, "bucket") for one in loggings):
            yield Finding(LOGGED, bucket, "has no access log", "Add a BucketLogging to the logs bucket")
        if not _set_on(bucket, resources, LIFECYCLES):
            yield Finding(AGEING, bucket, "keeps everything for ever", "Add a BucketLifecycleConfiguration")
        yield from _versions(bucket, _set_on(bucket, resources, VERSIONINGS))
        if bucket.get("acl") not in (None, "private", UNKNOWN) or _set_on(bucket, resources, LISTS):
            mend = "Remove the list; a bucket policy and IAM say who may do what"
            yield Finding(NO_LISTS, bucket, "is opened by an access control list", mend)


def _set_on(bucket: Resource, resources: Sequence[Resource], types: set[str]) -> list[Resource]:
    return [resource for resource in resources if resource.type in types and resource.refers_to(bucket, "bucket")]


def _versions(bucket: Resource, versionings: Sequence[Resource]) -> Iterator[Finding]:
    states = [versioning.get("versioningConfiguration.status") for versioning in versionings]
    if not any(state in ("Enabled", UNKNOWN) for state in states):
        mend = 'Add a BucketVersioning with versioning_configuration={"status": "Enabled"}'
        yield Finding(VERSIONED, bucket, "loses what is overwritten or deleted", mend)
