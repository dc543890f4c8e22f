"""Where the application's images are pushed to."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component

# What was released stays long enough to go back to it; a push that never got a tag is what a build left behind.
IMAGES_KEPT = 100
UNTAGGED_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryArgs:
    """What the repository is made from."""

    key_arn: pulumi.Input[str]
    disposable: bool


class ImageRepository(Component):
    """Produces a private repository for the application's images: a tag never moves, and each push is scanned.

    `url` is where images are pushed; no other account may pull. Enhanced scanning is a setting of the account's registry.
    """

    room = "application"

    def __init__(self, name: str, args: ImageRepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        repository_name = self.named("application")
        repository = aws.ecr.Repository(
            repository_name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=args.key_arn)
            ],
            force_delete=args.disposable,
            tags=self.tags(repository_name),
            opts=self.options(),
        )
        aws.ecr.LifecyclePolicy(
            repository_name,
            repository=repository.name,
            policy=lifecycle_policy(),
            opts=self.options(),
        )
        self.url = repository.repository_url
        self.finish({"url": self.url})


def lifecycle_policy() -> str:
    """Lets untagged images go after a while, and the oldest of the others."""
    return json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "description": f"Untagged images go after {UNTAGGED_DAYS} days",
                    "selection": {
                        "tagStatus": "untagged",
                        "countType": "sinceImagePushed",
                        "countUnit": "days",
                        "countNumber": UNTAGGED_DAYS,
                    },
                    "action": {"type": "expire"},
                },
                {
                    "rulePriority": 2,
                    "description": f"Keep the newest {IMAGES_KEPT} images",
                    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": IMAGES_KEPT},
                    "action": {"type": "expire"},
                },
            ]
        }
    )
