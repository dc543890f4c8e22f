"""What the archiver may do, whether it runs as a task or as a function; and what ECS may do to start the task."""

from infra.iam.document import Statement, document
from infra.iam.functions import use_key
from infra.iam.tasks import pull_images, write_logs


def archiver(
    *, secret_arn: str, bucket_arn: str, bucket_prefix: str, storage_key_arn: str, secrets_key_arn: str
) -> tuple[Statement, ...]:
    """Its login's secret; adding objects under its prefix, finding and reading them again; and the key for each. It deletes nothing."""
    objects = [f"{bucket_arn}/{bucket_prefix}*"]
    return (
        Statement(sid="ReadDatabaseSecret", actions=["secretsmanager:GetSecretValue"], resources=[secret_arn]),
        # Of the whole bucket: HeadBucket asks for this action as well, and sends no prefix that a condition could ask for.
        Statement(sid="ListSegments", actions=["s3:ListBucket"], resources=[bucket_arn]),
        Statement(sid="AddSegments", actions=["s3:PutObject"], resources=objects),
        # What was stored and not confirmed is compared with what the server sends again.
        Statement(sid="ReadSegments", actions=["s3:GetObject"], resources=objects),
        use_key("UseStorageKey", ["kms:Decrypt", "kms:GenerateDataKey"], storage_key_arn, "s3"),
        use_key("DecryptSecrets", ["kms:Decrypt"], secrets_key_arn, "secretsmanager"),
    )


def archiver_execution_policy(*, repository_arn: str, log_group_arn: str) -> str:
    """What starting the task needs: its image and its log group, and no secret, which it reads itself."""
    return document(*pull_images([repository_arn]), write_logs([log_group_arn]))
