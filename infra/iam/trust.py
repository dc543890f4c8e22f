"""Who may take a role on."""

from infra.iam.document import Statement, document


def trust(service: str, account_id: str) -> str:
    """A trust policy for one AWS service, on behalf of this account alone (the confused-deputy condition)."""
    return document(
        Statement(
            sid="Assume",
            actions=["sts:AssumeRole"],
            principals={"Service": [service]},
            conditions={"StringEquals": {"aws:SourceAccount": account_id}},
        )
    )


def lambda_trust() -> str:
    """A trust policy for Lambda, which sends no source account when it takes on an execution role."""
    return document(
        Statement(sid="Assume", actions=["sts:AssumeRole"], principals={"Service": ["lambda.amazonaws.com"]})
    )


def monitoring_trust(account_id: str) -> str:
    """A trust policy for RDS's enhanced monitoring, on behalf of this account alone."""
    return trust("monitoring.rds.amazonaws.com", account_id)


def replication_trust() -> str:
    """A trust policy for S3, which copies objects with the role; its guide to live replication shows it without conditions."""
    return document(Statement(sid="Assume", actions=["sts:AssumeRole"], principals={"Service": ["s3.amazonaws.com"]}))


def ecs_infrastructure_trust() -> str:
    """A trust policy for ECS itself, which moves the listener rule's weights; its guide shows it without conditions."""
    return document(Statement(sid="Assume", actions=["sts:AssumeRole"], principals={"Service": ["ecs.amazonaws.com"]}))
