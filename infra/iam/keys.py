"""The policy of the stack's KMS key."""

from infra.iam.document import Statement, document

_SELF = "in a key's policy, * is the key itself"


def key_policy(*, account_id: str, region: str, prefix: str) -> str:
    """Who may use the key: the account's own IAM policies, CloudWatch Logs for our log groups, CloudWatch for our alarms' topic.

    Secrets Manager, RDS, S3, ECR and Lambda use it with the caller's rights or by grants, so they need no statement.
    """
    return document(
        Statement(
            sid="AccountAdministration",
            actions=["kms:*"],
            resources=["*"],
            principals={"AWS": [f"arn:aws:iam::{account_id}:root"]},
            wildcard_reason=f"hands the key to the account's IAM policies, without which it cannot be managed again; {_SELF}",
        ),
        Statement(
            sid="LogGroups",
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            resources=["*"],
            principals={"Service": [f"logs.{region}.amazonaws.com"]},
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account_id}:log-group:{prefix}-*"
                },
            },
            wildcard_reason=f"the action families are those that CloudWatch Logs asks for; {_SELF}",
        ),
        Statement(
            sid="AlarmsToEncryptedTopic",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            principals={"Service": ["cloudwatch.amazonaws.com"]},
            conditions={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{prefix}-*"},
            },
            wildcard_reason=_SELF,
        ),
    )
