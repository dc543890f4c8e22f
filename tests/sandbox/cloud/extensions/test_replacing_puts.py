"""What is put twice is there once, as it was put last."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4


def test_a_metric_filter_that_is_put_again_replaces_the_one_before(aws: Callable[[str], Any]) -> None:
    logs, group = aws("logs"), f"group-{uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    transformation = {"metricName": "Deadlocks", "metricNamespace": "Jobr", "metricValue": "1"}
    for pattern in ("one", "two"):
        logs.put_metric_filter(
            logGroupName=group, filterName="a", filterPattern=pattern, metricTransformations=[transformation]
        )
    found = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert [item["filterPattern"] for item in found] == ["two"]


def test_a_functions_asynchronous_configuration_that_is_put_again_replaces_the_one_before(
    aws: Callable[[str], Any],
) -> None:
    name, role = f"function-{uuid4().hex[:8]}", f"role-{uuid4().hex[:8]}"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    arn = aws("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    functions = aws("lambda")
    functions.create_function(
        FunctionName=name,
        Role=arn,
        Runtime="python3.13",
        Handler="main.handle",
        Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18},
    )
    for retries in (2, 0):
        functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=retries)
    listed = functions.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
    assert [item["MaximumRetryAttempts"] for item in listed] == [0]
