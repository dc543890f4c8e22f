"""A warm environment of a function: it answers invocation after invocation, on the clock that it is told."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.home import PROJECT
from sandbox.rehearsal.pace import Pace

PACE = Pace(datetime(2031, 1, 1, tzinfo=UTC), 0.0, 5.0)
HANDLERS = {
    "gate": "runtime.deployments.gate.handler.handle",
    "smoke": "runtime.deployments.smoke.handler.handle",
    "traffic": "runtime.deployments.traffic.handler.handle",
    "watch": "runtime.deployments.watch.handler.handle",
    "rolling": "runtime.deployments.rolling.handler.handle",
}


def answers(handler: str, *events: Any) -> tuple[list[dict[str, Any]], str]:
    """What it answers to these events in one process, and what the function wrote."""
    asked = "".join(json.dumps({"event": event, "seconds": 30, "pace": PACE.tell()}) + "\n" for event in events)
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.rehearsal.function_host", handler],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"},
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.mark.parametrize("name", ["gate", "smoke", "traffic"])
def test_a_hook_answers_by_its_door_again_and_again(name: str) -> None:
    found, _ = answers(HANDLERS[name], {}, {})
    assert [one["failed"] for one in found] == [False, False]
    assert {one["payload"]["hookStatus"] for one in found} == {"FAILED"}
    assert "no event of an ECS lifecycle hook" in found[0]["payload"]["reason"]


@pytest.mark.parametrize(("name", "event"), [("watch", {}), ("rolling", {"taskDefinition": "d"})])
def test_a_function_that_raises_has_failed_as_lambda_says_it(name: str, event: Any) -> None:
    (found,), written = answers(HANDLERS[name], event)
    assert found["failed"]
    assert found["payload"]["errorType"] == "SettingsError"
    assert "ARTIFACTS_BUCKET is not set" in found["payload"]["errorMessage"]
    assert "Traceback" in written


def test_the_function_has_the_rehearsals_clock() -> None:
    _, written = answers(HANDLERS["gate"], {})
    (line,) = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert str(next(value for value in line.values() if str(value).startswith("20"))) >= "2031"
