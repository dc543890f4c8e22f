"""What ECS may do to start a task of the application."""

from infra.iam.document import Statement, document


def execution_policy(
    *, secret_arns: list[str], log_group_arn: str, key_arn: str, region: str, repository_arns: list[str]
) -> str:
    """What starting a task needs: its secrets, its log group, and its image if that lies in this account's ECR."""
    pull = [
        Statement(
            sid="EcrToken",
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            wildcard_reason="the token is the registry's; this action has no resource",
        ),
        Statement(
            sid="PullImage",
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=repository_arns,
        ),
    ]
    return document(
        Statement(sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=secret_arns),
        Statement(
            sid="DecryptSecrets",
            actions=["kms:Decrypt"],
            resources=[key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
        ),
        Statement(
            sid="WriteLog", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{log_group_arn}:*"]
        ),
        *(pull if repository_arns else []),
    )
