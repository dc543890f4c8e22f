"""What a stack's program declares by its own stack file, with no engine and no account: Pulumi's mocks answer for the cloud."""

import asyncio
import json
import runpy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

PROJECT = Path(__file__).resolve().parents[1]
PROGRAM = PROJECT / "infra"
STACKS = ("production", "staging", "development")
ACCOUNT = "123456789012"
# How the engine's protocol marks a value that is not plain (sdk/go/common/resource/sig).
_MARK = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True)
class Declared:
    """One resource: its inputs by their Pulumi names, its component's type, and the names of what it depends on."""

    type: str
    name: str
    urn: str
    inputs: dict[str, Any]
    parent: str
    dependencies: frozenset[str]

    @property
    def component(self) -> str:
        """The type of the component that it belongs to, such as `jobr:network:Vpc`; empty for none."""
        kinds = self.parent.split("::")[2] if "jobr:" in self.parent else ""
        return kinds.rsplit("$", 1)[-1]


@dataclass
class Declaration:
    """All that a stack declares, in the order of registration."""

    stack: str
    resources: list[Declared] = field(default_factory=list)

    def all(self, type_: str) -> list[Declared]:
        """The resources of a type."""
        return [resource for resource in self.resources if resource.type == type_]


def declare(stack: str) -> Declaration:
    """Run the program for a stack and return what it declares. Secrets are placeholders.

    Raises:
        pulumi.RunError: the stack file's settings cannot be used.
    """
    seen = Declaration(stack)

    async def run() -> None:
        pulumi.runtime.set_mocks(_Cloud(), project="jobr", stack=stack, preview=False, monitor=_Monitor(seen))
        values, secrets = _configuration(stack)
        pulumi.runtime.set_all_config(values, secrets)
        await run_pulumi_func(_program)

    asyncio.run(run())
    return seen


def _program() -> None:
    runpy.run_path(str(PROGRAM), run_name="__main__")


def _configuration(stack: str) -> tuple[dict[str, str], list[str]]:
    """The stack file's plain values, and a placeholder for each that the sandbox's overlay generates there."""
    real = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())["config"]
    values = {key: str(value) for key, value in real.items() if not isinstance(value, dict)}
    secrets = [key for key in real if isinstance(real[key], dict)]
    overlay = yaml.safe_load((PROJECT / "sandbox/engine/overlay.yaml").read_text())
    for key, rule in overlay.items():
        if "generate" in rule and not real.get(rule.get("unless", "")):
            # Long enough for every rule about a secret's length.
            values[key] = f"{_beginning(rule.get('begins', ''), stack)}{'placeholder' * 4}"
            secrets.append(key)
    return values, secrets


def _beginning(begins: str | dict[str, str], stack: str) -> str:
    return begins if isinstance(begins, str) else begins[stack]


class _Cloud(mocks.Mocks):
    """Answers as a provider would: an id, an ARN and what else the program reads."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        name, kind = args.name, args.typ.rpartition(":")[2].lower()
        region = args.inputs.get("region", "us-east-1")
        computed = {
            "arn": f"arn:aws:{kind}:{region}:{ACCOUNT}:{name}",
            "secretArn": f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{name}",
            "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}",
            "repoDigest": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}@sha256:{'0' * 64}",
            "result": "a-generated-password",
            "port": 5432,
            "registryId": ACCOUNT,
        }
        named = (
            "name",
            "bucket",
            "identifier",
            "address",
            "endpoint",
            "dnsName",
            "keyId",
            "hex",
            "arnSuffix",
            "zoneId",
            "prometheusEndpoint",
            "resourceId",
            "versionId",
            "publicIp",
            "fqdn",
        )
        return f"{name}-id", {**dict.fromkeys(named, name), **computed, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return {**args.args, "userName": "AWS", "password": "a-registry-password"}, []


class _Monitor(mocks.MockMonitor):
    def __init__(self, seen: Declaration) -> None:
        super().__init__(_Cloud())
        self._seen = seen

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name is gRPC's
        monitor: Any = super()
        answer = monitor.RegisterResource(request)
        if not request.type.startswith("pulumi:"):
            inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
            sources = {urn for of in request.propertyDependencies.values() for urn in of.urns}
            self._seen.resources.append(
                Declared(
                    type=request.type,
                    name=request.name,
                    urn=answer.urn,
                    inputs={key: _plain(value) for key, value in inputs.items()},
                    parent=request.parent,
                    dependencies=frozenset(sources | set(request.dependencies)),
                )
            )
        return answer


def _plain(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and _MARK in value else value


def document(resource: Declared, name: str) -> Any:
    """An input that is JSON, read."""
    return json.loads(resource.inputs[name])
