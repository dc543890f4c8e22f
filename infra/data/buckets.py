"""The backups bucket."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.buckets import bucket_policy
from infra.iam.document import rendered

DATABASE_PREFIX = "database/"
# An upload that did not finish in a day never will; its parts cost like objects.
ABORT_MULTIPART_DAYS = 1
# What an overwrite or a delete leaves behind stays this long, against mistakes.
NONCURRENT_DAYS = 30
# S3 moves objects to Infrequent Access after 30 days at the earliest and bills them there for 30 more.
INFREQUENT_ACCESS_DAYS = 30
INFREQUENT_ACCESS_MINIMUM_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class BackupsBucketArgs:
    """What the bucket is made from."""

    key_arn: pulumi.Input[str]
    retention: timedelta
    disposable: bool


class BackupsBucket(Component):
    """Produces a private, versioned bucket, encrypted under the stack's key, that deletes what is older than the retention."""

    room = "data"

    def __init__(self, name: str, args: BackupsBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.bucket = aws.s3.Bucket(
            name, force_destroy=args.disposable, tags=self.tags(name), opts=self.options(protect=not args.disposable)
        )
        self._own()
        encryption = self._encrypt()
        versioning = self._versioning()
        self._expire(versioning)
        public = self._refuse_public()
        self._refuse_plain_http(public)
        self.arn = self.bucket.arn
        # By way of a sub-resource: nobody writes before the bucket encrypts under the stack's key.
        self.name = encryption.bucket
        self.finish({"bucketName": self.name})

    def _own(self) -> None:
        aws.s3.BucketOwnershipControls(
            self.component_name,
            bucket=self.bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self.options(),
        )

    def _encrypt(self) -> aws.s3.BucketServerSideEncryptionConfiguration:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms", kms_master_key_id=self._args.key_arn
        )
        return aws.s3.BucketServerSideEncryptionConfiguration(
            self.component_name,
            bucket=self.bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=default, bucket_key_enabled=True
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

    def _expire(self, versioning: aws.s3.BucketVersioning) -> None:
        days = self._args.retention.days
        transition = aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
            days=INFREQUENT_ACCESS_DAYS, storage_class="STANDARD_IA"
        )
        aws.s3.BucketLifecycleConfiguration(
            self.component_name,
            bucket=self.bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="database-dumps",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=DATABASE_PREFIX),
                    transitions=[transition] if days >= INFREQUENT_ACCESS_DAYS + INFREQUENT_ACCESS_MINIMUM_DAYS else [],
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=NONCURRENT_DAYS
                    ),
                ),
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="abandoned-uploads",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=ABORT_MULTIPART_DAYS
                    ),
                ),
            ],
            # Rules about old versions mean something only in a versioned bucket.
            opts=self.options(depends_on=[versioning]),
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

    def _refuse_plain_http(self, public: aws.s3.BucketPublicAccessBlock) -> None:
        aws.s3.BucketPolicy(
            self.component_name,
            bucket=self.bucket.bucket,
            policy=rendered(bucket_policy, bucket_arn=self.bucket.arn, key_arn=self._args.key_arn),
            # S3 answers a conflict when both are set at the same moment.
            opts=self.options(depends_on=[public]),
        )
