"""Asks for deployments: by ECS's API, as a rolling deployment does, or by `pulumi up`, which may be killed in the middle."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from infra.releases.gate import ROLLING_HANDLER
from infra.releases.lifecycle import Judge
from infra.settings import DeploymentStrategy
from sandbox.rehearsal.conditions import Actions
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.functions import Invoker
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.releases import Image, Releases
from sandbox.rehearsal.scenarios import By, Scenario
from sandbox.rehearsal.stack import SETTINGS, Command, up

# Seconds of the wall that `pulumi up` may take until its deployment begins, or to end after it.
UP_SECONDS = 600.0
# Walks a deployment by its ARN to its end, and gives its status then.
Walk = Callable[[str], str]


class Asking:
    """Asks for the deployments of one scenario. `variables` are those of the functions."""

    def __init__(
        self,
        releases: Releases,
        invoker: Invoker,
        journal: Journal,
        actions: Actions,
        variables: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._releases, self._stack, self._invoker = releases, releases.stack, invoker
        self._journal, self._actions, self._variables = journal, actions, variables
        self._kill: Command | None = None

    def kill(self) -> None:
        """Kill the `pulumi up` that is to be killed, once."""
        if self._kill is not None:
            self._kill.kill()
            self._journal.note("`pulumi up` is killed")
            self._kill = None

    def deploy(self, image: Image, scenario: Scenario, walk: Walk) -> tuple[str, str, tuple[int, str] | None]:
        """Deploy the image as the scenario has it; the deployment's ARN, how it ended, and what `pulumi up` made of it."""
        if scenario.by is By.PULUMI:
            return self._by_pulumi(image, walk, killed=scenario.killed)
        strategy = DeploymentStrategy(scenario.configuration["strategy"])
        hooks = {"lifecycleHooks": self._releases.hooks(strategy)}
        configuration = {**self._stack.declared, "bakeTimeInMinutes": 0, **scenario.configuration, **hooks}
        if strategy is DeploymentStrategy.ROLLING:
            return self._rolling(image, configuration, walk)
        make = self._releases.create_anew if scenario.first else self._releases.deploy
        arn = make(image, configuration)
        return arn, walk(arn), None

    def _rolling(self, image: Image, configuration: Mapping[str, Any], walk: Walk) -> tuple[str, str, None]:
        """As infra declares it for ROLLING: the deployment itself asks the gate, then updates the service."""
        defined, stack = self._releases.define(image), self._stack
        gate = stack.functions[Judge.GATE]
        service = {"SERVICE_ARN": stack.described()["serviceArn"], "TASKS": SETTINGS["applicationTasks"]}
        with stack.handled_by(Judge.GATE, ROLLING_HANDLER, {**self._variables[Judge.GATE], **service}):
            self._invoker.forget(gate)
            reply = self._invoker.invoke(gate, {"taskDefinition": defined})
        if reply.failed:
            raise RehearsalError(f"the gate refused: {reply.payload.decode(errors='replace')}")
        self._journal.note("the gate lets the release pass")
        rolling = {
            name: value for name, value in configuration.items() if name not in {"bakeTimeInMinutes", "lifecycleHooks"}
        }
        arn = self._releases.deploy(image, rolling, defined=defined)
        return arn, walk(arn), None

    def _by_pulumi(self, image: Image, walk: Walk, *, killed: bool) -> tuple[str, str, tuple[int, str]]:
        """`pulumi up` with the image as its setting, while the deployment that it begins is walked."""
        home, before = self._stack.account.home, self._releases.newest()
        process = up(home, image.address)
        limit = time.monotonic() + UP_SECONDS
        while (arn := self._releases.newest()) == before:
            if process.poll() is not None or time.monotonic() > limit:
                process.kill()
                raise RehearsalError(f"`pulumi up` began no deployment:\n{process.text()}")
            time.sleep(0.5)
        self._journal.note("`pulumi up` updated the service")
        self._kill = process if killed else None
        status = walk(arn)
        code = process.wait(UP_SECONDS)
        if killed:
            process = self._again(image, arn)
            code = process.wait(UP_SECONDS)
        return arn, status, (code, process.text())

    def _again(self, image: Image, arn: str) -> Command:
        """The next `pulumi up` after a killed one."""
        weights = self._actions.weights()
        process = up(self._stack.account.home, image.address)
        process.wait(UP_SECONDS)
        self._journal.note("the next `pulumi up` ended")
        if self._releases.newest() != arn:
            self._actions.misses.append("the next `pulumi up` began another deployment")
        if self._actions.weights() != weights:
            self._actions.misses.append("the next `pulumi up` moved traffic")
        return process
