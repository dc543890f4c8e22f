from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.cloud.functions.images import context_of
from sandbox.provider.api import CloudError
from sandbox.provider.state import State
from sandbox.provider.types.image_builds import ImageType
from sandbox.provider.values import UNKNOWN
from tests.sandbox.provider.types.harness import RecordingCloud

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def kind(cloud: RecordingCloud) -> Iterator[ImageType]:
    ecr = cloud.client("ecr")
    ecr.create_repository(repositoryName="built")
    yield ImageType(cloud)
    ecr.delete_repository(repositoryName="built", force=True)


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "main.py").write_text("one")
    (tmp_path / ".dockerignore").write_text("*.log\n.git\n")
    build = {"context": str(tmp_path), "dockerfile": str(tmp_path / "Dockerfile"), "args": {"VERSION": "1"}}
    return {"imageName": f"{HOST}/built:latest", "build": build, "registry": {"server": HOST, "password": "one"}}


def checked(kind: ImageType, inputs: dict[str, Any]) -> dict[str, Any]:
    found, failures = kind.check("image", b"", {}, inputs, {})
    assert not failures
    return found


def created(kind: ImageType, inputs: dict[str, Any]) -> State:
    return kind.create("token", checked(kind, inputs), 0)


def refused(kind: ImageType, inputs: dict[str, Any]) -> list[str]:
    return [failure.property for failure in kind.check("image", b"", {}, inputs, {})[1]]


def test_an_image_is_in_the_registry_and_leads_back_to_its_context(
    kind: ImageType, inputs: dict[str, Any], tmp_path: Path
) -> None:
    state = created(kind, inputs)
    assert state.id == inputs["imageName"]
    assert state.outputs["repoDigest"].startswith(f"{HOST}/built@sha256:")
    assert state.outputs["baseImageName"] == inputs["imageName"]
    assert state.outputs["registryServer"] == HOST
    assert context_of(kind.cloud.client("ecr"), state.outputs["repoDigest"]) == tmp_path


def test_the_same_context_gives_the_same_digest(kind: ImageType, inputs: dict[str, Any]) -> None:
    assert created(kind, inputs).outputs["repoDigest"] == created(kind, inputs).outputs["repoDigest"]


def test_a_changed_file_is_an_update_with_another_digest(
    kind: ImageType, inputs: dict[str, Any], tmp_path: Path
) -> None:
    state = created(kind, inputs)
    (tmp_path / "main.py").write_text("two")
    new = checked(kind, inputs)
    difference = kind.diff(state.inputs, new, state.outputs)
    assert difference.changed == {"build"}
    assert not difference.replaces
    after = kind.update(state, new, difference.changed, 0)
    assert after.id == state.id
    assert after.outputs["repoDigest"] != state.outputs["repoDigest"]


def test_a_changed_build_argument_gives_another_digest(kind: ImageType, inputs: dict[str, Any]) -> None:
    other = {**inputs, "build": {**inputs["build"], "args": {"VERSION": "2"}}}
    assert created(kind, inputs).outputs["repoDigest"] != created(kind, other).outputs["repoDigest"]


def test_an_ignored_file_changes_nothing(kind: ImageType, inputs: dict[str, Any], tmp_path: Path) -> None:
    before = checked(kind, inputs)
    (tmp_path / "debug.log").write_text("noise")
    assert not kind.diff(before, checked(kind, inputs), {}).changed


def test_a_new_password_changes_nothing(kind: ImageType, inputs: dict[str, Any]) -> None:
    other = {**inputs, "registry": {"server": HOST, "password": "two"}}
    assert not kind.diff(checked(kind, inputs), checked(kind, other), {}).changed


def test_a_missing_context_is_refused(kind: ImageType, inputs: dict[str, Any], tmp_path: Path) -> None:
    assert refused(kind, {**inputs, "build": {"context": str(tmp_path / "none")}}) == ["build.context"]


def test_a_missing_dockerfile_is_refused(kind: ImageType, inputs: dict[str, Any], tmp_path: Path) -> None:
    build = {"context": str(tmp_path), "dockerfile": str(tmp_path / "Containerfile")}
    assert refused(kind, {**inputs, "build": build}) == ["build.dockerfile"]


def test_an_image_for_another_registry_is_refused(kind: ImageType, inputs: dict[str, Any]) -> None:
    assert refused(kind, {**inputs, "imageName": "docker.io/library/built:latest"}) == ["imageName"]


def test_an_unknown_property_is_refused_by_its_name(kind: ImageType, inputs: dict[str, Any]) -> None:
    assert refused(kind, {**inputs, "bananaCount": 7}) == ["bananaCount"]


def test_an_image_name_that_is_not_known_yet_is_no_problem(kind: ImageType, inputs: dict[str, Any]) -> None:
    assert refused(kind, {**inputs, "imageName": UNKNOWN}) == []


def test_a_preview_does_not_know_the_digest(kind: ImageType, inputs: dict[str, Any]) -> None:
    assert kind.planned(checked(kind, inputs))["repoDigest"] is UNKNOWN


def test_a_missing_repository_is_an_error_that_names_it(kind: ImageType, inputs: dict[str, Any]) -> None:
    with pytest.raises(CloudError, match="The repository with name 'none' does not exist"):
        created(kind, {**inputs, "imageName": f"{HOST}/none:latest"})


def test_an_image_that_was_deleted_behind_its_back_reads_as_gone(kind: ImageType, inputs: dict[str, Any]) -> None:
    state = created(kind, inputs)
    assert kind.read(state.id, state.inputs, state.outputs) == state
    kind.cloud.client("ecr").batch_delete_image(repositoryName="built", imageIds=[{"imageTag": "latest"}])
    assert kind.read(state.id, state.inputs, state.outputs) is None


def test_deleting_leaves_the_image_to_its_repository(kind: ImageType, inputs: dict[str, Any]) -> None:
    state = created(kind, inputs)
    kind.delete(state, 0)
    assert kind.read(state.id, state.inputs, state.outputs) == state
