"""Functions from images: which image, which command, which architecture."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.cloud.functions import images
from tests.sandbox.cloud.support import Functions

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


class Image:
    """A repository with a name of two parts, and functions from its images."""

    def __init__(self, ecr: Any, functions: Functions, context: Path) -> None:
        self.ecr, self.functions, self.context = ecr, functions, context
        self.name = f"project/runtime-{uuid4().hex[:8]}"
        self.uri = f"{REGISTRY}/{self.name}"
        ecr.create_repository(repositoryName=self.name)
        (context / "app.py").write_text(
            "def first(event, context): return 'first'\ndef second(event, context): return 'second'\n"
        )

    def push(self, tag: str) -> str:
        return images.push(self.ecr, self.name, tag, self.context, tag)

    def function(self, uri: str, **declared: Any) -> str:
        made = self.functions.client.create_function(
            FunctionName=f"f-{uuid4().hex[:8]}",
            Role=self.functions.role,
            PackageType="Image",
            Code={"ImageUri": uri},
            Timeout=20,
            **declared,
        )
        return str(made["FunctionArn"])

    def get(self, function: str) -> Any:
        return self.functions.client.get_function(FunctionName=function)


@pytest.fixture
def image(aws: Callable[[str], Any], functions: Functions, tmp_path: Path) -> Image:
    return Image(aws("ecr"), functions, tmp_path)


def test_the_sum_of_the_code_is_the_images_digest_and_the_resolved_uri_carries_it(image: Image) -> None:
    digest = image.push("1")
    for uri in (f"{image.uri}:1", f"{image.uri}@{digest}"):
        found = image.get(image.function(uri))
        assert found["Configuration"]["CodeSha256"] == digest.removeprefix("sha256:")
        assert found["Code"]["ImageUri"] == uri
        assert found["Code"]["ResolvedImageUri"] == f"{image.uri}@{digest}"


def test_another_image_is_another_sum_and_published_versions_keep_theirs(image: Image) -> None:
    first, second = image.push("1"), image.push("2")
    client, function = image.functions.client, image.function(f"{image.uri}:1")
    version = client.publish_version(FunctionName=function)["Version"]
    client.update_function_code(FunctionName=function, ImageUri=f"{image.uri}:2")
    assert image.get(function)["Code"]["ResolvedImageUri"] == f"{image.uri}@{second}"
    published = client.get_function(FunctionName=function, Qualifier=version)
    assert published["Code"]["ImageUri"] == f"{image.uri}:1"
    assert published["Code"]["ResolvedImageUri"] == f"{image.uri}@{first}"


@pytest.mark.parametrize("where", ["{}:2", "{}@sha256:" + "0" * 64, "{}-elsewhere:1"])
def test_an_image_that_is_not_there_is_refused_and_changes_nothing(image: Image, where: str) -> None:
    image.push("1")
    function = image.function(f"{image.uri}:1")
    missing = where.format(image.uri)
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{missing} does not exist"):
        image.functions.client.update_function_code(FunctionName=function, ImageUri=missing)
    assert image.get(function)["Code"]["ImageUri"] == f"{image.uri}:1"


def test_a_changed_command_is_described_and_run(image: Image) -> None:
    image.push("1")
    function = image.function(f"{image.uri}:1", ImageConfig={"Command": ["app.first"]})
    client = image.functions.client
    assert image.get(function)["Configuration"]["ImageConfigResponse"] == {"ImageConfig": {"Command": ["app.first"]}}
    assert image.functions.invoke(function)[0] == "first"
    changed = {"Command": ["app.second"], "EntryPoint": ["/entry"], "WorkingDirectory": "/var/task"}
    answer = client.update_function_configuration(FunctionName=function, ImageConfig=changed)
    assert answer["ImageConfigResponse"]["ImageConfig"] == changed
    assert image.get(function)["Configuration"]["ImageConfigResponse"]["ImageConfig"] == changed
    assert image.functions.invoke(function)[0] == "second"
    client.update_function_configuration(FunctionName=function, ImageConfig={})
    assert "ImageConfigResponse" not in image.get(function)["Configuration"]


def test_new_code_may_be_for_another_architecture(image: Image) -> None:
    image.push("1")
    function = image.function(f"{image.uri}:1", Architectures=["arm64"])
    assert image.get(function)["Configuration"]["Architectures"] == ["arm64"]
    update = {"FunctionName": function, "ImageUri": f"{image.uri}:1"}
    image.functions.client.update_function_code(**update, Architectures=["x86_64"])
    assert image.get(function)["Configuration"]["Architectures"] == ["x86_64"]
    image.functions.client.update_function_code(**update, Architectures=["arm64"], DryRun=True)
    assert image.get(function)["Configuration"]["Architectures"] == ["x86_64"]
