import re
from pathlib import Path

import pytest

from infra.operations.image import content_tag
from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

PROJECT = Path(__file__).resolve().parents[3]
IMAGE, REPOSITORY = "docker:index/image:Image", "aws:ecr/repository:Repository"


def test_the_image_is_built_from_the_runtime_by_paths_that_are_the_same_on_every_machine(stack: Recording) -> None:
    build = stack.one(IMAGE).inputs["build"]
    program = PROJECT / "infra"
    assert (program / build["context"]).resolve() == PROJECT
    assert (program / build["dockerfile"]).resolve() == PROJECT / "runtime" / "Dockerfile"
    assert not Path(build["context"]).is_absolute()
    assert not Path(build["dockerfile"]).is_absolute()


def test_the_image_has_a_tag_of_its_own_because_tags_never_move(stack: Recording) -> None:
    assert re.fullmatch(r".+:[0-9a-f]{16}", stack.one(IMAGE).inputs["imageName"])


def test_the_tag_follows_the_files_and_the_platform_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("one")
    first = content_tag(tmp_path, "linux/arm64")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "module.cpython-313.pyc").write_text("compiled")
    assert content_tag(tmp_path, "linux/arm64") == first
    assert content_tag(tmp_path, "linux/amd64") != first
    (tmp_path / "module.py").rename(tmp_path / "renamed.py")
    renamed = content_tag(tmp_path, "linux/arm64")
    (tmp_path / "renamed.py").write_text("two")
    assert len({first, renamed, content_tag(tmp_path, "linux/arm64")}) == 3


@pytest.mark.parametrize(("architecture", "platform"), [("arm64", "linux/arm64"), ("x86_64", "linux/amd64")])
def test_image_and_function_are_for_the_same_processor(architecture: str, platform: str) -> None:
    recording = record(run_program, {**DEVELOPMENT, "functionArchitecture": architecture})
    assert recording.one(IMAGE).inputs["build"]["platform"] == platform
    functions = recording.all("aws:lambda/function:Function")
    assert {tuple(function.inputs["architectures"]) for function in functions} == {(architecture,)}


def test_tags_never_move_and_images_are_scanned_and_encrypted_under_our_key(stack: Recording) -> None:
    repository = stack.one(REPOSITORY, "-runtime").inputs
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    (encryption,) = repository["encryptionConfigurations"]
    assert encryption["encryptionType"] == "KMS"


def test_old_images_go_by_themselves(stack: Recording) -> None:
    (rule,) = stack.one("aws:ecr/lifecyclePolicy:LifecyclePolicy", "-runtime").document("policy")["rules"]
    assert rule["selection"]["countNumber"] == 30
