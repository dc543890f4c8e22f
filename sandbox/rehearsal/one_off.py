"""Fargate for one-off tasks: each task of RunTask in a walked cluster becomes a process of this machine.

A task runs by the wall's clock, not by the rehearsal's: the state machine that waits for it, and the function that stops it when it is
late, are the embedded cloud's, and their time is the wall's.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from runtime.common.logging import Redactor
from runtime.deployments.gate.application import read_environment
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.one_off_process import Output, Process

# Seconds between two looks at the cluster; ECS itself takes longer to tell Fargate.
LOOK_SECONDS = 0.5
# DescribeTasks, "tasks".
TASKS_AT_ONCE = 100
# Seconds in which whoever looks and whoever reports has ended after the processes have.
END_SECONDS = 60.0
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
NO_SECRETS = "ResourceInitializationError: unable to pull secrets or registry auth"
NO_COMMAND = "CannotStartContainerError"
EXITED = "Essential container in task exited"


class OneOff:
    """Runs the one-off tasks of a cluster from `start` to `end`.

    `environment` is what every image would bring, and `of_image` what one brings by its address: both give way to the variables of the task definition. A process gets nothing else of
    this one's environment. `started` counts the processes, `failures` are what ended the looking or a report.
    """

    def __init__(
        self,
        account: Account,
        cluster: str,
        environment: Mapping[str, str] | None = None,
        of_image: Callable[[str], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._account = account
        self._cluster = cluster
        self._image, self._of_image = dict(environment or {}), of_image
        self._running: dict[str, Process] = {}
        self._reporters: list[threading.Thread] = []
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look_until_over, name="one-off tasks", daemon=True)
        self.failures: list[Exception] = []
        self.started = 0

    def start(self) -> None:
        """Begin to look for tasks."""
        self._looking.start()

    def end(self) -> None:
        """End all processes and the looking. A RehearsalError when something could not be told to the account meanwhile."""
        self._over.set()
        if self._looking.is_alive():
            self._looking.join(END_SECONDS)
        for process in self._running.values():
            process.kill()
        for reporter in self._reporters:
            reporter.join(END_SECONDS)
        if self.failures:
            raise RehearsalError(f"a one-off task could not be run to its end: {self.failures[0]}")

    def _look_until_over(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                self._look()
            except (BotoCoreError, ClientError, RehearsalError, OSError) as error:
                self.failures.append(error)
                return

    def _look(self) -> None:
        for task in self._tasks():
            arn = task["taskArn"]
            if task["lastStatus"] == "STOPPED":
                continue
            if task["desiredStatus"] == "STOPPED":
                if arn in self._running:
                    self._running[arn].stop()
                else:
                    self._report(arn, lastStatus="STOPPED", stoppedAt=_now())
            elif task["lastStatus"] == "PROVISIONING" and arn not in self._running:
                self._begin(task)

    def _tasks(self) -> list[dict[str, Any]]:
        """Those that are to run, and those that are to stop, stopped ones among them."""
        ecs = self._account.client("ecs")
        wanted = ("RUNNING", "STOPPED")
        arns = [arn for one in wanted for arn in ecs.list_tasks(cluster=self._cluster, desiredStatus=one)["taskArns"]]
        parts = [arns[first : first + TASKS_AT_ONCE] for first in range(0, len(arns), TASKS_AT_ONCE)]
        return [task for part in parts for task in ecs.describe_tasks(cluster=self._cluster, tasks=part)["tasks"]]

    def _begin(self, task: Mapping[str, Any]) -> None:
        arn, ecs = task["taskArn"], self._account.client("ecs")
        found = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
        container = found["containerDefinitions"][0]
        read = read_environment(container, self._account.client("secretsmanager"), Redactor())
        if read.problems:
            self._fail(arn, f"{NO_SECRETS}: {read.problems[0].message}")
            return
        override = _override(task, container["name"])
        variables = {pair["name"]: pair["value"] for pair in override.get("environment", [])}
        command = override.get("command") or container.get("command") or []
        output = Output(self._account.client("logs"), _log_options(container), container["name"], arn)
        try:
            process = Process(
                [*container.get("entryPoint", []), *command],
                {**self._image, **self._of_image(str(container["image"])), **read.values, **variables},
                container,
            )
        except OSError as error:
            self._fail(arn, f"{NO_COMMAND}: {error}")
            return
        self._running[arn] = process
        self.started += 1
        reporter = threading.Thread(target=self._follow, args=(arn, container, process, output), daemon=True)
        self._reporters.append(reporter)
        reporter.start()

    def _follow(self, arn: str, container: Mapping[str, Any], process: Process, output: Output) -> None:
        """Say that the task runs, and that it has stopped when every line is in the log."""
        try:
            self._report(arn, lastStatus="RUNNING", startedAt=_now(), containers=[_told(container, "RUNNING")])
            code = process.wait(output)
            ended = [_told(container, "STOPPED", exitCode=code)]
            stopped = self._account.client("ecs").describe_tasks(cluster=self._cluster, tasks=[arn])["tasks"][0]
            asked = stopped["desiredStatus"] == "STOPPED"
            why = {} if asked else {"stopCode": "EssentialContainerExited", "stoppedReason": EXITED}
            times = {"executionStoppedAt": _now(), "stoppedAt": _now()}
            self._report(arn, lastStatus="STOPPED", desiredStatus="STOPPED", containers=ended, **why, **times)
        except (BotoCoreError, ClientError, RehearsalError, OSError) as error:
            self.failures.append(error)
            process.kill()

    def _fail(self, arn: str, reason: str) -> None:
        why = {"stopCode": "TaskFailedToStart", "stoppedReason": reason}
        self._report(arn, lastStatus="STOPPED", desiredStatus="STOPPED", stoppedAt=_now(), **why)

    def _report(self, arn: str, **members: Any) -> None:
        request = urllib.request.Request(  # noqa: S310  # the home's own https endpoint
            f"{self._account.home.endpoint}/sandbox/tasks",
            json.dumps({"taskArn": arn, **members}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, context=self._account.tls, timeout=30):  # noqa: S310  # as above
                pass
        except urllib.error.HTTPError as error:
            raise RehearsalError(f"{arn}: {json.load(error)['message']}") from error


def _override(task: Mapping[str, Any], name: str) -> dict[str, Any]:
    overrides = task.get("overrides", {}).get("containerOverrides", [])
    return next((dict(override) for override in overrides if override.get("name") == name), {})


def _log_options(container: Mapping[str, Any]) -> dict[str, str]:
    configuration = container.get("logConfiguration", {})
    return dict(configuration.get("options", {})) if configuration.get("logDriver") == "awslogs" else {}


def _told(container: Mapping[str, Any], status: str, **members: Any) -> dict[str, Any]:
    return {"name": container["name"], "lastStatus": status, **members}


def _now() -> str:
    return datetime.now(UTC).isoformat()
