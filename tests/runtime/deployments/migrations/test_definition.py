"""The state machine as data; test_machine.py runs it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from runtime.deployments.migrations.definition import definition
from runtime.deployments.migrations.steps import STEPS
from tests.runtime.deployments.migrations.conftest import FUNCTION

MACHINE = definition(FUNCTION)
STATES: dict[str, dict[str, Any]] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def followers(state: dict[str, Any]) -> set[str]:
    following = {state["Next"]} if "Next" in state else set()
    following |= {choice["Next"] for choice in state.get("Choices", [])} | {state.get("Default", "")} - {""}
    return following | {catch["Next"] for catch in state.get("Catch", [])}


def test_every_state_is_reached_and_every_next_one_exists() -> None:
    reached, left = set(), {MACHINE["StartAt"]}
    while left:
        name = left.pop()
        reached.add(name)
        left |= followers(STATES[name]) - reached
    assert reached == set(STATES)


def test_every_step_of_the_function_is_called_and_no_other() -> None:
    assert {task["Parameters"]["Payload"]["step"] for task in TASKS.values()} == set(STEPS)


def test_every_task_ends_in_time_is_tried_again_and_is_caught() -> None:
    for name, task in TASKS.items():
        assert task["Resource"] == "arn:aws:states:::lambda:invoke", name
        assert task["Parameters"]["FunctionName"] == FUNCTION, name
        assert task["TimeoutSeconds"] < MACHINE["TimeoutSeconds"], name
        assert "CloudError" in task["Retry"][0]["ErrorEquals"], name
        assert [catch["ErrorEquals"] for catch in task["Catch"]] == [["States.ALL"]], name


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"Conclude", "Tidy"}))
def test_whatever_fails_is_concluded(name: str) -> None:
    assert [catch["Next"] for catch in TASKS[name]["Catch"]] == ["Conclude"]


def test_nothing_is_migrated_without_a_snapshot_and_nothing_is_good_without_a_look() -> None:
    assert {name for name, state in STATES.items() if "Migrate" in followers(state)} == {"Is the snapshot over"}
    assert {name for name, state in STATES.items() if "Verify" in followers(state)} == {"Is the migration over"}
    assert {name for name, state in STATES.items() if "Tidy" in followers(state)} == {"Verify"}


def test_it_is_json_and_has_only_paths_no_jsonata() -> None:
    text = json.dumps(MACHINE)
    assert len(text) < 1_000_000, "the quota of a definition"
    assert "QueryLanguage" not in text
    assert "{%" not in text


def test_the_definition_is_read_without_a_library() -> None:
    code = "import sys, runtime.deployments.migrations.definition; print(sorted({'boto3', 'psycopg', 'pydantic'} & set(sys.modules)))"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"
