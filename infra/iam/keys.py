"""The policies of the stack's KMS keys."""

from enum import StrEnum

from infra.iam.document import Statement, document

_SELF = "in a key's policy, * is the key itself"


class Purpose(StrEnum):
    """What a key encrypts."""

    DATABASE = "database"
    STORAGE = "storage"
    SECRETS = "secrets"
    LOGS = "logs"
    MESSAGES = "messages"
    IMAGES = "images"

    @property
    def description(self) -> str:
        """What the key encrypts, in words."""
        return _DESCRIPTIONS[self]


_DESCRIPTIONS = {
    Purpose.DATABASE: "the database's storage, snapshots and Performance Insights",
    Purpose.STORAGE: "buckets and file systems",
    Purpose.SECRETS: "what Secrets Manager holds",
    Purpose.LOGS: "log groups",
    Purpose.MESSAGES: "topics and queues",
    Purpose.IMAGES: "image repositories",
}


def key_policy(purpose: Purpose, *, account_id: str, region: str, prefix: str) -> str:
    """Who may use a key: the account's own IAM policies, and the services that come with no caller's rights.

    Secrets Manager, RDS, S3, EFS, ECR and Lambda use a key with the caller's rights or by grants, so they need no statement.
    """
    services = {
        Purpose.LOGS: [_log_groups(account_id, region, prefix)],
        Purpose.MESSAGES: [
            _alarms(account_id, region, prefix),
            _events_to_topics(account_id, region, prefix),
        ],
    }
    return document(_administration(account_id), *services.get(purpose, []))


def _administration(account_id: str) -> Statement:
    return Statement(
        sid="AccountAdministration",
        actions=["kms:*"],
        resources=["*"],
        principals={"AWS": [f"arn:aws:iam::{account_id}:root"]},
        wildcard_reason=f"hands the key to the account's IAM policies, without which it cannot be managed again; {_SELF}",
    )


def _log_groups(account_id: str, region: str, prefix: str) -> Statement:
    return Statement(
        sid="LogGroups",
        actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        resources=["*"],
        principals={"Service": [f"logs.{region}.amazonaws.com"]},
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [
                    f"arn:aws:logs:{region}:{account_id}:log-group:{prefix}-*",
                    # RDS chooses the names of the groups that it writes to.
                    f"arn:aws:logs:{region}:{account_id}:log-group:/aws/rds/instance/{prefix}-*",
                    # Where Step Functions delivers, CloudWatch Logs asks for these names (infra/releases/migrations.py).
                    f"arn:aws:logs:{region}:{account_id}:log-group:/aws/vendedlogs/states/{prefix}-*",
                ]
            },
        },
        wildcard_reason=f"the action families are those that CloudWatch Logs asks for; {_SELF}",
    )


def _alarms(account_id: str, region: str, prefix: str) -> Statement:
    return Statement(
        sid="AlarmsToEncryptedTopic",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],
        principals={"Service": ["cloudwatch.amazonaws.com"]},
        conditions={
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{prefix}-*"},
        },
        wildcard_reason=_SELF,
    )


def _events_to_topics(account_id: str, region: str, prefix: str) -> Statement:
    """RDS and EventBridge publish by themselves; SNS names the topic in the encryption context.

    The context binds the key to this stack's topics, and the topics' policies say on whose behalf (infra/iam/topics.py). Here
    aws:SourceAccount and aws:SourceArn would lose events in silence: for EventBridge to an encrypted topic they are not supported
    in a key's policy (Amazon SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted topics").
    """
    return Statement(
        sid="EventsToEncryptedTopic",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],
        principals={"Service": ["events.rds.amazonaws.com", "events.amazonaws.com"]},
        conditions={
            "ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": f"arn:aws:sns:{region}:{account_id}:{prefix}-*"}
        },
        wildcard_reason=_SELF,
    )
