"""Bucket policies."""

from dataclasses import dataclass

from infra.iam.document import Statement, document

# Who writes where in the logs bucket. S3 puts account, region, bucket and date behind its prefix, a load balancer AWSLogs/<account>/.
BUCKET_LOGS_PREFIX = "buckets/"
LOAD_BALANCER_LOGS_PREFIX = "load-balancer"


@dataclass(frozen=True, kw_only=True)
class LogSources:
    """Whose logs a bucket takes: those of one account, and of the buckets whose names begin so."""

    account_id: str
    bucket_prefix: str


def bucket_policy(*, bucket_arn: str, key_arn: str) -> str:
    """Refuses plain HTTP, and objects that ask for another encryption than under the stack's key.

    Old TLS needs no statement: AWS's endpoints take 1.2 and newer alone.
    """
    return document(
        _deny_plain_http(bucket_arn),
        # Without these headers the bucket's own default applies, which is the stack's key; the parts of a multipart upload
        # have none. A negated operator holds when its key is absent, with IfExists too, so presence is asked for by itself.
        _deny_put(bucket_arn, "DenyOtherEncryption", "s3:x-amz-server-side-encryption", "aws:kms"),
        _deny_put(bucket_arn, "DenyOtherKeys", "s3:x-amz-server-side-encryption-aws-kms-key-id", key_arn),
    )


def logs_bucket_policy(*, bucket_arn: str, sources: LogSources) -> str:
    """Refuses plain HTTP, and lets S3 and this account's load balancers deliver, each under its own prefix.

    The load balancer's statement has no condition: AWS's page on access logs shows none, and a delivery without the key of a
    condition would be refused in silence. The path that Elastic Load Balancing writes to holds the account.
    """
    return document(
        _deny_plain_http(bucket_arn),
        Statement(
            sid="BucketLogs",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/{BUCKET_LOGS_PREFIX}*"],
            principals={"Service": ["logging.s3.amazonaws.com"]},
            conditions={
                "StringEquals": {"aws:SourceAccount": sources.account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{sources.bucket_prefix}-*"},
            },
        ),
        Statement(
            sid="LoadBalancerLogs",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/{LOAD_BALANCER_LOGS_PREFIX}/AWSLogs/{sources.account_id}/*"],
            principals={"Service": ["logdelivery.elasticloadbalancing.amazonaws.com"]},
        ),
    )


def _deny_plain_http(bucket_arn: str) -> Statement:
    return Statement(
        sid="DenyPlainHttp",
        effect="Deny",
        actions=["s3:*"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        principals={"AWS": ["*"]},
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def _deny_put(bucket_arn: str, sid: str, key: str, expected: str) -> Statement:
    return Statement(
        sid=sid,
        effect="Deny",
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/*"],
        principals={"AWS": ["*"]},
        conditions={"Null": {key: "false"}, "StringNotEquals": {key: expected}},
    )
