from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.cloud.functions import images


def test_an_image_for_a_repository_that_does_not_exist_is_refused_by_name(aws: Callable[[str], Any]) -> None:
    manifest = {"imageManifest": "{}", "imageManifestMediaType": images.MANIFEST_TYPE, "imageTag": "1"}
    with pytest.raises(ClientError, match=r"RepositoryNotFoundException.*'nowhere'"):
        aws("ecr").put_image(repositoryName="nowhere", **manifest)


def test_an_image_for_one_that_exists_is_taken(aws: Callable[[str], Any], tmp_path: Any) -> None:
    ecr, name = aws("ecr"), f"repository-{uuid4().hex[:8]}"
    ecr.create_repository(repositoryName=name)
    digest = images.push(ecr, name, "1", tmp_path, "content")
    assert ecr.describe_images(repositoryName=name)["imageDetails"][0]["imageDigest"] == digest
