"""Bucket policies."""

from infra.iam.document import Statement, document


def bucket_policy(*, bucket_arn: str, key_arn: str) -> str:
    """Refuses requests without TLS 1.2, and objects under another key than the stack's."""
    everything = [bucket_arn, f"{bucket_arn}/*"]
    return document(
        Statement(
            sid="DenyPlainHttp",
            effect="Deny",
            actions=["s3:*"],
            resources=everything,
            principals={"AWS": ["*"]},
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
        Statement(
            sid="DenyOldTls",
            effect="Deny",
            actions=["s3:*"],
            resources=everything,
            principals={"AWS": ["*"]},
            conditions={"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        ),
        Statement(
            sid="DenyOtherKeys",
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
            principals={"AWS": ["*"]},
            # Without the header the bucket's own default applies, which is this key.
            conditions={"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key_arn}},
        ),
    )
