"""The migrations' state machine on the embedded cloud itself, its function in a process of its own.

tests/runtime/deployments/migrations runs all its ways in the same interpreter, with a database and tasks.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from runtime.deployments.migrations.definition import definition
from tests.sandbox.cloud.support import Functions

PROJECT = Path(__file__).resolve().parents[3]
SOURCE = "from runtime.deployments.migrations.handler import handle\n"
INPUT = {"revision": "1", "taskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/jobr:1"}


def execution(machines: Any, role: str, function: str) -> dict[str, Any]:
    """An execution around the function, at its end."""
    made = machines.create_state_machine(
        name=f"m-{uuid4().hex[:8]}", roleArn=role, definition=json.dumps(definition(function))
    )
    arn = machines.start_execution(stateMachineArn=made["stateMachineArn"], input=json.dumps(INPUT))["executionArn"]
    for _ in range(300):
        found: dict[str, Any] = machines.describe_execution(executionArn=arn)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.1)
    raise AssertionError("the state machine does not end")


def test_an_error_of_the_real_function_is_caught_by_its_own_name(
    aws: Callable[[str], Any], functions: Functions, role: str
) -> None:
    variables = {"PYTHONPATH": str(PROJECT), "PGSSLROOTCERT": __file__}
    arn = functions.make(SOURCE, Environment={"Variables": variables})
    found = execution(aws("stepfunctions"), role, arn)
    assert (found["status"], found["error"]) == ("FAILED", "SettingsError")
    assert "MIGRATIONS_SECRET_ARN is not set" in json.loads(found["cause"])["errorMessage"]


def test_a_function_that_says_what_the_steps_say_brings_the_machine_to_its_end(
    aws: Callable[[str], Any], functions: Functions, role: str
) -> None:
    # Nothing to wait for, so that no second of the interpreter's is spent.
    source = """
def handle(event, context):
    step, progress = event["step"], event["progress"]
    return {**progress, "phase": "check", "dryRun": False, "status": "DONE", "steps": [*progress.get("steps", []), step]}
"""
    found = execution(aws("stepfunctions"), role, functions.make(source))
    assert found["status"] == "SUCCEEDED"
    assert json.loads(found["output"])["steps"] == ["prepare"]
