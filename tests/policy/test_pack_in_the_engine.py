"""The pack in the real engine, over real Pulumi programs."""

import gc
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

from policy import plan, waivers
from policy.catalogue import POLICIES
from tests.policy.fixtures import FAILING, PASSING
from tests.policy.fixtures.example import program
from tools.prepare import pulumi as cli

PROJECT = Path(__file__).resolve().parents[2]
PACK = str(PROJECT / "policy")
LAUNCHERS = {
    "pulumi-analyzer-policy-python": '-u -m pulumi.policy "$1" "$2"',
    "pulumi-resource-aws": f'"{Path(__file__).with_name("accepting_provider.py")}"',
}
VIOLATION = re.compile(r"(?P<name>\S+) (?P<rest>[^\n]*)\[(?P<control>[A-Za-z0-9]+\.[a-z0-9-]+): ")

# The Automation API leaves the program of a refused preview unfinished, and it complains when it is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Stack = automation.Stack
Deploy = Callable[..., Stack]


@pytest.fixture
def stack_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deploy]:
    """Makes a stack of an inline program, with nothing on PATH but the CLI, the analyzer and the provider."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "pulumi").symlink_to(cli.prepare())
    for name, arguments in LAUNCHERS.items():
        launcher = binaries / name
        launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}\n')
        launcher.chmod(0o755)
    monkeypatch.setenv("PATH", f"{binaries}:/usr/bin:/bin")
    (tmp_path / "state").mkdir()
    variables = {
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PYTHONPATH": str(PROJECT),
    }

    def make(program: Callable[[], None], name: str = "production") -> Stack:
        options = automation.LocalWorkspaceOptions(env_vars=variables)
        return automation.create_stack(name, "policies", program=program, opts=options)

    yield make
    # A refused program leaves coroutines behind. Collected in the middle of a parse, they upset CPython 3.11 (its issue 106905).
    gc.collect()


def violations(text: str) -> set[tuple[str, str]]:
    """Pairs of resource and control in the engine's output."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return {(found["name"], found["control"]) for found in VIOLATION.finditer(plain)}


def passing() -> None:
    program(PASSING)


def failing() -> None:
    program(FAILING)


def test_a_preview_passes_what_keeps_to_the_policies_although_ids_and_documents_are_unknown(stack_of: Deploy) -> None:
    result = stack_of(passing).preview(policy_packs=[PACK])

    assert "jobr-production-operations" in result.stdout, "the pack did not run"
    assert violations(result.stdout) == set()


def test_a_deployment_passes_what_keeps_to_the_policies_once_everything_is_known(stack_of: Deploy) -> None:
    result = stack_of(passing).up(policy_packs=[PACK])

    assert "jobr-production-operations" in result.stdout, "the pack did not run"
    assert violations(result.stdout) == set()


def test_a_preview_of_what_breaks_the_policies_fails_and_names_every_resource_with_its_control(
    stack_of: Deploy,
) -> None:
    with pytest.raises(automation.CommandError) as failure:
        stack_of(failing).preview(policy_packs=[PACK])

    found = violations(str(failure.value))
    assert found == {(example.name, control) for example in FAILING for control in example.breaks}
    assert {control for _, control in found} == {control.id for policy in POLICIES for control in policy.controls}
    assert "planted" not in str(failure.value)


def test_a_deployment_is_stopped_before_a_database_that_breaks_a_policy_comes_to_be(stack_of: Deploy) -> None:
    public = [example for example in FAILING if example.name == "unencrypted"]
    stack = stack_of(lambda: program(public))

    with pytest.raises(automation.CommandError, match="RDS\\.3"):
        stack.up(policy_packs=[PACK])

    kinds = {resource["type"] for resource in (stack.export_stack().deployment or {})["resources"]}
    assert "aws:rds/instance:Instance" not in kinds


def test_a_secret_is_looked_at_although_pulumi_hides_it_and_is_never_shown(stack_of: Deploy) -> None:
    def hidden() -> None:
        value = pulumi.Output.secret("sk_live_" + "planted" * 4)
        pulumi.CustomResource("aws:lambda/function:Function", "hidden", {"environment": {"variables": {"A": value}}})

    with pytest.raises(automation.CommandError) as failure:
        stack_of(hidden).preview(policy_packs=[PACK])

    assert ("hidden", "House.no-secrets-in-functions") in violations(str(failure.value))
    assert "planted" not in str(failure.value)


def test_production_is_known_by_the_providers_tag_whatever_the_stack_is_called(stack_of: Deploy) -> None:
    def tagged() -> None:
        tags = aws.ProviderDefaultTagsArgs(tags={"Environment": "production"})
        provider = aws.Provider("tagged", region="us-east-1", default_tags=tags)
        options = pulumi.ResourceOptions(provider=provider)
        secret = {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/stack", "recoveryWindowInDays": 0}
        pulumi.CustomResource("aws:secretsmanager/secret:Secret", "gone", secret, options)

    with pytest.raises(automation.CommandError) as failure:
        stack_of(tagged, "eu-one").preview(policy_packs=[PACK])

    assert violations(str(failure.value)) == {("gone", "House.secrets-can-be-restored")}


def test_the_waivers_of_the_project_can_be_read() -> None:
    assert os.access(waivers.FILE, os.R_OK)
    assert all(waiver.reason for waiver in waivers.read())


def test_a_plan_of_the_real_engine_that_deletes_what_holds_data_is_refused(stack_of: Deploy) -> None:
    kept = [example for example in PASSING if example.name in {"secret", "https"}]
    stack = stack_of(lambda: program(kept))
    stack.up()
    # The program that no longer declares anything: what `pulumi preview --json` would print for it.
    printed = stack.workspace.pulumi_command.run(
        ["destroy", "--preview-only", "--json", "--stack", stack.name],
        stack.workspace.work_dir,
        {**os.environ, **stack.workspace.env_vars},
    )
    told = io.StringIO()

    assert plan.main(io.StringIO(printed.stdout), told) == 1
    assert violations(told.getvalue()) == {("secret", "House.what-holds-data-stays")}
