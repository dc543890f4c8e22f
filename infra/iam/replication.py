"""What S3 may do to copy objects into the second region."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.iam.document import Statement, document


@dataclass(frozen=True, kw_only=True)
class Side:
    """The buckets of one region (ARNs) and the key that encrypts them."""

    bucket_arns: Sequence[str]
    key_arn: str
    region: str

    @property
    def object_arns(self) -> list[str]:
        """Everything in the buckets."""
        return [f"{arn}/*" for arn in self.bucket_arns]


def replication_policy(*, originals: Side, copies: Side) -> str:
    """Reads the originals with their locks and tags, writes the copies, and deletes nothing.

    Each key only through S3 of its region, and for these buckets alone.
    """
    return document(
        Statement(
            sid="ReadBuckets",
            actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources=originals.bucket_arns,
        ),
        Statement(
            sid="ReadObjects",
            actions=[
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
                "s3:GetObjectRetention",
                "s3:GetObjectLegalHold",
            ],
            resources=originals.object_arns,
        ),
        Statement(sid="WriteCopies", actions=["s3:ReplicateObject", "s3:ReplicateTags"], resources=copies.object_arns),
        _key("DecryptOriginals", ["kms:Decrypt"], originals),
        _key("EncryptCopies", ["kms:Encrypt", "kms:GenerateDataKey"], copies),
    )


def _key(sid: str, actions: Sequence[str], side: Side) -> Statement:
    return Statement(
        sid=sid,
        actions=actions,
        resources=[side.key_arn],
        conditions={
            "StringEquals": {"kms:ViaService": f"s3.{side.region}.amazonaws.com"},
            # The context is the bucket's ARN with a bucket key, and the object's without one, which a writer may ask for.
            "ArnLike": {"kms:EncryptionContext:aws:s3:arn": [*side.bucket_arns, *side.object_arns]},
        },
    )
