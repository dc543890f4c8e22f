"""Topic policies."""

from infra.iam.document import Statement, document


def alarm_topic_policy(*, topic_arn: str, account_id: str, region: str, prefix: str) -> str:
    """Lets this stack's CloudWatch alarms publish, and nobody else by resource policy."""
    return document(
        Statement(
            sid="AlarmsPublish",
            actions=["sns:Publish"],
            resources=[topic_arn],
            principals={"Service": ["cloudwatch.amazonaws.com"]},
            conditions={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{prefix}-*"},
            },
        )
    )
