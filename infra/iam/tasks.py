"""What ECS may do to start a task of the application, and what the task itself may do."""

from collections.abc import Sequence

from infra.iam.document import Statement, document
from infra.iam.uploads import uploads_client


def execution_policy(
    *, secret_arns: list[str], log_group_arns: list[str], key_arn: str, region: str, repository_arns: list[str]
) -> str:
    """What starting a task needs: its secrets, its log groups, and its images where they lie in this account's ECR."""
    return document(
        Statement(sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=secret_arns),
        Statement(
            sid="DecryptSecrets",
            actions=["kms:Decrypt"],
            resources=[key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
        ),
        write_logs(log_group_arns),
        *(pull_images(repository_arns) if repository_arns else ()),
    )


def write_logs(log_group_arns: Sequence[str]) -> Statement:
    """Writing to log groups that are there already."""
    return Statement(
        sid="WriteLog",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"{arn}:*" for arn in log_group_arns],
    )


def pull_images(repository_arns: Sequence[str]) -> tuple[Statement, Statement]:
    """Pulling images out of repositories of this account."""
    return (
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
    )


def task_policy(*, workspace_arn: str, file_system_arn: str, access_point_arn: str) -> str:
    """What a running task needs: to send its metrics, and to read and write uploads."""
    return document(
        Statement(sid="SendMetrics", actions=["aps:RemoteWrite"], resources=[workspace_arn]),
        uploads_client(file_system_arn=file_system_arn, access_point_arn=access_point_arn),
    )
