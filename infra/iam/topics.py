"""Topic policies."""

from infra.iam.document import Statement, document


def topic_policy(*, topic_arn: str, account_id: str, region: str, prefix: str) -> str:
    """Lets this stack's alarms and event rules and this account's RDS publish, nobody else by resource policy, and nobody without TLS.

    A topic without a policy takes SNS's default one; this one replaces it.
    """
    return document(
        _publish(
            "AlarmsPublish",
            "cloudwatch.amazonaws.com",
            topic_arn,
            account_id,
            f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{prefix}-*",
        ),
        _publish(
            "EventRulesPublish",
            "events.amazonaws.com",
            topic_arn,
            account_id,
            f"arn:aws:events:{region}:{account_id}:rule/{prefix}-*",
        ),
        # The source is the instance, the snapshot, the parameter group…, whose names RDS composes in more ways than ours.
        _publish(
            "DatabaseEventsPublish",
            "events.rds.amazonaws.com",
            topic_arn,
            account_id,
            f"arn:aws:rds:{region}:{account_id}:*",
        ),
        Statement(
            sid="DenyPlainHttp",
            effect="Deny",
            actions=["sns:Publish"],
            resources=[topic_arn],
            principals={"AWS": ["*"]},
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )


def _publish(sid: str, service: str, topic_arn: str, account_id: str, source_arn: str) -> Statement:
    return Statement(
        sid=sid,
        actions=["sns:Publish"],
        resources=[topic_arn],
        principals={"Service": [service]},
        conditions={
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {"aws:SourceArn": source_arn},
        },
    )
