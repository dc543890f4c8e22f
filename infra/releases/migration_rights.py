"""What the migrations' function and their state machine may do."""

from infra.iam.document import Statement, document
from infra.iam.functions import use_key


def run_tasks(
    *, place: str, family: str, cluster_arn: str, execution_role_arn: str, log_group_arn: str
) -> tuple[Statement, ...]:
    """Making and running one-off tasks of one family, and reading what they wrote. `place` is `<region>:<account>`."""
    definitions = f"arn:aws:ecs:{place}:task-definition/{family}:*"
    cluster = cluster_arn.rpartition("/")[2]
    in_cluster = {"ArnEquals": {"ecs:cluster": cluster_arn}}
    return (
        Statement(
            sid="ReadTaskDefinitions",
            actions=["ecs:DescribeTaskDefinition"],
            resources=["*"],
            wildcard_reason="this action has no resource",
        ),
        Statement(sid="MakeTaskDefinitions", actions=["ecs:RegisterTaskDefinition"], resources=[definitions]),
        Statement(
            sid="HandOverRole",
            actions=["iam:PassRole"],
            resources=[execution_role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        Statement(sid="RunTasks", actions=["ecs:RunTask"], resources=[definitions], conditions=in_cluster),
        Statement(
            sid="WatchTasks",
            actions=["ecs:DescribeTasks", "ecs:StopTask"],
            resources=[f"arn:aws:ecs:{place}:task/{cluster}/*"],
        ),
        Statement(
            sid="FindTasks",
            actions=["ecs:ListTasks"],
            resources=["*"],
            conditions=in_cluster,
            wildcard_reason="its resource is a container instance, which Fargate has not; the condition names the cluster",
        ),
        Statement(sid="ReadTasksLog", actions=["logs:GetLogEvents"], resources=[f"{log_group_arn}:log-stream:*"]),
    )


def take_snapshots(*, place: str, instance_arn: str, prefix: str) -> tuple[Statement, ...]:
    """Snapshots of one instance under names that begin with the prefix; no restore."""
    snapshots = f"arn:aws:rds:{place}:snapshot:{prefix}-*"
    return (
        Statement(sid="DescribeDatabase", actions=["rds:DescribeDBInstances"], resources=[instance_arn]),
        Statement(
            sid="TakeSnapshots",
            actions=["rds:CreateDBSnapshot", "rds:DescribeDBSnapshots"],
            resources=[instance_arn, snapshots],
        ),
        Statement(
            sid="KeepSnapshots", actions=["rds:AddTagsToResource", "rds:DeleteDBSnapshot"], resources=[snapshots]
        ),
    )


def log_in(*, secret_arn: str, secrets_key_arn: str) -> tuple[Statement, ...]:
    """Reading one login."""
    return (
        Statement(sid="ReadLogin", actions=["secretsmanager:GetSecretValue"], resources=[secret_arn]),
        use_key("DecryptLogin", ["kms:Decrypt"], secrets_key_arn, "secretsmanager"),
    )


def report(
    *, bucket_arn: str, folder: str, storage_key_arn: str, topic_arns: list[str], messages_key_arn: str
) -> tuple[Statement, ...]:
    """Keeping reports in one folder, and telling people."""
    return (
        Statement(sid="KeepReports", actions=["s3:PutObject"], resources=[f"{bucket_arn}/{folder}*"]),
        use_key("EncryptReports", ["kms:GenerateDataKey"], storage_key_arn, "s3"),
        Statement(sid="TellPeople", actions=["sns:Publish"], resources=topic_arns),
        use_key("EncryptNotices", ["kms:Decrypt", "kms:GenerateDataKey"], messages_key_arn, "sns"),
    )


def machine_policy(*, function_arn: str) -> str:
    """What the state machine needs: its one function, and the delivery of its log."""
    return document(
        Statement(sid="CallFunction", actions=["lambda:InvokeFunction"], resources=[function_arn]),
        Statement(
            sid="DeliverLog",
            actions=[
                "logs:CreateLogDelivery",
                "logs:GetLogDelivery",
                "logs:UpdateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
            ],
            resources=["*"],
            wildcard_reason="the actions of log delivery have no resource (Step Functions developer guide, 'Logging in CloudWatch Logs')",
        ),
    )
