"""The one kind of bucket that every bucket of the stack is made from."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.data.lifecycle import OLD_VERSIONS_STAY, LifecycleRule
from infra.iam.buckets import BUCKET_LOGS_PREFIX, LogSources, bucket_policy, logs_bucket_policy
from infra.iam.document import rendered
from infra.settings import LockMode

# An upload that did not finish in a day never will; its parts cost like objects.
ABORT_MULTIPART_DAYS = 1


@dataclass(frozen=True, kw_only=True)
class ObjectLock:
    """What every new object is locked with: no version of it can be deleted before so many days."""

    mode: LockMode
    days: int


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What a bucket is made from.

    `key_arn` encrypts its objects; a bucket that takes logs (`takes_logs`) has none, because neither S3 nor load balancers
    deliver to a bucket with a KMS key (their pages on access logs). `access_logs` is the name of the bucket that hears of each
    request; only a bucket of logs may do without.
    """

    rules: Sequence[LifecycleRule]
    disposable: bool
    key_arn: pulumi.Input[str] | None = None
    takes_logs: LogSources | None = None
    access_logs: pulumi.Input[str] | None = None
    lock: ObjectLock | None = None

    def __post_init__(self) -> None:
        if (self.key_arn is None) == (self.takes_logs is None):
            raise ValueError("a bucket has a key, or takes logs, and never both")
        if self.access_logs is None and self.takes_logs is None:
            raise ValueError("a bucket that holds data logs who reaches for it")


class Bucket(Component):
    """Produces a private, versioned, encrypted bucket that refuses plain HTTP.

    `name` is known once all of that holds, so that nobody writes earlier; `arn` is the bucket's.
    """

    room = "data"

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.bucket = aws.s3.Bucket(
            name, force_destroy=args.disposable, tags=self.tags(name), opts=self.options(protect=not args.disposable)
        )
        self._own()
        versioning = self._versioning()
        self._expire(versioning)
        self._log_access()
        ready = [
            self.bucket.bucket,
            versioning.bucket,
            self._encrypt().bucket,
            self._policy(self._refuse_public()).bucket,
        ]
        if args.lock is not None:
            ready.append(self._lock(args.lock, versioning).bucket)
        self.arn = self.bucket.arn
        self.name: pulumi.Output[str] = pulumi.Output.all(*ready).apply(lambda names: str(names[0]))
        self.finish({"bucketName": self.name})

    def _own(self) -> None:
        aws.s3.BucketOwnershipControls(
            self.component_name,
            bucket=self.bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self.options(),
        )

    def _encrypt(self) -> aws.s3.BucketServerSideEncryptionConfiguration:
        key_arn = self._args.key_arn
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
        )
        return aws.s3.BucketServerSideEncryptionConfiguration(
            self.component_name,
            bucket=self.bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=default, bucket_key_enabled=key_arn is not None
                )
            ],
            opts=self.options(),
        )

    def _versioning(self) -> aws.s3.BucketVersioning:
        return aws.s3.BucketVersioning(
            self.component_name,
            bucket=self.bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self.options(),
        )

    def _lock(self, lock: ObjectLock, versioning: aws.s3.BucketVersioning) -> aws.s3.BucketObjectLockConfiguration:
        """By a resource of its own rather than at the bucket's creation, so that a lock can come later without a new bucket."""
        retention = aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
            mode=lock.mode.value.upper(), days=lock.days
        )
        return aws.s3.BucketObjectLockConfiguration(
            self.component_name,
            bucket=self.bucket.bucket,
            rule=aws.s3.BucketObjectLockConfigurationRuleArgs(default_retention=retention),
            # S3 locks versions, so it asks for versioning first.
            opts=self.options(depends_on=[versioning]),
        )

    def _expire(self, versioning: aws.s3.BucketVersioning) -> None:
        aws.s3.BucketLifecycleConfiguration(
            self.component_name,
            bucket=self.bucket.bucket,
            rules=[*(_declared(rule) for rule in self._args.rules), _housekeeping()],
            # Rules about old versions mean something only in a versioned bucket.
            opts=self.options(depends_on=[versioning]),
        )

    def _log_access(self) -> None:
        if self._args.access_logs is None:
            return
        by_date = aws.s3.BucketLoggingTargetObjectKeyFormatPartitionedPrefixArgs(partition_date_source="EventTime")
        aws.s3.BucketLogging(
            self.component_name,
            bucket=self.bucket.bucket,
            target_bucket=self._args.access_logs,
            target_prefix=BUCKET_LOGS_PREFIX,
            target_object_key_format=aws.s3.BucketLoggingTargetObjectKeyFormatArgs(partitioned_prefix=by_date),
            opts=self.options(),
        )

    def _refuse_public(self) -> aws.s3.BucketPublicAccessBlock:
        return aws.s3.BucketPublicAccessBlock(
            self.component_name,
            bucket=self.bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.options(),
        )

    def _policy(self, public: aws.s3.BucketPublicAccessBlock) -> aws.s3.BucketPolicy:
        sources = self._args.takes_logs
        if sources is None:
            policy = rendered(bucket_policy, bucket_arn=self.bucket.arn, key_arn=self._args.key_arn)
        else:
            policy = self.bucket.arn.apply(lambda arn: logs_bucket_policy(bucket_arn=arn, sources=sources))
        return aws.s3.BucketPolicy(
            self.component_name,
            bucket=self.bucket.bucket,
            policy=policy,
            # S3 answers a conflict when both are set at the same moment.
            opts=self.options(depends_on=[public]),
        )


def _declared(rule: LifecycleRule) -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    expiration = aws.s3.BucketLifecycleConfigurationRuleExpirationArgs
    old_versions = aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id=rule.id,
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=rule.prefix),
        transitions=[
            aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
                days=tier.after_days, storage_class=tier.storage_class.value
            )
            for tier in rule.tiers
        ],
        expiration=None if rule.days is None else expiration(days=rule.days),
        noncurrent_version_expiration=old_versions(noncurrent_days=OLD_VERSIONS_STAY.days),
    )


def _housekeeping() -> aws.s3.BucketLifecycleConfigurationRuleArgs:
    """Removes what a failed upload leaves, and the mark of a deletion once no version is left behind it."""
    return aws.s3.BucketLifecycleConfigurationRuleArgs(
        id="housekeeping",
        status="Enabled",
        filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
            days_after_initiation=ABORT_MULTIPART_DAYS
        ),
        expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
    )
