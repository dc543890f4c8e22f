"""The service's own hook functions, called as ECS calls them: events, answers and callbacks of docs/deployment-stages.toml."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sandbox.rehearsal.deployment import Deployment
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.functions import Invoker, Reply
from sandbox.rehearsal.pace import Pace

DEFAULT_DELAY = 30.0
DEFAULT_TIMEOUT_MINUTES = 1440
MINUTE = 60.0
# Seconds between two looks at whether the deployment was stopped while a hook waits.
LOOK_SECONDS = 5.0
STATUSES = frozenset({"SUCCEEDED", "FAILED", "IN_PROGRESS"})


class Fault(StrEnum):
    """What goes wrong with a function, whatever it would answer."""

    CRASHES = "crashes"
    HANGS = "hangs"
    NONSENSE = "nonsense"
    TWICE = "twice"


@dataclass(frozen=True)
class Said:
    """What a hook came to: `failure` is why the deployment goes back, None when it goes on."""

    function: str
    failure: str | None
    calls: int

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.rpartition(":")[2]


def event(
    deployment: Deployment, stage: str, *, production: Mapping[str, float], test: Mapping[str, float]
) -> dict[str, Any]:
    """The event of a stage, without the hook's own details."""
    return {
        "executionId": str(uuid4()),
        "lifecycleStage": stage,
        "resourceArn": deployment.arn,
        "executionDetails": {
            "serviceArn": deployment.service,
            "targetServiceRevisionArn": deployment.green.revision,
            "testTrafficWeights": dict(test),
            "productionTrafficWeights": dict(production),
        },
    }


@dataclass
class Hooks:
    """Calls hooks. `faults` are what happens to functions, by the last part of their names."""

    invoker: Invoker
    pace: Pace
    faults: Mapping[str, Fault] = field(default_factory=dict)
    differed: list[str] = field(default_factory=list)

    def call(
        self, declared: Sequence[Mapping[str, Any]], sent: Mapping[str, Any], goes_on: Callable[[], bool]
    ) -> list[Said]:
        """Call the hooks of the event's stage side by side, until each is done or `goes_on` says no."""
        hooks = [hook for hook in declared if sent["lifecycleStage"] in hook["lifecycleStages"]]
        if any(hook.get("targetType") == "PAUSE" for hook in hooks):
            raise RehearsalError(f"the service pauses at {sent['lifecycleStage']}, where nobody would go on")
        if not hooks:
            return []
        with ThreadPoolExecutor(len(hooks)) as pool:
            return list(pool.map(lambda hook: self._run(hook, sent, goes_on), hooks))

    def _run(self, hook: Mapping[str, Any], sent: Mapping[str, Any], goes_on: Callable[[], bool]) -> Said:
        function, details = str(hook["hookTargetArn"]), dict(hook.get("hookDetails") or {})
        timeout = hook.get("timeoutConfiguration", {})
        end = self.pace.clock.steady() + timeout.get("timeoutInMinutes", DEFAULT_TIMEOUT_MINUTES) * MINUTE
        calls = 0
        while goes_on():
            calls += 1
            reply = self._invoke(function, {**sent, "hookDetails": details})
            status, read = _read(reply.payload)
            if reply.failed or status is None:
                return Said(function, f"answered {reply.payload.decode(errors='replace')[:300]}", calls)
            if status != "IN_PROGRESS":
                return Said(
                    function, f"failed: {read.get('reason', 'no reason')}" if status == "FAILED" else None, calls
                )
            if self.pace.clock.steady() >= end:
                forgiven = timeout.get("action") == "CONTINUE"
                return Said(function, None if forgiven else "was not done when its time was over", calls)
            details = {**details, **(read.get("hookDetails") or {})}
            self.pace.wait(float(read.get("callBackDelay", DEFAULT_DELAY)), lambda: not goes_on(), LOOK_SECONDS)
        return Said(function, "was not waited for: the deployment was stopped", calls)

    def _invoke(self, function: str, sent: Mapping[str, Any]) -> Reply:
        fault = next((fault for name, fault in self.faults.items() if f"-{name}" in function), None)
        match fault:
            case Fault.NONSENSE:
                return Reply(b'{"hookStatus": "PERHAPS"}')
            case Fault.TWICE:
                return self._twice(function, sent)
            case _:
                return self.invoker.invoke(function, sent, hang=fault is Fault.HANGS, crash=fault is Fault.CRASHES)

    def _twice(self, function: str, sent: Mapping[str, Any]) -> Reply:
        """Two calls at the same time; whether they came to different ends is remembered."""
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda _: self.invoker.invoke(function, sent), range(2))
        statuses = {_read(reply.payload)[0] for reply in (first, second)}
        if len(statuses) > 1:
            self.differed.append(f"{sent['lifecycleStage']}: {first.payload!r} and {second.payload!r}")
        return first


def _read(payload: bytes) -> tuple[str | None, dict[str, Any]]:
    """The status and the answer; None for what ECS does not understand."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return None, {}
    if not isinstance(answer, dict) or answer.get("hookStatus") not in STATUSES:
        return None, {}
    if not isinstance(answer.get("callBackDelay", DEFAULT_DELAY), int | float):
        return None, {}
    return answer["hookStatus"], answer
