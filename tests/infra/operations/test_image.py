from pathlib import Path

import pytest

from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

PROJECT = Path(__file__).resolve().parents[3]
IMAGE, REPOSITORY = "docker:index/image:Image", "aws:ecr/repository:Repository"


def test_the_image_is_built_from_the_runtime_with_the_whole_project_as_its_context(stack: Recording) -> None:
    build = stack.one(IMAGE).inputs["build"]
    assert build["context"] == str(PROJECT)
    assert build["dockerfile"] == str(PROJECT / "runtime" / "Dockerfile")


@pytest.mark.parametrize(("architecture", "platform"), [("arm64", "linux/arm64"), ("x86_64", "linux/amd64")])
def test_image_and_function_are_for_the_same_processor(architecture: str, platform: str) -> None:
    recording = record(run_program, {**DEVELOPMENT, "functionArchitecture": architecture})
    assert recording.one(IMAGE).inputs["build"]["platform"] == platform
    assert recording.one("aws:lambda/function:Function").inputs["architectures"] == [architecture]


def test_tags_never_move_and_images_are_scanned_and_encrypted_under_our_key(stack: Recording) -> None:
    repository = stack.one(REPOSITORY).inputs
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    (encryption,) = repository["encryptionConfigurations"]
    assert encryption["encryptionType"] == "KMS"


def test_old_images_go_by_themselves(stack: Recording) -> None:
    (rule,) = stack.one("aws:ecr/lifecyclePolicy:LifecyclePolicy").document("policy")["rules"]
    assert rule["selection"]["countNumber"] == 30
