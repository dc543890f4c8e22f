import json
import os
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import state
from sandbox.home import Home

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:a:b"}


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::jobr::x:y:Parent${kind}::{name}"


def checkpoint(home: Home, latest: dict[str, Any] | None) -> None:
    path = state.folder(home) / "stacks" / "jobr" / "dev.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"version": 3, "checkpoint": {"stack": "dev", "latest": latest}}))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_stack_without_a_checkpoint_is_empty(home: Home) -> None:
    assert state.read(home, "jobr", "dev").empty


def test_a_stack_that_was_only_made_is_empty(home: Home) -> None:
    checkpoint(home, None)
    assert state.read(home, "jobr", "dev").empty
    assert state.stacks(home, "jobr") == ["dev"]


def test_only_what_exists_in_the_cloud_counts_as_live(home: Home) -> None:
    resources = [
        {"urn": urn("pulumi:pulumi:Stack", "jobr-dev"), "type": "pulumi:pulumi:Stack"},
        {"urn": urn("pulumi:providers:aws", "default"), "type": "pulumi:providers:aws", "custom": True},
        {"urn": urn("x:y:Vpc", "component"), "type": "x:y:Vpc"},
        {"urn": urn("aws:ec2/vpc:Vpc", "network"), "type": "aws:ec2/vpc:Vpc", "custom": True},
    ]
    checkpoint(home, {"resources": resources})
    found = state.read(home, "jobr", "dev")
    assert [resource["urn"] for resource in found.live] == [urn("aws:ec2/vpc:Vpc", "network")]
    assert state.services(found) == [("ec2", 1)]


def test_a_stack_with_nothing_but_an_interrupted_creation_is_not_empty(home: Home) -> None:
    operation = {"resource": {"urn": urn("aws:s3/bucket:Bucket", "backups")}, "type": "creating"}
    checkpoint(home, {"pending_operations": [operation]})
    found = state.read(home, "jobr", "dev")
    assert not found.empty
    assert found.interrupted() == ["aws:Bucket backups, interrupted while creating"]


def test_outputs_are_read_and_secrets_are_not_shown(home: Home) -> None:
    outputs = {"url": "https://a", "password": SECRET, "nested": {"list": [1, SECRET]}}
    root = {"urn": urn("pulumi:pulumi:Stack", "s"), "type": "pulumi:pulumi:Stack", "outputs": outputs}
    checkpoint(home, {"resources": [root]})
    shown = state.read(home, "jobr", "dev").outputs
    assert shown == {"url": "https://a", "password": None, "nested": {"list": [1, None]}}


def test_a_resource_is_named_by_its_type_and_name() -> None:
    assert state.short(urn("aws:ec2/vpc:Vpc", "network")) == "aws:Vpc network"
    assert state.short("no urn") == "no urn"


def lock(home: Home, content: str) -> Path:
    path = state.folder(home) / "locks" / "organization" / "jobr" / "dev" / "a.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return path


def test_a_lock_of_a_process_that_is_no_engine_has_no_holder(home: Home) -> None:
    # This process lives, but is no Pulumi: the number was given to another program.
    path = lock(home, json.dumps({"pid": os.getpid()}))
    assert state.locks(home, "jobr", "dev") == {path: None}


def test_a_lock_that_cannot_be_read_has_no_holder(home: Home) -> None:
    path = lock(home, "{")
    assert state.locks(home, "jobr", "dev") == {path: None}


def test_locks_of_other_stacks_are_left_alone(home: Home) -> None:
    lock(home, "{}")
    assert state.locks(home, "jobr", "staging") == {}
