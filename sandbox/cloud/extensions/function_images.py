"""A function's image is found by tag or digest in a repository of any name, and its code takes another architecture.

Moto cuts a repository's name at its last slash, changes the image of published versions along, and ignores Architectures.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
"""

from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import ServiceException
from moto.ecr.models import ecr_backends

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Resolve images to their digest, keep and describe it; keep changed architectures."""
    del home

    def set_code(self: Any, spec: dict[str, Any]) -> None:
        if "ImageUri" not in spec:
            original_set(self, spec)
            return
        digest = _digest(self, spec["ImageUri"])
        if spec is not self.code:
            if spec.get("DryRun"):
                return
            # Published versions are copies of the function that share the object of its code.
            self.code = {**self.code, "ImageUri": spec["ImageUri"]}
        self.code_sha_256, self.code_size = digest, 0

    def update_code(self: Any, spec: dict[str, Any]) -> dict[str, Any]:
        if spec.get("Architectures") and not spec.get("DryRun"):
            self.architectures = spec["Architectures"]
        return original_update(self, spec)  # type: ignore[no-any-return]  # moto's function is Any here

    def get_code(self: Any) -> dict[str, Any]:
        answer: dict[str, Any] = original_get(self)
        if "ImageUri" in self.code:
            registry, repository, _ = _parsed(self.code["ImageUri"])
            answer["Code"]["ResolvedImageUri"] = f"{registry}/{repository}@sha256:{self.code_sha_256}"
        return answer

    original_set = replace(LambdaFunction, "_set_function_code", set_code)
    original_update = replace(LambdaFunction, "update_function_code", update_code)
    original_get = replace(LambdaFunction, "get_code", get_code)


def _parsed(uri: str) -> tuple[str, str, dict[str, str]]:
    """Registry, repository and ECR's identifier of the image."""
    registry, _, path = uri.partition("/")
    name, _, digest = path.partition("@")
    repository, _, tag = name.partition(":")
    return registry, repository, {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}


def _digest(function: Any, uri: str) -> str:
    """The hexadecimal digest of the image, which is the function's CodeSha256."""
    _, repository, image = _parsed(uri)
    ecr = ecr_backends[function.account_id][function.region]
    try:
        found = ecr.batch_get_image(repository_name=repository, image_ids=[image])["images"]
    except ServiceException:
        found = []
    if not found:
        raise InvalidParameterValueException(f"Source image {uri} does not exist. Provide a valid source image.")
    return str(found[0].image_id["imageDigest"]).removeprefix("sha256:")
