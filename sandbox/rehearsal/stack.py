"""The stack on whose service deployments are rehearsed: brought up by the real engine, its ECS handed to the rehearsal."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from infra.releases.lifecycle import Judge
from sandbox.cloud.extensions.service_deployments import WALKED
from sandbox.engine import settings, state
from sandbox.home import PROJECT, Home
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.errors import RehearsalError

NAME = "development"
# What the certificate of the stack is for (sandbox/engine/settings.py), and what the tests and people ask for.
DOMAIN = "jobr.sandbox.internal"
CONTAINER = "app"
WATCH = "deployment-watch"
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LONGEST_SECONDS = 900
MIGRATE = "python -m sandbox.rehearsal.migrate"
# Beside Pulumi.development.yaml: tasks enough to roll, the demonstration application's migrations, a bake, and a database that RDS can
# stop, which it cannot where there is a replica.
SETTINGS = {
    "databaseReplica": "false",
    "applicationTasks": "2",
    "smokeTestDomain": DOMAIN,
    "migrationCommand": MIGRATE,
    "migrationDryRunCommand": f"{MIGRATE} --dry-run",
    "migrationTimeout": "30s",
    "deploymentBakeTime": "1m",
}


@dataclass(frozen=True)
class Command:
    """A command that goes on by itself; what it prints is one stream."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]

    @classmethod
    def start(cls, home: Home, *arguments: str) -> "Command":
        """`python -m sandbox` in this home, beside no credentials."""
        kept = ("PATH", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "JOBR_PULUMI", "HOME")
        variables = {name: os.environ[name] for name in kept if name in os.environ}
        # A pipe that nobody reads would stop it.
        output = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the command
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments],
            cwd=PROJECT,
            env={**variables, "SANDBOX_HOME": str(home.root)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return cls(process, output)

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, once it has ended. Raises subprocess.TimeoutExpired."""
        return self.process.wait(seconds)

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self.process.poll()

    def kill(self) -> None:
        """Kill it with all that it has started in its session."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def text(self) -> str:
        """What it has printed."""
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def finished(self) -> str:
        """What it printed, once it has ended. A RehearsalError with it when the command failed."""
        if self.wait():
            raise RehearsalError(f"the stack did not come up:\n{self.text()}")
        return self.text()


def up(home: Home, image: str | None = None) -> Command:
    """Begin to bring the stack up, with this image where one is named."""
    given = {**SETTINGS, **({"applicationImage": image} if image else {})}
    options = [part for key, value in given.items() for part in ("--config", f"{key}={value}")]
    return Command.start(home, "up", "--stack", NAME, *options)


@dataclass(frozen=True)
class Stack:
    """The parts of the account that a rehearsal touches.

    `functions` are ARNs by the last part of their names, `variables` what they are declared with, `declared` is the service's
    deploymentConfiguration.
    """

    account: Account
    cluster: str
    service: str
    balancer: str
    repository: str
    functions: Mapping[str, str]
    variables: Mapping[str, Mapping[str, str]]
    declared: Mapping[str, Any]

    @classmethod
    def bring_up(cls, home: Home) -> "Stack":
        """Deploy the stack into the home, and have its deployments walked from now on."""
        up(home).finished()
        return cls.open(Account(home))

    @classmethod
    def open(cls, account: Account) -> "Stack":
        """The stack that a home holds."""
        outputs = state.read(account.home, settings.project_name(), NAME).outputs
        cluster = str(outputs["clusterName"])
        functions = _functions(account)
        ecs, service = account.client("ecs"), str(outputs["serviceName"])
        found = cls(
            account=account,
            cluster=cluster,
            service=service,
            balancer=str(account.client("elbv2").describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]),
            repository=str(outputs["applicationRepositoryUrl"]),
            functions={name: one["FunctionArn"] for name, one in functions.items()},
            variables={name: one["Environment"]["Variables"] for name, one in functions.items()},
            declared=ecs.describe_services(cluster=cluster, services=[service])["services"][0][
                "deploymentConfiguration"
            ],
        )
        (described,) = ecs.describe_clusters(clusters=[cluster])["clusters"]
        ecs.tag_resource(resourceArn=described["clusterArn"], tags=[{"key": WALKED, "value": "rehearsal"}])
        return found

    def configure(self, extra: Mapping[str, Mapping[str, str]]) -> None:
        """Give functions these variables beside those that infra declares, none where it is empty; earlier ones are gone."""
        client = self.account.client("lambda")
        for name, declared in self.variables.items():
            variables = {key: value for key, value in {**declared, **extra.get(name, {})}.items() if value}
            client.update_function_configuration(
                FunctionName=self.functions[name], Environment={"Variables": variables}
            )

    @contextmanager
    def handled_by(self, name: str, handler: str, variables: Mapping[str, str]) -> Iterator[None]:
        """Another handler in a function's place, with these variables beside its own, and the time that Lambda gives at most."""
        client, function = self.account.client("lambda"), self.functions[name]
        before = client.get_function_configuration(FunctionName=function)
        own, command = before["Environment"]["Variables"], before["ImageConfigResponse"]["ImageConfig"]["Command"]

        def configure(command: list[str], variables: Mapping[str, str], seconds: int) -> None:
            client.update_function_configuration(
                FunctionName=function,
                ImageConfig={"Command": command},
                Environment={"Variables": {key: value for key, value in variables.items() if value}},
                Timeout=seconds,
            )

        configure([handler], {**own, **variables}, LONGEST_SECONDS)
        try:
            yield
        finally:
            configure(command, own, before["Timeout"])

    def verdicts(self, since: datetime) -> list[dict[str, Any]]:
        """Every verdict of the service that was decided since then, in that order."""
        s3, folder = self.account.client("s3"), f"deployments/{self.service}/"
        listed = s3.list_objects_v2(Bucket=self.bucket, Prefix=folder).get("Contents", [])
        # What blames an image is a copy of the verdict that did.
        keys = [one["Key"] for one in listed if not one["Key"].startswith(f"{folder}failed/")]
        read = [json.load(s3.get_object(Bucket=self.bucket, Key=key)["Body"]) for key in keys]
        found = [one for one in read if datetime.fromisoformat(one["decided"]) >= since]
        return sorted(found, key=lambda one: str(one["decided"]))

    def clear_targets(self) -> None:
        """Take every target out of the target groups: their processes have ended."""
        elb = self.account.client("elbv2")
        for group in elb.describe_target_groups(LoadBalancerArn=self.balancer)["TargetGroups"]:
            arn = group["TargetGroupArn"]
            described = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            if targets := [one["Target"] for one in described]:
                elb.deregister_targets(TargetGroupArn=arn, Targets=targets)

    def secrets(self) -> list[str]:
        """Every secret's value, whole and by the members that are no place or name: what nobody may see."""
        manager, found = self.account.client("secretsmanager"), []
        for page in manager.get_paginator("list_secrets").paginate():
            for secret in page["SecretList"]:
                value = str(manager.get_secret_value(SecretId=secret["ARN"])["SecretString"])
                found.append(value)
                if value.startswith("{"):
                    members = json.loads(value)
                    found += [str(members[name]) for name in ("password", "url") if name in members]
        return found

    def described(self) -> dict[str, Any]:
        """The service as ECS describes it."""
        answer = self.account.client("ecs").describe_services(cluster=self.cluster, services=[self.service])
        return dict(answer["services"][0])

    @property
    def certificate(self) -> tuple[Path, Path]:
        """The files of the certificate that the stack imported into ACM, and of its key."""
        return settings.certificate(self.account.home, NAME)

    @property
    def bucket(self) -> str:
        """The bucket that keeps verdicts."""
        return self.variables[Judge.GATE]["ARTIFACTS_BUCKET"]

    @property
    def topics(self) -> dict[str, str]:
        """ARNs of the topics that people listen to, by severity."""
        variables = self.variables[Judge.GATE]
        return {
            severity: variables[f"{severity.upper()}_TOPIC_ARN"] for severity in ("critical", "warning", "information")
        }


def _functions(account: Account) -> dict[str, Any]:
    """The functions around releases, by the last part of their names."""
    pages = account.client("lambda").get_paginator("list_functions").paginate()
    every = [function for page in pages for function in page["Functions"]]
    found = {
        name: function for name in (*Judge, WATCH) for function in every if f"-{name}" in str(function["FunctionName"])
    }
    if missing := {*Judge, WATCH} - set(found):
        raise RehearsalError(f"the account has no functions {', '.join(sorted(missing))}: bring the stack up again")
    return {str(name): function for name, function in found.items()}
