import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.cloud.functions import images
from tests.sandbox.cloud.support import Functions

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def ecr(aws: Callable[[str], Any]) -> Any:
    return aws("ecr")


@pytest.fixture
def repository(ecr: Any) -> str:
    name = f"repository-{uuid4().hex[:8]}"
    ecr.create_repository(repositoryName=name)
    return name


def test_an_image_leads_to_its_build_context_by_tag_and_by_digest(ecr: Any, repository: str, tmp_path: Path) -> None:
    context = tmp_path / "a folder"
    digest = images.push(ecr, repository, "1", context, "content")
    assert images.context_of(ecr, f"{HOST}/{repository}:1") == context
    assert images.context_of(ecr, f"{HOST}/{repository}@{digest}") == context


def test_the_digest_is_that_of_the_manifest_and_follows_the_content(ecr: Any, repository: str, tmp_path: Path) -> None:
    digest = images.push(ecr, repository, "1", tmp_path, "content")
    (image,) = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "1"}])["images"]
    assert digest == "sha256:" + hashlib.sha256(image["imageManifest"].encode()).hexdigest()
    assert images.push(ecr, repository, "1", tmp_path, "content") == digest
    assert images.push(ecr, repository, "1", tmp_path, "other content") != digest


@pytest.mark.parametrize("name", ["nowhere:1", "{}:2", "{}@sha256:" + "0" * 64])
def test_an_image_that_is_not_there_is_named(ecr: Any, repository: str, name: str) -> None:
    with pytest.raises(LookupError, match="has no image"):
        images.context_of(ecr, f"{HOST}/{name.format(repository)}")


def test_a_function_runs_from_its_images_build_context(
    ecr: Any, repository: str, tmp_path: Path, functions: Functions
) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime/greet.py").write_text("def handle(event, context): return f'hello {event}'")
    digest = images.push(ecr, repository, "1", tmp_path, "content")
    arn = functions.client.create_function(
        FunctionName=repository,
        Role=functions.role,
        PackageType="Image",
        Code={"ImageUri": f"{HOST}/{repository}@{digest}"},
        ImageConfig={"Command": ["runtime.greet.handle"]},
        Timeout=20,
    )["FunctionArn"]
    assert functions.invoke(arn, "world")[0] == "hello world"
