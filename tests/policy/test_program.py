"""The whole program keeps to every policy, with every value known: more than a preview can see."""

from pathlib import Path

import pytest
import yaml
from pulumi.runtime import mocks

from policy.catalogue import POLICIES
from policy.model import Resource
from tests.infra.recording import DEVELOPMENT, PRODUCTION, SECRET_KEYS, Recorded, record, run_program
from tools.declared import Cloud

PROJECT = Path(__file__).resolve().parents[2]


def settings(stack: str) -> dict[str, str]:
    """What stands in the stack's own file, with what only its owner has."""
    file = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    written = {key.removeprefix("jobr:"): value for key, value in file["config"].items()}
    # Staging takes no live key, and like production no certificate of its own.
    base = PRODUCTION if stack == "production" else DEVELOPMENT
    own = {key: value for key, value in base.items() if key in SECRET_KEYS | {"certificateBody"}}
    imported = {"certificateBody", "certificatePrivateKey"} if stack != "development" else set()
    return {key: value for key, value in {**own, **written}.items() if key not in imported}


def as_the_engine_shows(recorded: Recorded, environment: str) -> Resource:
    """The resource with its outputs, which the recording's provider makes up."""
    arguments = mocks.MockResourceArgs(
        typ=recorded.type, name=recorded.name, inputs=recorded.inputs, provider="", resource_id=""
    )
    id_, outputs = Cloud().new_resource(arguments)
    urn = f"urn:pulumi:{environment}::jobr::{recorded.type}::{recorded.name}"
    return Resource(recorded.type, recorded.name, urn, {"id": id_, **outputs}, environment=environment)


@pytest.mark.parametrize("stack", ["development", "staging", "production"])
def test_the_program_keeps_to_every_policy(stack: str) -> None:
    recording = record(run_program, settings(stack), stack)
    resources = [as_the_engine_shows(recorded, stack) for recorded in recording.resources]

    findings = [finding for policy in POLICIES for finding in policy.check(resources)]

    assert len(resources) > 200
    assert [str(finding) for finding in findings] == []
