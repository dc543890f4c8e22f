"""The functions' image: its repository, its build, its digest."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker

from infra.component import Component
from infra.settings import Architecture

RUNTIME = Path(__file__).resolve().parents[2] / "runtime"
# Paths as the provider sees them: the engine starts it in the program's folder, infra/. Absolute ones would differ between
# machines, and pulumi-docker takes every change of a path for a change of the image.
CONTEXT = ".."
DOCKERFILE = "../runtime/Dockerfile"
TAG_LENGTH = 16
PLATFORMS = {Architecture.ARM64: "linux/arm64", Architecture.X86_64: "linux/amd64"}
# Enough to go back a month of daily releases.
IMAGES_KEPT = 30


@dataclass(frozen=True, kw_only=True)
class RuntimeImageArgs:
    """What the image is made from."""

    architecture: Architecture
    key_arn: pulumi.Input[str]
    disposable: bool


class RuntimeImage(Component):
    """Produces the runtime's image in a private repository; `uri` names it by its digest."""

    room = "operations"

    def __init__(self, name: str, args: RuntimeImageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.repository = self._repository()
        self.image = self._image()
        self.uri = self.image.repo_digest
        self.repository_url = self.repository.repository_url
        self.finish({"uri": self.uri})

    def _repository(self) -> aws.ecr.Repository:
        name = self.named("runtime")
        repository = aws.ecr.Repository(
            name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=self._args.key_arn)
            ],
            force_delete=self._args.disposable,
            tags=self.tags(name),
            opts=self.options(),
        )
        aws.ecr.LifecyclePolicy(name, repository=repository.name, policy=lifecycle_policy(), opts=self.options())
        return repository

    def _image(self) -> docker.Image:
        platform = PLATFORMS[self._args.architecture]
        token = aws.ecr.get_authorization_token_output(
            registry_id=self.repository.registry_id, opts=pulumi.InvokeOutputOptions(parent=self)
        )
        return docker.Image(
            self.named("runtime"),
            build=docker.DockerBuildArgs(
                context=CONTEXT,
                dockerfile=DOCKERFILE,
                platform=platform,
            ),
            # Tags are immutable, so what is pushed anew needs a new one.
            image_name=pulumi.Output.concat(self.repository.repository_url, ":", content_tag(RUNTIME, platform)),
            registry=docker.RegistryArgs(
                server=self.repository.repository_url,
                username=token.user_name,
                password=pulumi.Output.secret(token.password),
            ),
            opts=self.options(),
        )


def lifecycle_policy() -> str:
    """Keeps the newest images and lets the rest go."""
    rule = {
        "rulePriority": 1,
        "description": f"Keep the newest {IMAGES_KEPT} images",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": IMAGES_KEPT},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})


def content_tag(folder: Path, platform: str) -> str:
    """A tag that changes exactly when the image's own files or its platform do; .dockerignore leaves out the same files."""
    digest = hashlib.sha256(platform.encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts:
            digest.update(
                path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
            )
    return digest.hexdigest()[:TAG_LENGTH]
