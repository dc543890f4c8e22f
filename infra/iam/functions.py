"""What functions and what starts them may do."""

from collections.abc import Sequence

from infra.iam.document import Statement, document

_NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


def function_base(*, log_group_arn: str, queue_arn: str, messages_key_arn: str) -> tuple[Statement, ...]:
    """What every function needs: its own log group, its dead letters, its traces."""
    return (
        Statement(
            sid="WriteOwnLog", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{log_group_arn}:*"]
        ),
        *send_messages("SendDeadLetters", queue_arn=queue_arn, key_arn=messages_key_arn),
        Statement(
            sid="SendTraces",
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources=["*"],
            wildcard_reason="X-Ray's writing actions have no resource",
        ),
    )


def function_network(*, function_arn_pattern: str) -> tuple[Statement, ...]:
    """What every function in the VPC needs beside: network interfaces that Lambda, not its code, may manage."""
    return (
        Statement(
            sid="LambdaManagesInterfaces",
            actions=_NETWORK_ACTIONS,
            resources=["*"],
            wildcard_reason="Lambda checks for these on every resource before it attaches a function to a VPC",
        ),
        Statement(
            sid="CodeMayNotManageInterfaces",
            effect="Deny",
            actions=_NETWORK_ACTIONS,
            resources=["*"],
            conditions={"ArnLike": {"lambda:SourceFunctionArn": function_arn_pattern}},
        ),
    )


def database_backup(
    *, secret_arn: str, bucket_arn: str, bucket_prefix: str, storage_key_arn: str, secrets_key_arn: str
) -> tuple[Statement, ...]:
    """What the database backup needs: the database's secret, writing under its prefix, and the key for both."""
    return (
        Statement(sid="ReadDatabaseSecret", actions=["secretsmanager:GetSecretValue"], resources=[secret_arn]),
        # HeadBucket, with which the backup finds out that the bucket is there, asks for this action.
        Statement(sid="FindBucket", actions=["s3:ListBucket"], resources=[bucket_arn]),
        Statement(
            sid="WriteBackups",
            actions=["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            resources=[f"{bucket_arn}/{bucket_prefix}*"],
        ),
        use_key(
            # A multipart upload under SSE-KMS decrypts its own parts' data key.
            "UseStorageKey",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            storage_key_arn,
            "s3",
        ),
        use_key("DecryptSecrets", ["kms:Decrypt"], secrets_key_arn, "secretsmanager"),
    )


def database_roles(*, secret_arns: Sequence[str], secrets_key_arn: str) -> tuple[Statement, ...]:
    """What the roles function needs: the master's secret and that of every login."""
    return (
        Statement(sid="ReadDatabaseSecrets", actions=["secretsmanager:GetSecretValue"], resources=secret_arns),
        use_key("DecryptSecrets", ["kms:Decrypt"], secrets_key_arn, "secretsmanager"),
    )


def use_key(sid: str, actions: Sequence[str], key_arn: str, service: str) -> Statement:
    """A key, used through one service of its own region alone."""
    region = key_arn.split(":")[3]
    return Statement(
        sid=sid,
        actions=actions,
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"}},
    )


def send_messages(sid: str, *, queue_arn: str, key_arn: str) -> tuple[Statement, Statement]:
    """Sending to one encrypted queue. SQS asks for Decrypt too: it checks the data key that it made."""
    return (
        Statement(sid=sid, actions=["sqs:SendMessage"], resources=[queue_arn]),
        use_key(f"{sid}Key", ["kms:Decrypt", "kms:GenerateDataKey"], key_arn, "sqs"),
    )


def invoke_policy(*, function_arn: str, queue_arn: str, messages_key_arn: str) -> str:
    """Lets a schedule start one function, and keep in its dead-letter queue what could not be handed over."""
    return document(
        Statement(sid="Invoke", actions=["lambda:InvokeFunction"], resources=[function_arn]),
        *send_messages("SendDeadLetters", queue_arn=queue_arn, key_arn=messages_key_arn),
    )
