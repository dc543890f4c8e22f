"""A second region: copies of what must survive the loss of the first, written as the originals are."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.data.bucket import Bucket
from infra.data.buckets import Buckets, BucketsArgs, backups_rules, data_args, files_rules, logs_args, object_lock
from infra.data.keys import DELETION_WINDOW_DAYS, DISPOSABLE_DELETION_WINDOW_DAYS
from infra.iam.document import rendered
from infra.iam.keys import Purpose, key_policy
from infra.iam.replication import Side, replication_policy
from infra.iam.trust import replication_trust


@dataclass(frozen=True, kw_only=True)
class RecoveryRegionArgs:
    """What the second region's part is made from: as `BucketsArgs`, whose key it replaces by one of its own."""

    buckets: BucketsArgs
    account_id: str
    region: str


class RecoveryRegion(Component):
    """Produces, in the region of its provider, a KMS key (`key_arn`) and a bucket for each of the copies: `backups` and `files`.

    The copies expire, and are locked, by the same rules as the originals: S3 replicates neither expiry nor default locks.
    """

    room = "data"

    def __init__(self, name: str, args: RecoveryRegionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.key_arn = self._key(args)
        of_region = BucketsArgs(
            settings=args.buckets.settings,
            log_retention=args.buckets.log_retention,
            sources=args.buckets.sources,
            key_arn=self.key_arn,
            disposable=args.buckets.disposable,
        )
        settings = args.buckets.settings
        # S3 delivers access logs only within a region.
        logs = Bucket(self.named("logs"), logs_args(of_region), self.options())
        backups = data_args(of_region, backups_rules(settings), logs, object_lock(settings))
        self.backups = Bucket(self.named("backups"), backups, self.options())
        self.files = Bucket(self.named("files"), data_args(of_region, files_rules(), logs), self.options())
        self.finish({"keyArn": self.key_arn})

    def _key(self, args: RecoveryRegionArgs) -> pulumi.Output[str]:
        name = self.named(Purpose.STORAGE)
        key = aws.kms.Key(
            name,
            description=f"{self.component_name}: copies of buckets",
            policy=key_policy(
                Purpose.STORAGE, account_id=args.account_id, region=args.region, prefix=self.component_name
            ),
            enable_key_rotation=True,
            deletion_window_in_days=DISPOSABLE_DELETION_WINDOW_DAYS
            if args.buckets.disposable
            else DELETION_WINDOW_DAYS,
            tags=self.tags(name),
            opts=self.options(protect=not args.buckets.disposable),
        )
        aws.kms.Alias(name, name=f"alias/{name}", target_key_id=key.key_id, opts=self.options())
        return key.arn


@dataclass(frozen=True, kw_only=True)
class ReplicationArgs:
    """What replication is made from: from where, under which key, to where."""

    region: str
    buckets: Buckets
    key_arn: pulumi.Input[str]
    recovery_region: str
    recovery: RecoveryRegion


class Replication(Component):
    """Produces a replication rule for each bucket that has a copy, and the one role that S3 copies with."""

    room = "data"

    def __init__(self, name: str, args: ReplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        pairs = [(args.buckets.backups, args.recovery.backups), (args.buckets.files, args.recovery.files)]
        role, policy = self._role(pairs)
        for source, copy in pairs:
            self._replicate(source, copy, role, policy)
        self.finish({"roleArn": role.arn})

    def _role(self, pairs: Sequence[tuple[Bucket, Bucket]]) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        args, name = self._args, self.named("replication")
        role = aws.iam.Role(name, assume_role_policy=replication_trust(), tags=self.tags(name), opts=self.options())

        def policy(originals: list[str], key_arn: str, copies: list[str], copy_key_arn: str) -> str:
            return replication_policy(
                originals=Side(bucket_arns=originals, key_arn=key_arn, region=args.region),
                copies=Side(bucket_arns=copies, key_arn=copy_key_arn, region=args.recovery_region),
            )

        rights = rendered(
            policy,
            originals=[source.arn for source, _ in pairs],
            key_arn=args.key_arn,
            copies=[copy.arn for _, copy in pairs],
            copy_key_arn=args.recovery.key_arn,
        )
        return role, aws.iam.RolePolicy(name, role=role.id, policy=rights, opts=self.options())

    def _replicate(self, source: Bucket, copy: Bucket, role: aws.iam.Role, policy: aws.iam.RolePolicy) -> None:
        rule = aws.s3.BucketReplicationConfigRuleArgs(
            id="everything",
            status="Enabled",
            priority=0,
            filter=aws.s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
            # Whoever deletes the original, by mistake or by malice, does not reach the copy.
            delete_marker_replication=aws.s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(status="Disabled"),
            source_selection_criteria=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
                sse_kms_encrypted_objects=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
                    status="Enabled"
                )
            ),
            destination=aws.s3.BucketReplicationConfigRuleDestinationArgs(
                bucket=copy.arn,
                encryption_configuration=aws.s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                    replica_kms_key_id=self._args.recovery.key_arn
                ),
                # They show how far the copy is behind; Replication Time Control would promise 15 minutes, at a price per GiB.
                metrics=aws.s3.BucketReplicationConfigRuleDestinationMetricsArgs(status="Enabled"),
            ),
        )
        aws.s3.BucketReplicationConfig(
            source.component_name,
            # By the names that are known once both are versioned and locked, which S3 asks for.
            bucket=source.name,
            role=role.arn,
            rules=[rule],
            opts=self.options(depends_on=[policy, copy]),
        )
