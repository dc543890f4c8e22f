"""Hooks are called as docs/deployment-stages.toml says that ECS calls them, and their answers read as it says."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.rehearsal.deployment import Colour, Deployment
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.functions import Reply
from sandbox.rehearsal.hooks import Fault, Hooks, event
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.pace import Pace
from tools.documents.stages import event as documented
from tools.documents.stages import facts

TABLE = facts()
EXAMPLE = TABLE["example"]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:jobr-production-deployment-smoke"
HOOK = {"hookTargetArn": FUNCTION, "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}
SENT = {"lifecycleStage": "POST_TEST_TRAFFIC_SHIFT"}


class Said:
    """A function that gives these answers in turn, and remembers what it was asked."""

    def __init__(self, *replies: Any) -> None:
        self._replies = [one if isinstance(one, Reply) else Reply(json.dumps(one).encode()) for one in replies]
        self._lock = threading.Lock()
        self.asked: list[Mapping[str, Any]] = []

    def warm(self, arn: str) -> None:
        raise AssertionError(arn)

    forget = warm

    def end(self) -> None:
        raise AssertionError

    def invoke(self, arn: str, event: Mapping[str, Any], *, hang: bool = False, crash: bool = False) -> Reply:
        assert arn == FUNCTION
        assert not hang
        assert not crash
        with self._lock:
            self.asked.append(event)
            return self._replies[min(len(self.asked), len(self._replies)) - 1]


def hooks(said: Said, faults: Mapping[str, Fault] | None = None) -> Hooks:
    return Hooks(said, Pace.of(1000), faults or {})


def failure(*replies: Any, hook: Mapping[str, Any] | None = None) -> str | None:
    (one,) = hooks(Said(*replies)).call([hook or HOOK], SENT, lambda: True)
    return one.failure


def deployment() -> Deployment:
    pace = Pace.of(1)
    return Deployment(
        account=None,  # type: ignore[arg-type]  # an event is made of names alone
        pace=pace,
        journal=Journal(pace.clock.now),
        tell=lambda _name, _reason: None,
        arn=EXAMPLE["deployment"],
        service=EXAMPLE["service"],
        green=Colour(EXAMPLE["green"], "green"),
        blue=Colour(EXAMPLE["blue"], "blue"),
        tasks=2,
        configuration={},
        rules={},
        alarms=frozenset(),
    )


@pytest.mark.parametrize("name", [name for name, one in TABLE["payloads"].items() if "details" not in one])
def test_an_event_is_the_documented_one(name: str) -> None:
    wanted = documented(TABLE, name)
    details = wanted["executionDetails"]
    made = event(
        deployment(),
        wanted["lifecycleStage"],
        production=details["productionTrafficWeights"],
        test=details["testTrafficWeights"],
    )
    assert made | {"executionId": wanted["executionId"]} == wanted


@pytest.mark.parametrize(("share", "wanted"), [(0.0, [0.0, 100.0]), (25.0, [25.0, 75.0]), (100.0, [100.0, 0.0])])
def test_weights_are_percents_of_both_revisions(share: float, wanted: list[float]) -> None:
    assert list(deployment().weights(share).values()) == wanted


def test_success_goes_on() -> None:
    assert failure({"hookStatus": "SUCCEEDED"}) is None


@pytest.mark.parametrize(
    "reply",
    [
        {"hookStatus": "FAILED", "reason": "it is bad"},
        {"hookStatus": "PERHAPS"},
        {},
        [],
        Reply(b"no JSON"),
        Reply(b'{"errorType": "ValueError"}', failed=True),
        {"hookStatus": "IN_PROGRESS", "callBackDelay": "soon"},
    ],
)
def test_all_else_goes_back(reply: Any) -> None:
    assert failure(reply) is not None


def test_one_that_is_in_progress_is_called_again_with_its_own_details() -> None:
    said = Said(
        {"hookStatus": "IN_PROGRESS", "callBackDelay": 5, "hookDetails": {"looked": 1}}, {"hookStatus": "SUCCEEDED"}
    )
    hook = {**HOOK, "hookDetails": {"own": True}}
    (one,) = hooks(said).call([hook], SENT, lambda: True)
    assert (one.failure, one.calls) == (None, 2)
    assert [asked["hookDetails"] for asked in said.asked] == [{"own": True}, {"own": True, "looked": 1}]


@pytest.mark.parametrize(("action", "goes_on"), [("ROLLBACK", False), ("CONTINUE", True)])
def test_one_that_is_never_done_ends_with_its_timeout(action: str, goes_on: bool) -> None:
    hook = {**HOOK, "timeoutConfiguration": {"timeoutInMinutes": 1, "action": action}}
    assert (failure({"hookStatus": "IN_PROGRESS"}, hook=hook) is None) is goes_on


def test_a_hook_of_another_stage_is_not_called() -> None:
    said = Said({"hookStatus": "FAILED"})
    assert hooks(said).call([HOOK], {"lifecycleStage": "PRE_SCALE_UP"}, lambda: True) == []
    assert said.asked == []


def test_nobody_is_asked_any_more_once_the_deployment_was_stopped() -> None:
    (one,) = hooks(Said({"hookStatus": "IN_PROGRESS"})).call([HOOK], SENT, lambda: False)
    assert one.calls == 0
    assert one.failure is not None


def test_a_pause_is_refused_as_nobody_would_go_on() -> None:
    pause = {"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}
    with pytest.raises(RehearsalError, match="pauses at POST_TEST_TRAFFIC_SHIFT"):
        hooks(Said()).call([pause], SENT, lambda: True)


def test_a_function_that_runs_twice_must_say_the_same() -> None:
    same, others = Said({"hookStatus": "SUCCEEDED"}), Said({"hookStatus": "SUCCEEDED"}, {"hookStatus": "FAILED"})
    for said, differed in ((same, 0), (others, 1)):
        called = hooks(said, {"deployment-smoke": Fault.TWICE})
        called.call([HOOK], SENT, lambda: True)
        assert len(said.asked) == 2
        assert len(called.differed) == differed


def test_nonsense_is_what_ecs_does_not_understand() -> None:
    (one,) = hooks(Said(), {"deployment-smoke": Fault.NONSENSE}).call([HOOK], SENT, lambda: True)
    assert "PERHAPS" in str(one.failure)
