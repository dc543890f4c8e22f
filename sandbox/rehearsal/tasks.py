"""Tasks of a service as processes on this machine, each with an address of its own in its revision's target group."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runtime.common.logging import Redactor
from runtime.deployments.gate.application import read_environment
from sandbox.home import PROJECT
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.pace import Pace

# infra/application/load_balancer.py drains a target so long; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
# has the task deregistered, drained, then ended by SIGTERM.
DRAIN_SECONDS = 30.0
# Seconds between SIGTERM and SIGKILL, the container's stopTimeout; of the wall, as the end of a process on a busy machine is.
STOP_SECONDS = 30.0
# Beyond the databases' and below the load balancer's; the last byte of a task's address.
TASK_ADDRESSES = range(211, 241)
CONTAINER = "app"
LOG = "tasks.log"


def _none(image: str) -> Mapping[str, str]:
    del image
    return {}


@dataclass(frozen=True, eq=False)
class Task:
    """One process, and where it listens."""

    process: subprocess.Popen[bytes]
    address: str
    port: int

    @property
    def target(self) -> dict[str, Any]:
        """The same for the load balancer's API."""
        return {"Id": self.address, "Port": self.port}

    @property
    def name(self) -> str:
        """The same as text."""
        return f"{self.address}:{self.port}"


class Tasks:
    """Starts and stops the tasks of revisions. `group` is the ARN of a target group, `revision` that of a service revision.

    `extra` are variables that every task has beside its definition's own, and `of_image` those that an image brings, by its address.
    What the tasks print is in the home's tasks.log.
    """

    def __init__(
        self,
        account: Account,
        pace: Pace,
        extra: Mapping[str, str] | None = None,
        of_image: Callable[[str], Mapping[str, str]] = _none,
    ) -> None:
        self._account, self._pace = account, pace
        self._extra, self._of_image = dict(extra or {}), of_image
        self._lock = threading.Lock()
        self._running: dict[str, list[Task]] = {}
        self._all: list[Task] = []
        self.started = 0

    def start(self, revision: str, group: str, count: int) -> None:
        """Start tasks of the revision and register them, ready or not: the load balancer's check is what tells.

        A RehearsalError when a secret cannot be had, or when no address is free.
        """
        definition = self._account.revision(revision)["taskDefinition"]
        answer = self._account.client("ecs").describe_task_definition(taskDefinition=definition)
        container = next(one for one in answer["taskDefinition"]["containerDefinitions"] if one["name"] == CONTAINER)
        environment, port = self._environment(container), int(container["portMappings"][0]["containerPort"])
        for _ in range(count):
            with self._lock:
                task = self._start(environment, port)
                self._running.setdefault(revision, []).append(task)
            self._account.client("elbv2").register_targets(TargetGroupArn=group, Targets=[task.target])

    def replace_ended(self, revision: str, group: str) -> int:
        """Start a task for each that ended by itself, as ECS does; how many."""
        ended = [task for task in self._running.get(revision, []) if task.process.poll() is not None]
        if ended:
            self._forget(revision, ended)
            self._deregister(group, ended)
            self.start(revision, group, len(ended))
        return len(ended)

    def targets(self, revision: str) -> list[str]:
        """The revision's tasks that are not draining, as `address:port`, oldest first."""
        with self._lock:
            return [task.name for task in self._running.get(revision, [])]

    def running(self, revision: str) -> int:
        """How many of the revision's tasks run and are not draining."""
        with self._lock:
            return sum(task.process.poll() is None for task in self._running.get(revision, []))

    def drain(self, revision: str, group: str) -> None:
        """Take all tasks out of the target group, let the requests in flight end, then end the tasks."""
        self._drain(revision, group, self._running.get(revision, [])[:])

    def drain_one(self, revision: str, group: str) -> None:
        """The same with the oldest task."""
        self._drain(revision, group, self._running.get(revision, [])[:1])

    def drain_newest(self, revision: str, group: str) -> None:
        """The same with the newest task."""
        self._drain(revision, group, self._running.get(revision, [])[-1:])

    def end(self) -> None:
        """End every task: the rehearsal is over. What is registered stays so, as it does when a cloud goes."""
        with self._lock:
            tasks, self._all = self._all, []
            self._running.clear()
        _end(tasks)

    def _drain(self, revision: str, group: str, tasks: list[Task]) -> None:
        if not tasks:
            return
        self._forget(revision, tasks)
        self._deregister(group, tasks)
        self._pace.sleep(DRAIN_SECONDS)
        _end(tasks)

    def _forget(self, revision: str, tasks: list[Task]) -> None:
        with self._lock:
            self._running[revision] = [task for task in self._running.get(revision, []) if task not in tasks]

    def _deregister(self, group: str, tasks: list[Task]) -> None:
        targets = [task.target for task in tasks]
        self._account.client("elbv2").deregister_targets(TargetGroupArn=group, Targets=targets)

    def _environment(self, container: Mapping[str, Any]) -> dict[str, str]:
        read = read_environment(container, self._account.client("secretsmanager"), Redactor())
        if read.problems:
            raise RehearsalError(f"the task cannot start: {' '.join(problem.message for problem in read.problems)}")
        own = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        return {**own, **read.values, **self._extra, **self._of_image(str(container["image"]))}

    def _start(self, environment: Mapping[str, str], port: int) -> Task:
        address = self._free_address()
        self.started += 1
        with (self._account.home.root / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.rehearsal.application", address, str(port)],
                cwd=PROJECT,
                env=dict(environment),
                # It ends when this process does, however that comes.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        task = Task(process, address, port)
        self._all.append(task)
        return task

    def _free_address(self) -> str:
        """Each in turn, so that an address rests before it is another task's."""
        self._all = [task for task in self._all if task.process.poll() is None]
        used = {task.address for task in self._all}
        for step in range(len(TASK_ADDRESSES)):
            last = TASK_ADDRESSES[(self.started + step) % len(TASK_ADDRESSES)]
            address = f"{self._account.home.subnet}.{last}"
            if address not in used:
                return address
        raise RehearsalError(f"{len(TASK_ADDRESSES)} tasks run already, and there are no addresses for more")


def _end(tasks: list[Task]) -> None:
    for task in tasks:
        task.process.terminate()
        if task.process.stdin:
            task.process.stdin.close()
    for task in tasks:
        try:
            task.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            task.process.kill()
            task.process.wait()
