"""A stack that was deployed into a home of its own, and what its account holds, asked by boto3 as any outsider would."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from sandbox.engine.cli import Interrupts
from sandbox.engine.workspace import open_stack
from sandbox.home import PROJECT
from tests.integration.conftest import Answer, Sandbox


@dataclass
class Deployed:
    """One deployed stack. Lists are read once: the tests look and change nothing."""

    sandbox: Sandbox
    name: str
    up: Answer

    def setting(self, key: str) -> str:
        """A setting of the stack's file, or its default in Pulumi.yaml."""
        own = yaml.safe_load((PROJECT / f"Pulumi.{self.name}.yaml").read_text())["config"]
        defaults = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
        return str(own.get(f"jobr:{key}", defaults[key]["default"]))

    def on(self, key: str) -> bool:
        """A setting that is true or false."""
        return self.setting(key) == "true"

    @property
    def disposable(self) -> bool:
        return self.on("disposable")

    def listed(self, service: str, operation: str, member: str, **parameters: Any) -> list[Any]:
        """All that a call lists under this member of its answer, page by page."""
        api = self.sandbox.client(service)
        if api.can_paginate(operation):
            pages = api.get_paginator(operation).paginate(**parameters)
        else:
            pages = [getattr(api, operation)(**parameters)]
        return [item for page in pages for item in page.get(member) or []]

    @property
    def outputs(self) -> dict[str, Any]:
        return self.sandbox.state(self.name).outputs

    @cached_property
    def databases(self) -> dict[str, dict[str, Any]]:
        """The instances: `primary`, and `replica` where there is one."""
        found = self.listed("rds", "describe_db_instances", "DBInstances")
        return {"replica" if one.get("ReadReplicaSourceDBInstanceIdentifier") else "primary": one for one in found}

    @cached_property
    def balancer(self) -> dict[str, Any]:
        (found,) = self.listed("elbv2", "describe_load_balancers", "LoadBalancers")
        return dict(found)

    @cached_property
    def listeners(self) -> dict[int, dict[str, Any]]:
        """By port."""
        arn = self.balancer["LoadBalancerArn"]
        found = self.listed("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
        return {listener["Port"]: listener for listener in found}

    @cached_property
    def service(self) -> dict[str, Any]:
        names = {"cluster": self.outputs["clusterName"], "services": [self.outputs["serviceName"]]}
        (found,) = self.sandbox.client("ecs").describe_services(**names)["services"]
        return dict(found)

    @cached_property
    def task(self) -> dict[str, Any]:
        arn = self.service["taskDefinition"]
        return dict(self.sandbox.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"])

    @cached_property
    def functions(self) -> list[dict[str, Any]]:
        return self.listed("lambda", "list_functions", "Functions")

    @cached_property
    def buckets(self) -> list[str]:
        return [bucket["Name"] for bucket in self.listed("s3", "list_buckets", "Buckets")]

    @cached_property
    def alarms(self) -> list[dict[str, Any]]:
        return self.listed("cloudwatch", "describe_alarms", "MetricAlarms")

    def secrets(self) -> dict[str, str]:
        """Every secret that exists, by a name: the stack's settings that were sealed, and each value in Secrets Manager."""
        return {**self._settings(), **dict(self._stored())}

    def _settings(self) -> dict[str, str]:
        with Interrupts(print) as interrupts:
            workspace = open_stack(self.sandbox.home, self.name, interrupts)
            return {key: value.value for key, value in workspace.stack.get_all_config().items() if value.secret}

    def _stored(self) -> Iterator[tuple[str, str]]:
        manager = self.sandbox.client("secretsmanager")
        for secret in self.listed("secretsmanager", "list_secrets", "SecretList"):
            text = manager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
            try:
                parts = json.loads(text)
            except ValueError:
                parts = text
            if isinstance(parts, dict):
                # What stands beside the password (user, host, port) is no secret.
                yield from ((f"{secret['Name']}.{key}", parts[key]) for key in ("password", "url") if key in parts)
            else:
                yield secret["Name"], text

    def logs(self) -> dict[str, str]:
        """All lines of all log groups."""
        api, found = self.sandbox.client("logs"), {}
        for group in self.listed("logs", "describe_log_groups", "logGroups"):
            events = api.filter_log_events(logGroupName=group["logGroupName"])["events"]
            found[group["logGroupName"]] = "\n".join(event["message"] for event in events)
        return found
