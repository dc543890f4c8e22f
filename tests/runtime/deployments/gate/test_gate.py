"""The whole gate by its door: a real PostgreSQL, real TLS, and an account."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from runtime.common.aws import make_client
from runtime.deployments.door import serve
from runtime.deployments.gate.decide import CHECKS
from runtime.deployments.gate.handler import GATE
from runtime.deployments.gate.settings import TIMEOUT_SECONDS
from runtime.deployments.migrations.progress import Phase
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Level, Outcome, Verdict
from tests.postgres_cluster import PostgresCluster
from tests.runtime.deployments.account import Account, Context
from tests.runtime.deployments.deployment import DIGEST, event
from tests.runtime.deployments.gate.machine import ARN, Machine
from tests.runtime.deployments.gate.stage import SECRETS, VALID
from tests.runtime.deployments.gate.test_migrations import ended
from tests.runtime.deployments.local_tls import HttpsServer, https_server, make_authority, postgres_door
from tests.runtime.deployments.shaped import Shaped
from tests.runtime.deployments.test_verdict import verdict

WINDOWS = "/jobr/test/deployment-windows"
PLACE = ("application", "9313423515462893900", Stage.PRE_SCALE_UP)


@dataclass
class Stack:
    """Everything that the gate looks at, as it should be."""

    account: Account
    machine: Machine
    server: HttpsServer
    scan: dict[str, Any]
    monkeypatch: pytest.MonkeyPatch

    def secret(self, name: str, value: str) -> None:
        make_client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps({"value": value}))

    def call(self) -> dict[str, Any]:
        self.account.others["stepfunctions"] = self.machine.shaped().client
        return serve(event(), Context(), GATE, self.account.tools())

    def verdict(self) -> Verdict:
        found = self.account.records().find(*PLACE)
        assert found is not None
        return found

    def levels(self) -> dict[str, Level]:
        return {finding.check: finding.outcome for finding in self.verdict().findings}


@pytest.fixture
def stack(
    account: Account, postgres_cluster: PostgresCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stack]:
    authority = make_authority(tmp_path / "authority")
    for variable in ("PGSSLROOTCERT", "SSL_CERT_FILE"):
        monkeypatch.setenv(variable, str(authority.root))
    with https_server(authority) as server, postgres_door(authority, postgres_cluster.port) as port:
        password = quote(postgres_cluster.password, safe="")
        url = f"postgresql://{postgres_cluster.user}:{password}@localhost:{port}/postgres?sslmode=verify-full"
        secrets = []
        for name in sorted(SECRETS):
            text = json.dumps({"value": url if name == "DATABASE_URL" else VALID[name]})
            arn = make_client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]
            secrets.append({"name": name, "valueFrom": f"{arn}:value::"})
        plain = [{"name": name, "value": value} for name, value in VALID.items() if name not in SECRETS]
        account.ecs.container |= {"environment": plain, "secrets": secrets}
        server.answers = dict.fromkeys(("/v1/models", "/v1/balance", "/v3/scopes"), lambda _: 200)
        make_client("ssm").put_parameter(Name=WINDOWS, Type="String", Value="[]")
        scan: dict[str, Any] = {"imageScanStatus": {"status": "COMPLETE"}}
        account.others["ecr"] = Shaped("ecr", {"DescribeImageScanFindings": lambda _: scan}).client
        variables = dict.fromkeys(("OPENAI_URL", "STRIPE_URL", "SENDGRID_URL"), server.url)
        variables |= {"WINDOWS_PARAMETER": WINDOWS, "MIGRATIONS_STATE_MACHINE_ARN": ARN}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        machine = Machine(ends={"check": ended(Phase.CHECK, pending=("add_index",)), "expand": ended(Phase.EXPAND)})
        yield Stack(account, machine, server, scan, monkeypatch)


def test_a_good_release_is_migrated_and_goes_on(stack: Stack) -> None:
    assert stack.call()["hookStatus"] == "SUCCEEDED"
    assert list(stack.levels()) == [check.name for check in CHECKS] + ["migrations"]
    wrong = {name: level for name, level in stack.levels().items() if level is not Level.OK}
    assert wrong == {"rule weights": Level.WARN}, "the story's service has no rule"
    assert sorted(stack.machine.runs) == ["9313423515462893900-check", "9313423515462893900-expand"]
    assert stack.verdict().image_digest == DIGEST
    assert len(stack.account.heard("information")) == 1


def test_migrations_are_waited_for_and_the_checks_are_not_repeated_meanwhile(stack: Stack) -> None:
    del stack.machine.ends["expand"]
    answer = stack.call()
    assert (answer["hookStatus"], answer["callBackDelay"]) == ("IN_PROGRESS", 15)
    asked = len(stack.server.seen)
    stack.account.time.passes(15)
    assert stack.call()["hookStatus"] == "IN_PROGRESS"
    stack.machine.ends["expand"] = ended(Phase.EXPAND)
    assert stack.call()["hookStatus"] == "SUCCEEDED"
    assert len(stack.server.seen) == asked == 3
    assert stack.levels()["database"] is Level.OK, "the verdict keeps what the checks found"
    assert stack.verdict().outcome is Outcome.GO


def test_a_migration_that_fails_leaves_green_unstarted_and_its_image_refused_until_it_is_asked_for_again(
    stack: Stack,
) -> None:
    stack.machine.ends["expand"] = {"status": "FAILED", "error": "OneOffTaskError", "cause": "exit code 1"}
    answer = stack.call()
    assert answer == {
        "hookStatus": "FAILED",
        "reason": "Green was not started, because of: migrations. People are served by the release before.",
    }
    assert stack.call() == answer, "a second call of the same deployment"
    records = stack.account.records()
    assert records.failure("application", DIGEST) is not None
    make_client("s3").delete_object(
        Bucket=records.bucket, Key=f"deployments/application/9313423515462893900/{Stage.PRE_SCALE_UP}.json"
    )
    stack.machine = Machine(ends={"check": ended(Phase.CHECK), "expand": ended(Phase.EXPAND)})
    assert stack.call()["reason"].startswith("Green was not started, because of: earlier failure.")
    assert "9313423515462893900-expand" not in stack.machine.runs, "nothing is migrated for an image that is refused"
    (finding,) = [one for one in stack.verdict().findings if one.check == "earlier failure"]
    command = shlex.split(finding.mend.split("`")[1])
    assert command[:3] == ["aws", "s3", "rm"]
    make_client("s3").delete_object(Bucket=records.bucket, Key=command[3].removeprefix(f"s3://{records.bucket}/"))
    make_client("s3").delete_object(
        Bucket=records.bucket, Key=f"deployments/application/9313423515462893900/{Stage.PRE_SCALE_UP}.json"
    )
    assert stack.call()["hookStatus"] == "SUCCEEDED"


def test_all_failures_are_told_at_once_each_with_what_mends_it_and_no_secret(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    for need in ("OPENAI", "STRIPE", "SENDGRID"):
        stack.monkeypatch.setenv(need, "required")
    stack.server.answers = {"/v1/models": lambda _: 401, "/v1/balance": lambda _: 500}
    stack.secret("DATABASE_URL", "postgresql://jobr:hunter2-password@localhost:1/app")
    stack.secret("JWT_SECRET", "hunter2")
    stack.scan |= {"imageScanFindings": {"findingSeverityCounts": {"CRITICAL": 1}}}
    stack.machine.ends["check"] = {"status": "FAILED", "error": "OneOffTaskError", "cause": "no"}
    window = '{"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z", "kind": "freeze", "reason": "holidays"}'
    make_client("ssm").put_parameter(Name=WINDOWS, Type="String", Overwrite=True, Value=f"[{window}]")
    stack.account.records().mark_failed(verdict())
    answer = stack.call()
    failed = {
        "secrets",
        "database",
        "OpenAI",
        "Stripe",
        "SendGrid",
        "image scan",
        "windows",
        "earlier failure",
        "pending migrations",
    }
    assert {name for name, level in stack.levels().items() if level is Level.FAIL} == failed
    assert answer["hookStatus"] == "FAILED"
    assert all(finding.mend for finding in stack.verdict().findings if finding.outcome is Level.FAIL)
    assert list(stack.machine.runs) == ["9313423515462893900-check"], "nothing is migrated"
    (notice,) = stack.account.heard("critical")
    said = json.dumps([answer, notice, stack.verdict().document()]) + capsys.readouterr().out
    assert "hunter2" not in said
    assert not any(VALID[name] in said for name in SECRETS - {"DATABASE_URL"})


def test_a_check_that_has_not_ended_is_waited_for_until_the_gates_patience_ends(stack: Stack) -> None:
    del stack.machine.ends["check"]
    stack.secret("JWT_SECRET", "short")
    assert stack.call()["hookStatus"] == "IN_PROGRESS", "so that its failure is told together with the others"
    stack.account.time.passes(7199)
    assert stack.call()["hookStatus"] == "IN_PROGRESS"
    stack.account.time.passes(1)
    assert "patience, secrets" in stack.call()["reason"]


def test_a_first_deployment_has_no_release_to_go_back_to(stack: Stack) -> None:
    stack.account.ecs.sources = {}
    stack.secret("JWT_SECRET", "short")
    assert stack.call()["reason"] == "Green was not started, because of: secrets. There is no release before this one."


def test_a_first_deployment_goes_on_and_without_migrations_too(stack: Stack) -> None:
    stack.account.ecs.sources = {}
    stack.monkeypatch.delenv("MIGRATIONS_STATE_MACHINE_ARN")
    assert stack.call()["hookStatus"] == "SUCCEEDED"
    assert stack.machine.runs == {}


def test_the_functions_time_is_enough_for_the_slowest_check() -> None:
    assert max(check.seconds for check in CHECKS) + 2 * 40 + 15 < TIMEOUT_SECONDS


def test_the_handler_loads_the_schemas_library_only_when_it_checks() -> None:
    code = "import sys, runtime.deployments.gate.handler; print('jsonschema' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "False"
