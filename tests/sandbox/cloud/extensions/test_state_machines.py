"""Executions have names, as on AWS, whether or not somebody chose them."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from botocore.exceptions import ClientError

DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})


@pytest.fixture
def machines(aws: Callable[[str], Any]) -> Any:
    return aws("stepfunctions")


@pytest.fixture
def machine(machines: Any, role: str) -> str:
    made = machines.create_state_machine(name=f"m-{uuid4().hex[:8]}", roleArn=role, definition=DEFINITION)
    return str(made["stateMachineArn"])


def test_each_execution_without_a_name_is_another_one_named_by_a_uuid(machines: Any, machine: str) -> None:
    arns = {machines.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(3)}
    names = {execution["name"] for execution in machines.list_executions(stateMachineArn=machine)["executions"]}
    assert names == {arn.rsplit(":", 1)[1] for arn in arns}
    assert len({UUID(name) for name in names}) == 3


def test_a_chosen_name_is_kept_and_cannot_be_had_twice_with_another_input(machines: Any, machine: str) -> None:
    first = machines.start_execution(stateMachineArn=machine, name="nightly", input='{"day": 1}')
    assert first["executionArn"].endswith(":nightly")
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        machines.start_execution(stateMachineArn=machine, name="nightly", input='{"day": 2}')
