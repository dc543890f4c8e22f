"""A monitor that records what a program registers, with the options that Pulumi's own mocks leave out."""

import asyncio
import json
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

PROGRAM = Path(__file__).resolve().parents[2] / "infra"
ACCOUNT = "123456789012"
REGION = "us-east-1"
DIGEST = "sha256:" + "0" * 64
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/jobr@{DIGEST}"
SECRETS = {
    "openaiApiKey": "sk-a-key-that-is-secret",
    "sendgridApiKey": "SG.a-key-that-is-secret",
    "stripeWebhookSecret": "whsec_a-key-that-is-secret",
}
SECRET_KEYS = frozenset({*SECRETS, "stripeSecretKey", "certificatePrivateKey"})

DEVELOPMENT = {
    "environment": "development",
    "accountId": ACCOUNT,
    "disposable": "true",
    "applicationImage": IMAGE,
    "certificateBody": "a certificate",
    "certificatePrivateKey": "a-private-key-that-is-secret",
    "stripeSecretKey": "sk_test_a-key-that-is-secret",
    **SECRETS,
}
PRODUCTION = {
    "environment": "production",
    "accountId": ACCOUNT,
    "logRetention": "365d",
    "natGateways": "per-zone",
    "interfaceEndpoints": "secretsmanager,kms,ecr.api,ecr.dkr,logs",
    "databaseMultiAz": "true",
    "databaseBackupRetention": "35d",
    "databaseProxy": "true",
    "applicationImage": IMAGE,
    "domainName": "jobr.example.com",
    "certificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-0000-0000-000000000000",
    "backupRetention": "90d",
    "objectLock": "governance",
    "objectLockRetention": "30d",
    "recoveryRegion": "us-west-2",
    "alarmEmails": "one@example.com, two@example.com",
    "stripeSecretKey": "sk_live_a-key-that-is-secret",
    **SECRETS,
}


@dataclass(frozen=True)
class Recorded:
    """One registered resource: its inputs as the engine gets them, and the options that matter to us."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    provider: str
    protect: bool
    ignore_changes: tuple[str, ...]
    dependencies: tuple[str, ...]
    secrets: frozenset[str]

    def document(self, name: str) -> dict[str, Any]:
        """An input that is JSON, read."""
        read: dict[str, Any] = json.loads(self.inputs[name])
        return read


@dataclass
class Recording:
    """All that a program registered and exported."""

    resources: list[Recorded] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: frozenset[str] = frozenset()

    def all(self, type_: str) -> list[Recorded]:
        """The resources of a type, in the order of their names."""
        return sorted((r for r in self.resources if r.type == type_), key=lambda r: r.name)

    def one(self, type_: str, ending: str = "") -> Recorded:
        """The one resource of a type whose name ends so."""
        (found,) = [r for r in self.all(type_) if r.name.endswith(ending)]
        return found


_SECRET_MARK = "4dabf18193072939515e22adb298388d"


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and _SECRET_MARK in value


def _revealed(value: Any) -> Any:
    return value["value"] if _is_secret(value) else value


class _Provider(mocks.Mocks):
    """Answers as a provider would: an id, an ARN and what else the program reads."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        name, kind = args.name, args.typ.rpartition(":")[2]
        computed: dict[str, Any] = {
            "arn": f"arn:aws:{kind.lower()}:{REGION}:{ACCOUNT}:{name}",
            "secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}",
            "name": name,
            "bucket": name,
            "identifier": name,
            "address": f"{name}.example",
            "endpoint": f"{name}.proxy.example",
            "versionId": f"{name}-version",
            "resourceId": f"db-{name}",
            "port": 5432,
            "dnsName": f"{name}.example",
            "arnSuffix": f"{name}/suffix",
            "zoneId": "Z0BALANCER",
            "fqdn": f"{name}.example",
            "prometheusEndpoint": f"https://aps-workspaces.{REGION}.amazonaws.com/workspaces/{name}/",
            "keyId": name,
            "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
            "publicIp": "192.0.2.1",
            "result": "the-generated-password",
            "hex": "0a1b2c3d",
            "registryId": ACCOUNT,
            "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}",
            "repoDigest": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}@{DIGEST}",
        }
        if args.typ == "aws:acm/certificate:Certificate":
            names = [args.inputs.get("domainName"), *(args.inputs.get("subjectAlternativeNames") or [])]
            computed["domainValidationOptions"] = [
                {
                    "domainName": each,
                    "resourceRecordName": f"_proof.{each}.",
                    "resourceRecordType": "CNAME",
                    "resourceRecordValue": "_proof.acm.example.",
                }
                for each in names
            ]
        return f"{name}-id", {**computed, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return {
            "id": REGION,
            "userName": "AWS",
            "password": "a-registry-password",
            "registryId": args.args["registryId"],
        }, []


class _Monitor(mocks.MockMonitor):
    def __init__(self, recording: Recording) -> None:
        super().__init__(_Provider())
        self._recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name is gRPC's
        if request.type != "pulumi:pulumi:Stack":
            inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
            self._recording.resources.append(
                Recorded(
                    type=request.type,
                    name=request.name,
                    inputs={name: _revealed(value) for name, value in inputs.items()},
                    parent=request.parent,
                    provider=request.provider,
                    protect=request.protect,
                    ignore_changes=tuple(request.ignoreChanges),
                    dependencies=tuple(request.dependencies),
                    secrets=frozenset(name for name, value in inputs.items() if _is_secret(value)),
                )
            )
        monitor: Any = super()
        return monitor.RegisterResource(request)


def run_program() -> None:
    """Run infra's program as Pulumi does."""
    runpy.run_path(str(PROGRAM), run_name="__main__")


def configure(configuration: Mapping[str, str]) -> None:
    """Set the stack's configuration as the language host does, the secrets among it marked."""
    texts = {f"jobr:{key}": value for key, value in configuration.items()}
    pulumi.runtime.set_all_config(texts, [key for key in texts if key.removeprefix("jobr:") in SECRET_KEYS])


def record(
    program: Callable[[], Any],
    configuration: Mapping[str, str],
    stack: str = "test",
    recording: Recording | None = None,
) -> Recording:
    """Run a program to its end and return what it registered. Its errors are raised; then `recording` holds what came before."""
    seen = Recording() if recording is None else recording

    async def run() -> None:
        pulumi.runtime.set_mocks(_Provider(), project="jobr", stack=stack, preview=False, monitor=_Monitor(seen))
        configure(configuration)
        await run_pulumi_func(program)
        root: Any = pulumi.runtime.get_root_resource()
        shown = {name: pulumi.Output.from_input(value) for name, value in root.outputs.items()}
        seen.outputs = {name: await value.future() for name, value in shown.items()}
        seen.secret_outputs = frozenset([name for name, value in shown.items() if await value.is_secret()])

    asyncio.run(run())
    return seen
