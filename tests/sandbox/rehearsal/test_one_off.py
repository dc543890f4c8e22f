"""One-off tasks as processes: what they are given, what is told of them, and how they end."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psutil
import pytest

from sandbox.cloud import control
from sandbox.cloud.extensions.service_deployments import WALKED
from sandbox.home import PROJECT, Home
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.one_off import OneOff

MISSING = "arn:aws:secretsmanager:us-east-1:123456789012:secret:nobody-made-it-AbCdEf"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    home = Home(tmp_path_factory.mktemp("one-off"))
    control.start(home)
    yield Account(home)
    control.stop(home)


@dataclass
class Stage:
    """A walked cluster, the log group of its tasks, and whoever runs them."""

    account: Account
    name: str
    subnet: str
    fargate: OneOff

    @property
    def ecs(self) -> Any:
        return self.account.client("ecs")

    def run(self, *command: str, cluster: str | None = None, override: Any = None, **container: Any) -> str:
        """Start a task whose command is the override's; its ARN."""
        options = {"awslogs-group": self.name, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "migrations"}
        declared = {
            "name": "app",
            "image": "app:1",
            "memory": 512,
            "command": ["a-server-that-nobody-has"],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **container,
        }
        made = self.ecs.register_task_definition(
            family=self.name, networkMode="awsvpc", cpu="256", memory="1024", containerDefinitions=[declared]
        )
        answer = self.ecs.run_task(
            cluster=cluster or self.name,
            taskDefinition=made["taskDefinition"]["taskDefinitionArn"],
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [self.subnet], "securityGroups": []}},
            overrides={"containerOverrides": [{"name": "app", "command": list(command), **(override or {})}]},
        )
        return str(answer["tasks"][0]["taskArn"])

    def look(self, arn: str, cluster: str | None = None) -> dict[str, Any]:
        task: dict[str, Any] = self.ecs.describe_tasks(cluster=cluster or self.name, tasks=[arn])["tasks"][0]
        return task

    def wait(self, arn: str, status: str = "STOPPED") -> dict[str, Any]:
        """The task, when it has come to the status."""
        eventually(lambda: self.look(arn)["lastStatus"] == status)
        return self.look(arn)

    def said(self, arn: str) -> list[str]:
        """The lines in the stream that awslogs gives it."""
        stream = f"migrations/app/{arn.rpartition('/')[2]}"
        logs = self.account.client("logs")
        try:
            answer = logs.get_log_events(logGroupName=self.name, logStreamName=stream, startFromHead=True)
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in answer["events"]]


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it does not come to that")


@pytest.fixture
def make(account: Account) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def stage(environment: dict[str, str] | None = None) -> Stage:
        name, ec2 = f"one-{uuid4().hex[:8]}", account.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        account.client("ecs").create_cluster(clusterName=name, tags=[{"key": WALKED, "value": "yes"}])
        account.client("logs").create_log_group(logGroupName=name)
        made.append(Stage(account, name, subnet, OneOff(account, name, environment)))
        return made[-1]

    yield stage
    for one in made:
        one.fargate.end()


@pytest.fixture
def stage(make: Callable[..., Stage]) -> Stage:
    made = make({"IMAGE": "the image's", "BOTH": "the image's"})
    made.fargate.start()
    return made


def python(source: str) -> list[str]:
    return ["python", "-c", source]


PRINT_ENVIRONMENT = python("import json, os, sys; print(json.dumps([dict(os.environ), os.getcwd(), sys.executable]))")
IGNORES_SIGTERM = python(
    "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: print('not now', flush=True))\n"
    "print('ready', flush=True)\nwhile True: time.sleep(0.05)"
)


def test_a_task_runs_its_override_in_the_project_and_ends_with_its_code(stage: Stage) -> None:
    good, bad = stage.run(*python("print('done')")), stage.run(*python("import sys; sys.exit('no such table')"))
    ended = stage.wait(good)
    assert [container["exitCode"] for container in ended["containers"]] == [0]
    assert (ended["desiredStatus"], ended["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert ended["createdAt"] <= ended["startedAt"] <= ended["stoppedAt"]
    assert stage.wait(bad)["containers"][0]["exitCode"] == 1
    assert (stage.said(good), stage.said(bad)) == (["done"], ["no such table"])
    assert stage.fargate.started == 2


def test_a_task_has_the_definition_s_environment_with_its_secrets_and_nothing_of_this_process(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THIS_PROCESS", "yes")
    values = json.dumps({"url": "postgresql://x:secret@y", "other": "not this"})
    name = uuid4().hex
    secret = stage.account.client("secretsmanager").create_secret(Name=name, SecretString=values)["ARN"]
    plain = [{"name": "PLAIN", "value": "plain"}, {"name": "BOTH", "value": "the definition's"}]
    arn = stage.run(
        *PRINT_ENVIRONMENT,
        environment=[*plain, {"name": "THIRD", "value": "the definition's"}],
        secrets=[{"name": "DATABASE_URL", "valueFrom": f"{secret}:url::"}],
        override={"environment": [{"name": "THIRD", "value": "RunTask's"}]},
    )
    stage.wait(arn)
    environment, folder, interpreter = json.loads("".join(stage.said(arn)))
    assert environment["DATABASE_URL"] == "postgresql://x:secret@y"
    assert {environment[name] for name in ("IMAGE", "BOTH", "PLAIN", "THIRD")} == {
        "the image's",
        "the definition's",
        "plain",
        "RunTask's",
    }
    assert "OF_THIS_PROCESS" not in environment
    assert (folder, interpreter) == (str(PROJECT), sys.executable)


def test_a_task_whose_secret_is_missing_never_runs_and_says_so(stage: Stage) -> None:
    found = stage.wait(stage.run("true", secrets=[{"name": "API_KEY", "valueFrom": f"{MISSING}:key::"}]))
    assert found["stopCode"] == "TaskFailedToStart"
    assert "unable to pull secrets" in found["stoppedReason"]
    assert "API_KEY" in found["stoppedReason"]
    assert "exitCode" not in found["containers"][0]
    assert "startedAt" not in found


def test_a_task_whose_program_does_not_exist_never_runs_and_says_so(stage: Stage) -> None:
    found = stage.wait(stage.run("no-such-program"))
    assert found["stopCode"] == "TaskFailedToStart"
    assert "no-such-program" in found["stoppedReason"]
    assert "exitCode" not in found["containers"][0]


def test_a_task_that_is_stopped_ends_by_sigterm_and_keeps_the_reason(stage: Stage) -> None:
    arn = stage.run(*python("import time; print('ready', flush=True); time.sleep(600)"))
    eventually(lambda: stage.said(arn) == ["ready"])
    assert stage.look(arn)["lastStatus"] == "RUNNING"
    stage.ecs.stop_task(cluster=stage.name, task=arn, reason="it ran longer than 30 s")
    found = stage.wait(arn)
    assert found["containers"][0]["exitCode"] == 143
    assert (found["stopCode"], found["stoppedReason"]) == ("UserInitiated", "it ran longer than 30 s")


def test_a_task_that_ignores_sigterm_is_killed_when_its_stop_timeout_is_over(stage: Stage) -> None:
    arn = stage.run(*IGNORES_SIGTERM, stopTimeout=2)
    eventually(lambda: stage.said(arn) == ["ready"])
    stage.ecs.stop_task(cluster=stage.name, task=arn)
    assert stage.wait(arn)["containers"][0]["exitCode"] == 137
    assert stage.said(arn) == ["ready", "not now"]


def test_what_a_command_leaves_behind_ends_with_it(stage: Stage) -> None:
    arn = stage.run("sh", "-c", "sleep 600 >/dev/null & echo $!")
    stage.wait(arn)
    (process,) = stage.said(arn)
    assert not _runs(int(process))


def test_a_task_that_is_stopped_before_it_was_begun_never_runs(make: Callable[..., Stage]) -> None:
    stage = make()
    arn = stage.run(*python("print('ran')"))
    stage.ecs.stop_task(cluster=stage.name, task=arn, reason="nobody wants it")
    stage.fargate.start()
    found = stage.wait(arn)
    assert (found["stoppedReason"], stage.fargate.started) == ("nobody wants it", 0)
    assert "exitCode" not in found["containers"][0]


def test_tasks_of_other_clusters_are_left_alone(stage: Stage, make: Callable[..., Stage]) -> None:
    other = make()
    theirs = stage.run("true", cluster=other.name)
    stage.wait(stage.run("true"))
    assert stage.look(theirs, other.name)["lastStatus"] == "PROVISIONING"


def test_the_end_ends_every_process_and_tells_the_account(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.fargate.start()
    arn = stage.run(*IGNORES_SIGTERM)
    eventually(lambda: stage.said(arn) == ["ready"])
    stage.fargate.end()
    assert stage.look(arn)["lastStatus"] == "STOPPED"
    assert stage.look(arn)["containers"][0]["exitCode"] == 137


def test_what_could_not_be_done_in_the_background_is_told_at_the_end(account: Account) -> None:
    fargate = OneOff(account, "nobody-made-it")
    fargate.start()
    eventually(lambda: bool(fargate.failures))
    with pytest.raises(RehearsalError, match="ClusterNotFoundException"):
        fargate.end()


def _runs(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE
