from tests.infra.recording import ACCOUNT, REGION, Recording

FLOW_LOG = "aws:ec2/flowLog:FlowLog"
ENDING = "-flow-logs"


def test_all_traffic_of_the_vpc_is_logged_minute_by_minute(stack: Recording) -> None:
    inputs = stack.one(FLOW_LOG).inputs
    assert inputs["vpcId"] == f"{stack.one('aws:ec2/vpc:Vpc').name}-id"
    assert inputs["trafficType"] == "ALL"
    assert inputs["maxAggregationInterval"] == 60


def test_flow_logs_are_encrypted_and_kept_as_long_as_the_stacks_other_logs(
    development: Recording, production: Recording
) -> None:
    for stack, days in ((development, 30), (production, 365)):
        group = stack.one("aws:cloudwatch/logGroup:LogGroup", ENDING)
        assert group.inputs["retentionInDays"] == days
        assert group.inputs["kmsKeyId"].endswith("-logs")


def test_the_flow_logs_role_writes_into_their_own_group_alone(stack: Recording) -> None:
    group = stack.one("aws:cloudwatch/logGroup:LogGroup", ENDING)
    statements = stack.one("aws:iam/rolePolicy:RolePolicy", ENDING).document("policy")["Statement"]
    writing = [s for s in statements if s["Resource"] != ["*"]]
    assert [s["Resource"] for s in writing] == [[f"arn:aws:loggroup:{REGION}:{ACCOUNT}:{group.name}:*"]]
    assert [s["Action"] for s in statements if s["Resource"] == ["*"]] == [["logs:DescribeLogGroups"]]


def test_only_flow_logs_of_this_account_and_region_take_the_role(stack: Recording) -> None:
    (trust,) = stack.one("aws:iam/role:Role", ENDING).document("assumeRolePolicy")["Statement"]
    assert trust["Principal"] == {"Service": ["vpc-flow-logs.amazonaws.com"]}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/*"},
    }


def test_the_flow_log_starts_only_once_its_role_may_write(stack: Recording) -> None:
    policy = stack.one("aws:iam/rolePolicy:RolePolicy", ENDING)
    assert any(urn.endswith(f"::{policy.name}") and "rolePolicy" in urn for urn in stack.one(FLOW_LOG).dependencies)
