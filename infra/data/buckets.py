"""The stack's buckets: which there are, and how long each keeps what."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.data.bucket import Bucket, BucketArgs, ObjectLock
from infra.data.lifecycle import COLD_TIERS, UNKNOWN_TIERS, WARM_TIERS, LifecycleRule, rule
from infra.iam.buckets import LogSources
from infra.settings import LockMode, StorageSettings
from runtime.deployments.migrations.settings import FOLDER

# Folders of the backups bucket: dumps, the archive of what was written after them, copies of the application's files.
DATABASE_PREFIX = "database/"
WAL_PREFIX = "wal/"
APPLICATION_PREFIX = "application/"
# Folders of the artifacts bucket: what judged a release, what a migration died of, what a drill or a check found, what somebody
# asked for.
VERDICTS_PREFIX = "deployments/"
MIGRATIONS_PREFIX = FOLDER
REPORTS_PREFIX = "reports/"
EXPORTS_PREFIX = "exports/"
# An export holds people's data, and is fetched by whoever asked for it.
EXPORTS_STAY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A part of a bucket: what one kind of writer is given of it."""

    bucket: Bucket
    prefix: str

    @property
    def name(self) -> pulumi.Output[str]:
        """The bucket's name."""
        return self.bucket.name

    @property
    def arn(self) -> pulumi.Output[str]:
        """The bucket's ARN, without the prefix."""
        return self.bucket.arn


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """The buckets; each has a `name`, known once it is safe to write to, and an `arn`. `wal` is a folder of `backups`."""

    backups: Bucket
    files: Bucket
    artifacts: Bucket
    logs: Bucket

    @property
    def wal(self) -> Folder:
        """Where the WAL archive lies."""
        return Folder(bucket=self.backups, prefix=WAL_PREFIX)


@dataclass(frozen=True, kw_only=True)
class BucketsArgs:
    """What the buckets are made from. `log_retention` is that of every other log of the stack."""

    settings: StorageSettings
    log_retention: timedelta
    sources: LogSources
    key_arn: pulumi.Input[str]
    disposable: bool


def buckets(prefix: str, args: BucketsArgs, opts: pulumi.ResourceOptions) -> Buckets:
    """Declare every bucket under names that begin with `prefix`."""
    logs = Bucket(f"{prefix}-logs", logs_args(args), opts)

    def holding(part: str, rules: list[LifecycleRule], lock: ObjectLock | None = None) -> Bucket:
        return Bucket(f"{prefix}-{part}", data_args(args, rules, logs, lock), opts)

    return Buckets(
        backups=holding("backups", backups_rules(args.settings), object_lock(args.settings)),
        files=holding("files", files_rules()),
        artifacts=holding("artifacts", artifacts_rules(args.settings)),
        logs=logs,
    )


def data_args(
    args: BucketsArgs, rules: list[LifecycleRule], logs: Bucket, lock: ObjectLock | None = None
) -> BucketArgs:
    """A bucket that holds data."""
    return BucketArgs(rules=rules, disposable=args.disposable, key_arn=args.key_arn, access_logs=logs.name, lock=lock)


def logs_args(args: BucketsArgs) -> BucketArgs:
    """A bucket that takes the logs of the others."""
    rules = [rule("logs", "", args.log_retention, COLD_TIERS)]
    return BucketArgs(rules=rules, disposable=args.disposable, takes_logs=args.sources)


def backups_rules(settings: StorageSettings) -> list[LifecycleRule]:
    """One retention for all folders: an archive is worth nothing without the dump that it continues."""
    folders = {"dumps": DATABASE_PREFIX, "wal": WAL_PREFIX, "application": APPLICATION_PREFIX}
    return [rule(id_, prefix, settings.backup_retention, WARM_TIERS) for id_, prefix in folders.items()]


def files_rules() -> list[LifecycleRule]:
    """The application's files stay until the application deletes them."""
    return [rule("files", "", None, UNKNOWN_TIERS)]


def artifacts_rules(settings: StorageSettings) -> list[LifecycleRule]:
    """Verdicts, failed migrations and reports stay for the settings' time, exports no longer than somebody needs to fetch them."""
    kept = settings.artifact_retention
    return [
        rule("verdicts", VERDICTS_PREFIX, kept, WARM_TIERS),
        rule("migrations", MIGRATIONS_PREFIX, kept, WARM_TIERS),
        rule("reports", REPORTS_PREFIX, kept, WARM_TIERS),
        rule("exports", EXPORTS_PREFIX, min(kept, EXPORTS_STAY), WARM_TIERS),
    ]


def object_lock(settings: StorageSettings) -> ObjectLock | None:
    """The lock of new backups; none where the settings want none."""
    if settings.object_lock is LockMode.OFF:
        return None
    return ObjectLock(mode=settings.object_lock, days=settings.object_lock_retention.days)
