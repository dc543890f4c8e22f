from fnmatch import fnmatch
from typing import Any

from moto.ecr.policy_validation import EcrLifecyclePolicyValidator

from infra.application.repository import OTHERS_KEPT, RELEASES_KEPT, lifecycle_policy
from tests.infra.recording import Recording

REPOSITORY, LIFECYCLE = "aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"
ENDING = "-application"


def _rules(stack: Recording) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = stack.one(LIFECYCLE, ENDING).document("policy")["rules"]
    return sorted(rules, key=lambda rule: rule["rulePriority"])


def _rule_for(stack: Recording, *tags: str) -> dict[str, Any]:
    """The one rule that decides on an image: the first whose tags it has (ECR user guide, "Lifecycle policies")."""

    def matches(selection: dict[str, Any]) -> bool:
        patterns = selection.get("tagPatternList", [])
        tagged = bool(patterns) and all(any(fnmatch(tag, pattern) for tag in tags) for pattern in patterns)
        return {"any": True, "untagged": not tags, "tagged": tagged}[selection["tagStatus"]]

    selection: dict[str, Any] = next(rule["selection"] for rule in _rules(stack) if matches(rule["selection"]))
    return selection


def test_tags_never_move_and_pushes_are_scanned_and_encrypted_under_our_key(stack: Recording) -> None:
    repository = stack.one(REPOSITORY, ENDING).inputs
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    (encryption,) = repository["encryptionConfigurations"]
    assert encryption["encryptionType"] == "KMS"
    assert encryption["kmsKey"].endswith("-images")


def test_only_a_disposable_repository_goes_with_its_images(development: Recording, production: Recording) -> None:
    assert development.one(REPOSITORY, ENDING).inputs["forceDelete"] is True
    assert production.one(REPOSITORY, ENDING).inputs["forceDelete"] is False


def test_no_number_of_builds_pushes_out_a_release(stack: Recording) -> None:
    # A released image has the build's tag as well.
    release = _rule_for(stack, "build-4711", "release-2027-01-31")
    build = _rule_for(stack, "build-4712")
    assert release is not build
    assert release["countNumber"] == RELEASES_KEPT
    assert (build["tagStatus"], build["countNumber"]) == ("any", OTHERS_KEPT)


def test_what_a_build_left_behind_goes_after_two_weeks(stack: Recording) -> None:
    left = _rule_for(stack)
    assert (left["countType"], left["countUnit"], left["countNumber"]) == ("sinceImagePushed", "days", 14)


def test_ecr_takes_the_policy_and_the_rule_for_all_comes_last(stack: Recording) -> None:
    EcrLifecyclePolicyValidator(lifecycle_policy()).validate()
    # ECR user guide, "Lifecycle policy properties": a rule for any image has the highest number.
    assert [rule["selection"]["tagStatus"] for rule in _rules(stack)] == ["untagged", "tagged", "any"]
