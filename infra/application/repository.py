"""Where the application's images are pushed to."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.component import Component

# A push that never got a tag is what a build left behind.
UNTAGGED_DAYS = 14
# ECR does not know which digest is deployed. An image that has a tag of this kind is not counted among the others, so that no
# number of builds pushes out the one that production runs, or went back to.
RELEASE_TAG = "release-*"
RELEASES_KEPT = 500
OTHERS_KEPT = 100


@dataclass(frozen=True, kw_only=True)
class ImageRepositoryArgs:
    """What the repository is made from."""

    key_arn: pulumi.Input[str]
    disposable: bool


class ImageRepository(Component):
    """Produces a private repository for the application's images: a tag never moves, and each push is scanned.

    `url` is where images are pushed; no other account may pull. Enhanced scanning is a setting of the account's registry.
    What is deployed needs a tag like `release-2027-01-31`, or it goes when a hundred newer images are there.
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
    """Lets untagged images go after a while, and of releases and of all others the oldest beyond a number each.

    An image that a rule's tags match is no longer the business of the rules after it (ECR user guide, "Lifecycle policies").
    """
    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": UNTAGGED_DAYS,
    }
    releases = {"tagStatus": "tagged", "tagPatternList": [RELEASE_TAG]}
    return json.dumps(
        {
            "rules": [
                _expiry(1, f"Untagged images go after {UNTAGGED_DAYS} days", untagged),
                _expiry(2, f"Keep the newest {RELEASES_KEPT} releases", {**releases, **_newest(RELEASES_KEPT)}),
                _expiry(3, f"Keep the newest {OTHERS_KEPT} others", {"tagStatus": "any", **_newest(OTHERS_KEPT)}),
            ]
        }
    )


def _newest(number: int) -> dict[str, Any]:
    return {"countType": "imageCountMoreThan", "countNumber": number}


def _expiry(priority: int, description: str, selection: dict[str, Any]) -> dict[str, Any]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": selection,
        "action": {"type": "expire"},
    }
