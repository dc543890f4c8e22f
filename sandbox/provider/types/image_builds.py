"""docker.Image without a container engine: the context is checked and digested, and a manifest is pushed to the embedded ECR."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from docker.utils.build import exclude_paths

from sandbox.cloud.functions import images
from sandbox.provider.api import Cloud, CloudError
from sandbox.provider.checks import Unknown
from sandbox.provider.planning import Difference, Failure
from sandbox.provider.state import State
from sandbox.provider.values import UNKNOWN

_INPUTS = {"build", "buildOnPreview", "imageName", "registry", "skipPush"}
_OUTPUTS = ("baseImageName", "context", "dockerfile", "platform", "registryServer", "repoDigest")


class ImageType:
    """docker:index/image:Image, as pulumi-docker 5 has it: what changes is built again, nothing is ever deleted."""

    token = "docker:index/image:Image"
    changing = ("repoDigest", "baseImageName")  # known only after the build, so a preview leaves them open
    gaps: ClassVar[Mapping[str, str]] = {
        "build": "nothing is built, since there is no container engine: a function runs from the image's context on this machine"
    }
    unserved: ClassVar[Mapping[str, str]] = {}

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.registry = f"{cloud.account_id}.dkr.ecr.{cloud.region}.amazonaws.com"

    def check(
        self, name: str, seed: bytes, old: Mapping[str, Any], new: Mapping[str, Any], default_tags: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[Failure]]:
        """The inputs with the digest of the context in `build`, and what a build would fail on."""
        del name, seed, old, default_tags
        inputs = {key: value for key, value in new.items() if value is not None and not key.startswith("__")}
        failures = [Failure(key, f"docker.Image has no property {key}") for key in sorted(inputs.keys() - _INPUTS)]
        if inputs.get("skipPush") is True:
            failures.append(
                Failure("skipPush", "the sandbox has no engine to hold an image that is not pushed: leave it out")
            )
        failures += self._name_failures(inputs.get("imageName"))
        build = {**(inputs.get("build") or {})}
        build.setdefault("context", ".")
        build.setdefault("dockerfile", str(Path(build["context"]) / "Dockerfile"))
        build.setdefault("platform", "linux/amd64")
        wrong = _context_failures(build)
        if not wrong:
            build["contextDigest"] = context_digest(Path(build["context"]), Path(build["dockerfile"]))
        return {"buildOnPreview": False, "skipPush": False, **inputs, "build": build}, failures + wrong

    def _name_failures(self, image: Any) -> list[Failure]:
        if isinstance(image, Unknown):
            return []
        host, slash, rest = str(image or "").partition("/")
        if slash and rest and host == self.registry:
            return []
        return [
            Failure("imageName", f"{image} is not in the embedded account's registry: begin it with {self.registry}/")
        ]

    def diff(self, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Mapping[str, Any]) -> Difference:
        """Everything is an update; a new password for the registry is no change."""
        del outputs
        names = (old.keys() | new.keys()) - {"registry"}
        changed = {name for name in names if not name.startswith("__") and old.get(name) != new.get(name)}
        if _server(old) != _server(new):
            changed.add("registry")
        return Difference(changed, set(), delete_first=False)

    def planned(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What a preview knows."""
        return {**dict.fromkeys(_OUTPUTS, UNKNOWN), **inputs}

    def create(self, token: str, inputs: Mapping[str, Any], seconds: float) -> State:
        """Pushes the image.

        Raises:
            CloudError: there is no such repository, or its tags are immutable and this one is taken.
        """
        del token, seconds
        image, build = str(inputs["imageName"]), inputs["build"]
        repository, _, tag = image.partition("/")[2].partition(":")
        self.cloud.call("ecr", "describe_repositories", {"repositoryNames": [repository]})
        try:
            digest = images.push(
                self.cloud.client("ecr"),
                repository,
                tag or "latest",
                Path(build["context"]),
                json.dumps(build, sort_keys=True),
            )
        except ClientError as error:
            details = error.response["Error"]
            raise CloudError("put_image", str(details["Code"]), str(details["Message"])) from error
        outputs = {
            **inputs,
            "baseImageName": image,
            "context": build["context"],
            "dockerfile": build["dockerfile"],
            "platform": build["platform"],
            "registryServer": _server(inputs) or self.registry,
            "repoDigest": f"{self.registry}/{repository}@{digest}",
        }
        return State(image, dict(inputs), outputs)

    def read(self, resource_id: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State | None:
        """The image as it was pushed, or None when the registry has it no more."""
        name, _, digest = str(outputs.get("repoDigest") or resource_id).partition("@")
        repository, _, tag = name.partition("/")[2].partition(":")
        wanted = {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}
        try:
            found = self.cloud.call("ecr", "batch_get_image", {"repositoryName": repository, "imageIds": [wanted]})
        except CloudError as error:
            if error.code == "RepositoryNotFoundException":
                return None
            raise
        return State(resource_id, dict(inputs), dict(outputs)) if found["images"] else None

    def update(self, state: State, inputs: Mapping[str, Any], changed: set[str], seconds: float) -> State:
        """The image that the changed context makes, under the same id."""
        del changed
        made = self.create("", inputs, seconds)
        return State(state.id, made.inputs, made.outputs)

    def delete(self, state: State, seconds: float) -> None:
        """Leaves the image where it is, as the official provider does; it goes with its repository."""


def context_digest(context: Path, dockerfile: Path) -> str:
    """SHA-256 over the names, modes and contents of what an engine would be sent, and over the Dockerfile."""
    digest = hashlib.sha256(dockerfile.read_bytes())
    for name in sorted(exclude_paths(str(context), _ignored(context, dockerfile))):
        path = context / name
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{name}\0{path.stat().st_mode & 0o111}\0{content}\n".encode())
    return digest.hexdigest()


def _ignored(context: Path, dockerfile: Path) -> list[str]:
    own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    file = own if own.is_file() else context / ".dockerignore"
    lines = file.read_text().splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _context_failures(build: Mapping[str, Any]) -> list[Failure]:
    context, dockerfile = Path(build["context"]), Path(build["dockerfile"])
    if not context.is_dir():
        return [Failure("build.context", f"the folder {context} does not exist (seen from {Path.cwd()})")]
    if dockerfile.is_file():
        return []
    inside = context / dockerfile
    hint = f": set it to {inside}" if inside.is_file() else f" (seen from {Path.cwd()})"
    return [Failure("build.dockerfile", f"the file {dockerfile} does not exist{hint}")]


def _server(inputs: Mapping[str, Any]) -> Any:
    return (inputs.get("registry") or {}).get("server")
