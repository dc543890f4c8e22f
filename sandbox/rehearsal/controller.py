"""ECS's part in a deployment: walks the stages, starts and stops tasks, moves weights, calls hooks, and goes back.

What it does at each stage is what docs/deployment-stages.toml says; the deployment that the embedded ECS keeps shows where it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.rehearsal import rolling
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.deployment import EVERYTHING, Deployment, GoBackError, StoppedError, Tell
from sandbox.rehearsal.fleet import Fleet
from sandbox.rehearsal.hooks import Hooks, event
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.plan import Step, steps

# Seconds between two looks while a stage bakes.
CHECK_SECONDS = 5.0
_PRODUCTION_SHIFTS = frozenset({"PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"})
_TEST_SHIFT = "TEST_TRAFFIC_SHIFT"


@dataclass(frozen=True)
class Controller:
    """Walks one deployment of a service at a time. `table` is docs/deployment-stages.toml; `at` is told of each stage that begins."""

    account: Account
    fleet: Fleet
    pace: Pace
    table: Mapping[str, Any]
    journal: Journal
    hooks: Hooks
    tell: Tell
    at: Callable[[str], None]

    def walk(self, arn: str) -> str:
        """Walk a PENDING deployment to its end; its status then."""
        deployment = Deployment.of(self.account, self.pace, self.journal, self.tell, arn)
        self.journal.begin()
        deployment.begin()
        if deployment.configuration.get("strategy", "ROLLING") == "ROLLING":
            return rolling.walk(deployment, self.fleet, self.at)
        return _Walk(self, deployment).run()


class _Walk:
    """One deployment with a green beside its blue."""

    def __init__(self, controller: Controller, deployment: Deployment) -> None:
        self._deployment = deployment
        self._fleet, self._pace, self._journal = controller.fleet, controller.pace, controller.journal
        self._table, self._at, self._hooks = controller.table, controller.at, controller.hooks
        self._share = 0.0
        self._tested = False

    def run(self) -> str:
        deployment = self._deployment
        try:
            for step in steps(self._table, deployment.configuration, first=deployment.blue is None):
                self._walk(step)
        except StoppedError:
            return deployment.end("STOPPED", "stopped without going back")
        except GoBackError as reason:
            return self._go_back(str(reason))
        return deployment.end("SUCCESSFUL", "green is the production revision")

    def _walk(self, step: Step) -> None:
        deployment = self._deployment
        if self._table["stages"][step.stage]["reported"]:
            deployment.change(lifecycleStage=step.stage)
        self._journal.note(f"{step.stage} begins", step.stage)
        self._at(step.stage)
        deployment.check()
        match step.stage:
            case "SCALE_UP":
                self._fleet.scale_up(deployment)
            case "TEST_TRAFFIC_SHIFT":
                deployment.shift("testListenerRule", EVERYTHING)
                self._tested = True
            case "PRODUCTION_TRAFFIC_SHIFT":
                deployment.move(step.after)
                self._share = step.after
            case "CLEAN_UP" if deployment.blue:
                self._fleet.drain(deployment.blue)
        self._call(step.stage, step.after)
        if step.bake:
            self._journal.note(f"bakes for {step.bake / 60:g} minutes")
            self._pace.wait(step.bake, self._never, CHECK_SECONDS)

    def _call(self, stage: str, share: float, *, back: bool = False) -> None:
        """Call the stage's hooks. A GoBackError when one of them fails."""
        deployment = self._deployment
        production = deployment.weights(share) if stage in _PRODUCTION_SHIFTS else {}
        test = deployment.weights(0.0 if back else EVERYTHING) if stage == _TEST_SHIFT else {}
        sent = event(deployment, stage, production=production, test=test)
        declared = deployment.configuration.get("lifecycleHooks", [])
        said = self._hooks.call(declared, sent, deployment.is_under_way)
        for one in said:
            what = one.failure or "succeeded"
            self._journal.note(f"{one.name} {what} ({one.calls} call{'s' if one.calls > 1 else ''})")
        if not back:
            deployment.check()
        if any(one.failure for one in said):
            example = str(self._table["rollbacks"]["hook-failed"]["reason"])
            raise GoBackError(example.replace("PRE_SCALE_UP", stage))

    def _go_back(self, reason: str) -> str:
        """The way back: weights first, their hooks after each, then green's end."""
        deployment = self._deployment
        deployment.go_back(reason)
        failure = None if deployment.blue else "No rollback candidate was found to run the rollback."
        if deployment.blue:
            try:
                self._undo()
            except GoBackError as error:
                failure = str(error)
        self._fleet.drain(deployment.green)
        if failure:
            return deployment.end("ROLLBACK_FAILED", failure)
        return deployment.end("ROLLBACK_SUCCESSFUL", reason)

    def _undo(self) -> None:
        deployment = self._deployment
        if self._share:
            deployment.move(0.0)
            self._call("PRODUCTION_TRAFFIC_SHIFT", 0.0, back=True)
        if self._tested:
            deployment.shift("testListenerRule", 0.0)
            self._call(_TEST_SHIFT, 0.0, back=True)

    def _never(self) -> bool:
        self._deployment.check()
        return False
