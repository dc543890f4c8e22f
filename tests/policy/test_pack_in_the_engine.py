"""The pack in the real engine, over real Pulumi programs."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi import automation

from policy import waivers
from tests.policy.fixtures import failing, passing
from tools.prepare import pulumi

PROJECT = Path(__file__).resolve().parents[2]
LAUNCHERS = {
    "pulumi-analyzer-policy-python": '-u -m pulumi.policy "$1" "$2"',
    "pulumi-resource-aws": f'"{Path(__file__).with_name("accepting_provider.py")}"',
}
VIOLATION = re.compile(r"(?P<name>\S+) (?P<rest>[^\n]*)\[(?P<control>[A-Z0-9]+\.\d+): ")

Stack = automation.Stack
Deploy = Callable[[Callable[[], None]], Stack]


@pytest.fixture
def stack_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Makes a stack of an inline program, with nothing on PATH but the CLI, the analyzer and the provider."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "pulumi").symlink_to(pulumi.prepare())
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

    def make(program: Callable[[], None]) -> Stack:
        options = automation.LocalWorkspaceOptions(env_vars=variables)
        return automation.create_stack("test", "policies", program=program, opts=options)

    return make


def violations(text: str) -> set[tuple[str, str]]:
    """Pairs of resource and control in the engine's output."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return {(found["name"], found["control"]) for found in VIOLATION.finditer(plain)}


def test_a_preview_passes_what_keeps_to_the_policies_although_ids_and_documents_are_unknown(stack_of: Deploy) -> None:
    result = stack_of(passing.program).preview(policy_packs=[str(PROJECT / "policy")])

    assert "jobr-production-operations" in result.stdout, "the pack did not run"
    assert violations(result.stdout) == set()


def test_a_deployment_passes_what_keeps_to_the_policies_once_everything_is_known(stack_of: Deploy) -> None:
    result = stack_of(passing.program).up(policy_packs=[str(PROJECT / "policy")])

    assert "jobr-production-operations" in result.stdout, "the pack did not run"
    assert violations(result.stdout) == set()


def test_a_preview_of_what_breaks_the_policies_fails_and_names_every_resource_with_its_control(
    stack_of: Deploy,
) -> None:
    with pytest.raises(automation.CommandError) as failure:
        stack_of(failing.program).preview(policy_packs=[str(PROJECT / "policy")])

    assert violations(str(failure.value)) == {
        ("public-and-unencrypted", "RDS.2"),
        ("public-and-unencrypted", "RDS.3"),
        ("without-any-settings", "S3.8"),
        ("without-any-settings", "S3.17"),
        ("without-any-settings", "S3.5"),
        ("half-open-block", "S3.8"),
        ("half-open-encryption", "S3.17"),
        ("half-open-policy", "S3.5"),
        ("inline-ssh", "EC2.19"),
        ("everything", "EC2.19"),
        ("past-the-load-balancer", "EC2.18"),
    }


def test_a_deployment_is_stopped_before_a_database_that_breaks_a_policy_comes_to_be(stack_of: Deploy) -> None:
    stack = stack_of(failing.database)

    with pytest.raises(automation.CommandError, match="RDS\\.3"):
        stack.up(policy_packs=[str(PROJECT / "policy")])

    kinds = {resource["type"] for resource in (stack.export_stack().deployment or {})["resources"]}
    assert "aws:rds/instance:Instance" not in kinds


def test_the_waivers_of_the_project_can_be_read() -> None:
    assert os.access(waivers.FILE, os.R_OK)
    assert all(waiver.reason for waiver in waivers.read())
