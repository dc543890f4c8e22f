"""Where the stack's settings become buckets, and copies of them."""

import pulumi

from infra.context import Context
from infra.data.buckets import Buckets, BucketsArgs, buckets
from infra.data.replication import RecoveryRegion, RecoveryRegionArgs, Replication, ReplicationArgs
from infra.iam.buckets import LogSources


def buckets_with_copies(context: Context, key_arn: pulumi.Input[str]) -> Buckets:
    """Declare the buckets and, where the settings name a second region, their copies there."""
    stack, storage = context.stack, context.settings.storage
    args = BucketsArgs(
        settings=storage,
        log_retention=stack.log_retention,
        sources=LogSources(account_id=stack.account_id, bucket_prefix=context.prefix),
        key_arn=key_arn,
        disposable=stack.disposable,
    )
    originals = buckets(context.prefix, args, context.options())
    if storage.recovery_region is not None:
        region = RecoveryRegionArgs(buckets=args, account_id=stack.account_id, region=storage.recovery_region)
        replication = ReplicationArgs(
            region=stack.region,
            buckets=originals,
            key_arn=key_arn,
            recovery_region=storage.recovery_region,
            recovery=RecoveryRegion(context.name("recovery"), region, context.recovery_options()),
        )
        Replication(context.prefix, replication, context.options())
    return originals
