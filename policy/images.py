"""Image repositories scan what is pushed, never change a tag, and forget old images."""

from collections.abc import Iterator, Sequence

from policy.model import Control, Finding, Resource, Standard
from policy.rules import checker, rule, unless

SCANNED = Control("ECR.1", "ECR private repositories should have image scanning configured")
IMMUTABLE = Control("ECR.2", "ECR private repositories should have tag immutability configured")
AGEING = Control("ECR.3", "ECR repositories should have at least one lifecycle policy configured")
ENCRYPTED = Control(
    "ECR.5", "ECR repositories should be encrypted with customer managed AWS KMS keys", Standard.SECURITY_HUB
)

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"


def _without_key(repository: Resource) -> bool:
    kind = unless("encryptionConfigurations.encryptionType", "KMS", "KMS_DSSE")
    return kind(repository) or repository.get("encryptionConfigurations.kmsKey") in (None, "")


check = checker(
    [
        rule(
            REPOSITORY,
            SCANNED,
            unless("imageScanningConfiguration.scanOnPush", True),
            "takes images unseen",
            'Set image_scanning_configuration={"scan_on_push": True}',
        ),
        rule(
            REPOSITORY,
            IMMUTABLE,
            unless("imageTagMutability", "IMMUTABLE"),
            "lets a tag move to another image",
            'Set image_tag_mutability="IMMUTABLE"',
        ),
        rule(
            REPOSITORY,
            ENCRYPTED,
            _without_key,
            "is not encrypted with a key of the stack",
            'Set encryption_configurations=[{"encryption_type": "KMS", "kms_key": ...}]',
        ),
    ]
)


def check_lifecycles(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about repositories that keep every image for ever."""
    policies = [resource for resource in resources if resource.type == LIFECYCLE]
    for repository in resources:
        if repository.type == REPOSITORY and not any(one.refers_to(repository, "repository") for one in policies):
            yield Finding(AGEING, repository, "keeps every image for ever", "Add a LifecyclePolicy")
