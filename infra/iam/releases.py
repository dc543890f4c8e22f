"""What the functions around a release may do."""

from collections.abc import Sequence

from infra.iam.document import Statement, document
from infra.iam.functions import use_key


def invoke_hooks(*, function_arns: Sequence[str]) -> str:
    """Lets ECS call the functions that it asks, and no other."""
    return document(Statement(sid="InvokeHooks", actions=["lambda:InvokeFunction"], resources=function_arns))


def follow_deployments(*, service_arn: str) -> tuple[Statement, ...]:
    """Reading one service, its deployments and revisions, and the load balancer's rules and target groups."""
    return (
        Statement(sid="ReadService", actions=["ecs:DescribeServices"], resources=[service_arn]),
        Statement(
            sid="ReadDeployments",
            actions=["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
            resources=[
                service_arn,
                f"{_of_service(service_arn, 'service-deployment')}/*",
                f"{_of_service(service_arn, 'service-revision')}/*",
            ],
        ),
        Statement(
            sid="ReadTasksAndRules",
            actions=[
                "ecs:DescribeTaskDefinition",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroups",
            ],
            resources=["*"],
            wildcard_reason="these reading actions have no resource",
        ),
    )


def read_verdicts(*, bucket_arn: str, prefix: str, storage_key_arn: str) -> tuple[Statement, ...]:
    """Reading what was decided."""
    return (
        # Without it S3 says "denied" in the place of "not there". A condition on the prefix would never hold: GetObject sends none.
        Statement(sid="FindVerdicts", actions=["s3:ListBucket"], resources=[bucket_arn]),
        Statement(sid="ReadVerdicts", actions=["s3:GetObject"], resources=[f"{bucket_arn}/{prefix}*"]),
        use_key("DecryptVerdicts", ["kms:Decrypt"], storage_key_arn, "s3"),
    )


def keep_verdicts(
    *, bucket_arn: str, prefix: str, storage_key_arn: str, topic_arns: Sequence[str], messages_key_arn: str
) -> tuple[Statement, ...]:
    """Reading what was decided, writing what is decided now, and telling people. Nothing is ever deleted."""
    return (
        *read_verdicts(bucket_arn=bucket_arn, prefix=prefix, storage_key_arn=storage_key_arn),
        Statement(sid="WriteVerdicts", actions=["s3:PutObject"], resources=[f"{bucket_arn}/{prefix}*"]),
        use_key("EncryptVerdicts", ["kms:GenerateDataKey"], storage_key_arn, "s3"),
        Statement(sid="TellPeople", actions=["sns:Publish"], resources=topic_arns),
        use_key("EncryptNotices", ["kms:Decrypt", "kms:GenerateDataKey"], messages_key_arn, "sns"),
    )


def deployment_gate(
    *,
    secret_arns: Sequence[str],
    secrets_key_arn: str,
    windows_parameter_arn: str,
    repository_arns: Sequence[str],
    state_machine_arn: str | None,
) -> tuple[Statement, ...]:
    """What the checks before green need beside the deployment itself; the migrations are begun and looked at, never stopped."""
    scan = Statement(sid="ReadScan", actions=["ecr:DescribeImageScanFindings"], resources=repository_arns)
    return (
        Statement(sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=secret_arns),
        use_key("DecryptSecrets", ["kms:Decrypt"], secrets_key_arn, "secretsmanager"),
        Statement(sid="ReadWindows", actions=["ssm:GetParameter"], resources=[windows_parameter_arn]),
        *([scan] if repository_arns else []),
        *(_migrate(state_machine_arn) if state_machine_arn else ()),
    )


def deployment_traffic() -> tuple[Statement, ...]:
    """What the judgement of traffic needs beside the deployment itself."""
    return (
        Statement(
            sid="ReadMetrics",
            actions=["cloudwatch:GetMetricData"],
            resources=["*"],
            wildcard_reason="reading metrics has no resource",
        ),
    )


def roll_back(*, service_arn: str) -> tuple[Statement, ...]:
    """Sending back a deployment of one service."""
    deployments = f"{_of_service(service_arn, 'service-deployment')}/*"
    return (Statement(sid="RollBack", actions=["ecs:StopServiceDeployment"], resources=[deployments]),)


def _migrate(state_machine_arn: str) -> tuple[Statement, Statement]:
    _, partition, _, region, account, *_, machine = state_machine_arn.split(":")
    runs = f"arn:{partition}:states:{region}:{account}:execution:{machine}:*"
    return (
        Statement(sid="StartMigrations", actions=["states:StartExecution"], resources=[state_machine_arn]),
        Statement(sid="ReadMigrations", actions=["states:DescribeExecution"], resources=[runs]),
    )


def _of_service(service_arn: str, kind: str) -> str:
    """`…:service/<cluster>/<name>` as `…:service-deployment/<cluster>/<name>`, which ECS begins the ARNs of its deployments with."""
    return service_arn.replace(":service/", f":{kind}/", 1)
