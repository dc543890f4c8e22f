"""An ECS that runs a one-off task as a real process of this machine, with the environment that Fargate would give it."""

import contextlib
import json
import os
import signal
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.validate import ParamValidator

from runtime.common.clock import Clock

PATIENCE_SECONDS = 30


@dataclass
class Hands:
    """A clock that is moved by hand."""

    moment: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return self.moment.timestamp()

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, steady=self.seconds)


@dataclass
class Task:
    """A started task. One that `hangs` is looked at while it runs; of all others the end is waited for."""

    arn: str
    definition: str
    started_by: str
    process: subprocess.Popen[str]
    started: datetime | None
    hangs: bool
    stopped_because: str = ""
    written: bool = False

    def kill(self) -> None:
        """End the container with everything in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Ecs:
    """Definitions are moto's, tasks are processes. `refuses` makes RunTask start nothing, `stays_pending` never run."""

    client: Any
    secrets: Any
    logs: Any
    hands: Hands
    programs: Path
    log_group: str
    refuses: str = ""
    stays_pending: bool = False
    forgets_answer: bool = False
    serving: tuple[str, ...] = ()
    tasks: dict[str, Task] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def meta(self) -> Any:
        return self.client.meta

    def describe_task_definition(self, **params: Any) -> Any:
        return self.client.describe_task_definition(**params)

    def register_task_definition(self, **params: Any) -> Any:
        return self.client.register_task_definition(**params)

    def run_task(self, **params: Any) -> Any:
        self._check("RunTask", params)
        if self.refuses:
            return {"tasks": [], "failures": [{"reason": self.refuses}]}
        if params["clientToken"] not in self.tokens:
            self.tokens[params["clientToken"]] = self._start(params)
        if self.forgets_answer:
            raise TimeoutError("the function ended before RunTask answered")
        return {"tasks": [{"taskArn": self.tokens[params["clientToken"]]}], "failures": []}

    def describe_tasks(self, **params: Any) -> Any:
        self._check("DescribeTasks", params)
        known = [self._described(self.tasks[arn]) for arn in params["tasks"] if arn in self.tasks]
        others = [{"taskArn": arn, "taskDefinitionArn": arn} for arn in params["tasks"] if arn in self.serving]
        return {"tasks": [*known, *others]}

    def list_tasks(self, **params: Any) -> Any:
        self._check("ListTasks", params)
        running = [t.arn for t in self.tasks.values() if t.process.poll() is None]
        return {"taskArns": [arn for arn in running if self.tasks[arn].started_by == params["startedBy"]]}

    def stop_task(self, **params: Any) -> Any:
        self._check("StopTask", params)
        task = self.tasks[params["task"]]
        task.stopped_because = params["reason"]
        # SIGKILL after the stop timeout: the server is not told that its client is gone.
        task.kill()
        task.hangs = False

    def get_paginator(self, name: str) -> Any:
        assert name == "list_tasks"
        return self

    def paginate(self, **params: Any) -> Any:
        self._check("ListTasks", params)
        assert params["family"] == "jobr-test-application"
        return [{"taskArns": list(self.serving)}]

    def kill_all(self) -> None:
        for task in self.tasks.values():
            task.kill()

    def _check(self, operation: str, params: dict[str, Any]) -> None:
        shape = self.client.meta.service_model.operation_model(operation).input_shape
        report = ParamValidator().validate(params, shape)
        assert not report.has_errors(), report.generate_report()

    def _start(self, params: dict[str, Any]) -> str:
        assert params["launchType"] == "FARGATE"
        found = self.client.describe_task_definition(taskDefinition=params["taskDefinition"])["taskDefinition"]
        (container,) = found["containerDefinitions"]
        (override,) = params["overrides"]["containerOverrides"]
        assert override["name"] == container["name"]
        command = override["command"]
        process = subprocess.Popen(
            command,
            env=self._environment(container),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        arn = f"arn:aws:ecs:us-east-1:123456789012:task/jobr/{len(self.tasks):032x}"
        started = None if self.stays_pending else self.hands.now()
        hangs = self.stays_pending or any("pg_sleep" in word for word in command)
        self.tasks[arn] = Task(arn, params["taskDefinition"], params["startedBy"], process, started, hangs)
        return arn

    def _environment(self, container: dict[str, Any]) -> dict[str, str]:
        plain = {pair["name"]: pair["value"] for pair in container["environment"]}
        secrets = {}
        for secret in container["secrets"]:
            arn, _, key = secret["valueFrom"].removesuffix("::").rpartition(":")
            secrets[secret["name"]] = json.loads(self.secrets.get_secret_value(SecretId=arn)["SecretString"])[key]
        return {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}", **plain, **secrets}

    def _described(self, task: Task) -> dict[str, Any]:
        if not task.hangs:
            output, _ = task.process.communicate(timeout=PATIENCE_SECONDS) if not task.written else ("", "")
            self._log(task, output)
        code = task.process.poll()
        status = "STOPPED" if code is not None else ("PENDING" if self.stays_pending else "RUNNING")
        container = {"name": "app"} | ({"exitCode": 128 - code if code < 0 else code} if code is not None else {})
        described = {"taskArn": task.arn, "lastStatus": status, "containers": [container]}
        return described | ({"startedAt": task.started} if task.started else {})

    def _log(self, task: Task, output: str) -> None:
        if task.written:
            return
        task.written = True
        stream = f"migrations/app/{task.arn.rpartition('/')[2]}"
        self.logs.create_log_stream(logGroupName=self.log_group, logStreamName=stream)
        now = int(datetime.now(UTC).timestamp() * 1000)
        events = [{"timestamp": now + i, "message": line} for i, line in enumerate(output.splitlines()) if line]
        if events:
            self.logs.put_log_events(logGroupName=self.log_group, logStreamName=stream, logEvents=events)
