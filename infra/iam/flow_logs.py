"""What VPC flow logs may do: write into their own log group."""

from infra.iam.document import Statement, document


def flow_logs_trust(account_id: str, region: str) -> str:
    """A trust policy for flow logs of this account and region (VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs")."""
    return document(
        Statement(
            sid="Assume",
            actions=["sts:AssumeRole"],
            principals={"Service": ["vpc-flow-logs.amazonaws.com"]},
            conditions={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:{region}:{account_id}:vpc-flow-log/*"},
            },
        )
    )


def write_flow_logs(log_group_arn: str) -> str:
    """The role's own policy. The group exists already, so the role may create none."""
    return document(
        Statement(
            sid="WriteOwnLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            resources=[f"{log_group_arn}:*"],
        ),
        Statement(
            sid="FindLogGroup",
            actions=["logs:DescribeLogGroups"],
            resources=["*"],
            wildcard_reason="the listing of log groups is asked for as a whole",
        ),
    )
