"""What the program declares by a stack's settings, with no engine and no account: Pulumi's mocks answer for the cloud."""

import asyncio
import json
import runpy
from collections.abc import Callable, Iterable, Mapping
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
REGION = "us-east-1"
DIGEST = "sha256:" + "0" * 64
# How the engine's protocol marks a value that is not plain (sdk/go/common/resource/sig).
_MARK = "4dabf18193072939515e22adb298388d"
_ROOT = "pulumi:pulumi:Stack"
_PEM = {"certificate": "CERTIFICATE", "certificate key": "PRIVATE KEY"}
# What the mocks answer with the resource's own name.
_NAMED = ("name", "bucket", "identifier", "keyId")


@dataclass(frozen=True)
class Declared:
    """One resource: its inputs by their Pulumi names, the URNs of what it depends on, and the options that matter to us.

    `secrets` names the inputs that reach the engine as secrets; `inputs` holds their values in clear.
    """

    type: str
    name: str
    urn: str
    inputs: dict[str, Any]
    parent: str
    dependencies: frozenset[str]
    provider: str = ""
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()

    @property
    def component(self) -> str:
        """The type of the component that it belongs to, such as `jobr:network:Vpc`; empty for none."""
        kinds = self.parent.split("::")[2] if "jobr:" in self.parent else ""
        return kinds.rsplit("$", 1)[-1]

    def document(self, name: str) -> dict[str, Any]:
        """An input that is JSON, read."""
        read: dict[str, Any] = json.loads(self.inputs[name])
        return read


@dataclass
class Declaration:
    """All that a program declares, in the order of registration, and what it exports; `secret_outputs` names the secret ones."""

    stack: str = ""
    resources: list[Declared] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: frozenset[str] = frozenset()

    def all(self, type_: str) -> list[Declared]:
        """The resources of a type, in the order of their names."""
        return sorted((resource for resource in self.resources if resource.type == type_), key=lambda found: found.name)


def declare(stack: str) -> Declaration:
    """Run the program for a stack by its own file and return what it declares, without its providers. Secrets are placeholders.

    Raises:
        pulumi.RunError: the stack file's settings cannot be used.
    """
    seen = Declaration(stack)
    record(run_program, *_configuration(stack), seen)
    seen.resources = [resource for resource in seen.resources if not resource.type.startswith("pulumi:")]
    return seen


def record(
    program: Callable[[], Any], configuration: Mapping[str, str], secrets: Iterable[str], seen: Declaration
) -> None:
    """Run a program to its end with a stack's configuration, and put what it declares into `seen`.

    `configuration` is by full key, `secrets` names the keys that are kept encrypted. The program's errors are raised; `seen`
    then holds what came before.
    """

    async def run() -> None:
        pulumi.runtime.set_mocks(Cloud(), project="jobr", stack=seen.stack, preview=False, monitor=_Monitor(seen))
        pulumi.runtime.set_all_config(dict(configuration), list(secrets))
        await run_pulumi_func(program)
        root: Any = pulumi.runtime.get_root_resource()
        shown = {name: pulumi.Output.from_input(value) for name, value in root.outputs.items()}
        seen.outputs = {name: await value.future() for name, value in shown.items()}
        seen.secret_outputs = frozenset([name for name, value in shown.items() if await value.is_secret()])

    asyncio.run(run())


def run_program() -> None:
    """Run infra's program as Pulumi does."""
    runpy.run_path(str(PROGRAM), run_name="__main__")


def _configuration(stack: str) -> tuple[dict[str, str], list[str]]:
    """The stack file's plain values, and a placeholder for each that the sandbox's overlay generates there."""
    real = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())["config"]
    values = {key: str(value) for key, value in real.items() if not isinstance(value, dict)}
    secrets = [key for key in real if isinstance(real[key], dict)]
    overlay = yaml.safe_load((PROJECT / "sandbox/engine/overlay.yaml").read_text())
    for key, rule in overlay.items():
        if "generate" in rule and not real.get(rule.get("unless", "")):
            values[key] = _placeholder(rule, stack)
            secrets.append(key)
    return values, secrets


def _placeholder(rule: Mapping[str, Any], stack: str) -> str:
    if rule["generate"] in _PEM:
        return pem(_PEM[rule["generate"]], "cGxhY2Vob2xkZXI=")
    begins = rule.get("begins", "")
    # Long enough for every rule about a secret's length.
    return f"{begins if isinstance(begins, str) else begins[stack]}{'placeholder' * 4}"


def pem(kind: str, content: str) -> str:
    """What looks like a certificate or a key, with some base64 as its content."""
    return f"-----BEGIN {kind}-----\n{content}\n-----END {kind}-----\n"


class Cloud(mocks.Mocks):
    """Answers as a provider would: an id, an ARN and what else the program reads."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """The id and the outputs of a resource, all made from its name."""
        name, kind = args.name, args.typ.rpartition(":")[2].lower()
        region = args.inputs.get("region") or REGION
        computed = {
            **dict.fromkeys(_NAMED, name),
            "arn": f"arn:aws:{kind}:{region}:{ACCOUNT}:{name}",
            "secretArn": f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{name}",
            "address": f"{name}.example",
            "endpoint": f"{name}.proxy.example",
            "port": 5432,
            "versionId": f"{name}-version",
            "resourceId": f"db-{name}",
            "dnsName": f"{name}.example",
            "fqdn": f"{name}.example",
            "zoneId": "Z0BALANCER",
            "arnSuffix": f"{name}/suffix",
            "prometheusEndpoint": f"https://aps-workspaces.{region}.amazonaws.com/workspaces/{name}/",
            "url": f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}",
            "publicIp": "192.0.2.1",
            "result": "the-generated-password",
            "hex": "0a1b2c3d",
            "registryId": ACCOUNT,
            "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}",
            "repoDigest": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}@{DIGEST}",
            **_validation(args),
        }
        return f"{name}-id", {**computed, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """What the program asks for beside resources: its region's id, a registry's login."""
        return {"id": REGION, "userName": "AWS", "password": "a-registry-password", **args.args}, []


def _validation(args: mocks.MockResourceArgs) -> dict[str, Any]:
    """The records by which a certificate's names are proved."""
    if args.typ != "aws:acm/certificate:Certificate":
        return {}
    names = [args.inputs.get("domainName"), *(args.inputs.get("subjectAlternativeNames") or [])]
    records = [
        {
            "domainName": name,
            "resourceRecordName": f"_proof.{name}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": "_proof.acm.example.",
        }
        for name in names
    ]
    return {"domainValidationOptions": records}


class _Monitor(mocks.MockMonitor):
    """Records what is registered, with the options that Pulumi's own mocks leave out."""

    def __init__(self, seen: Declaration) -> None:
        super().__init__(Cloud())
        self._seen = seen

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name is gRPC's
        monitor: Any = super()
        answer = monitor.RegisterResource(request)
        if request.type != _ROOT:
            self._seen.resources.append(_declared(request, answer.urn))
        return answer


def _declared(request: Any, urn: str) -> Declared:
    inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
    of_inputs = {source for of in request.propertyDependencies.values() for source in of.urns}
    return Declared(
        type=request.type,
        name=request.name,
        urn=urn,
        inputs={name: value["value"] if _is_secret(value) else value for name, value in inputs.items()},
        parent=request.parent,
        dependencies=frozenset(of_inputs | set(request.dependencies)),
        provider=request.provider,
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        secrets=frozenset(name for name, value in inputs.items() if _is_secret(value)),
    )


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and _MARK in value
