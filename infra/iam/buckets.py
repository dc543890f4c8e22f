"""Bucket policies."""

from infra.iam.document import Statement, document


def bucket_policy(*, bucket_arn: str, key_arn: str) -> str:
    """Refuses plain HTTP, and objects that ask for another encryption than under the stack's key.

    Old TLS needs no statement: AWS's endpoints take 1.2 and newer alone.
    """
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
        # Without these headers the bucket's own default applies, which is the stack's key; the parts of a multipart upload
        # have none. A negated operator holds when its key is absent, with IfExists too, so presence is asked for by itself.
        Statement(
            sid="DenyOtherEncryption",
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
            principals={"AWS": ["*"]},
            conditions=_present_and_other_than("s3:x-amz-server-side-encryption", "aws:kms"),
        ),
        Statement(
            sid="DenyOtherKeys",
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
            principals={"AWS": ["*"]},
            conditions=_present_and_other_than("s3:x-amz-server-side-encryption-aws-kms-key-id", key_arn),
        ),
    )


def _present_and_other_than(key: str, value: str) -> dict[str, dict[str, str]]:
    return {"Null": {key: "false"}, "StringNotEquals": {key: value}}
