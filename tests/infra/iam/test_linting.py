import json
from typing import Any

import pytest

from policy.iam import ON_EVERYTHING, WITHOUT_RESOURCE
from tests.infra.iam.linting import Kind, exists, lint, takes_no_resource

KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def faults(kind: Kind = Kind.IDENTITY, **statement: Any) -> list[tuple[str, str]]:
    whole = {"Sid": "Test", "Effect": "Allow", "Action": "kms:Decrypt", **statement}
    text = json.dumps({"Version": "2012-10-17", "Statement": [whole]})
    return [(fault.rule, fault.subject) for fault in lint(text, kind)]


def test_a_sound_statement_has_no_fault() -> None:
    condition = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com", "aws:SourceAccount": "1"}}
    assert faults(Resource=[KEY], Condition=condition) == []


@pytest.mark.parametrize("action", ["kms:Decript", "kmz:Decrypt", "kms:Dekrypt*"])
def test_an_action_that_aws_does_not_know_is_told(action: str) -> None:
    assert ("unknown-action", action) in faults(Action=[action, "kms:Decrypt"], Resource=KEY)


def test_the_newest_actions_are_known() -> None:
    assert exists("ecs:ContinueServiceDeployment")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", "arn:aws:s3:::bucket"),
        ("s3:ListBucket", "arn:aws:s3:::bucket/*"),
        ("kms:Decrypt", "arn:aws:s3:::b"),
    ],
)
def test_a_resource_that_the_action_does_not_take_is_told(action: str, resource: str) -> None:
    assert faults(Action=action, Resource=resource) == [
        ("takes-no-such-resource", f"{action} on {resource}"),
        ("resource-of-no-action", resource),
    ]


def test_an_action_without_resources_needs_them_all() -> None:
    assert ("needs-every-resource", "ecr:GetAuthorizationToken") in faults(
        Action="ecr:GetAuthorizationToken", Resource=KEY
    )
    assert faults(Action="ecr:GetAuthorizationToken", Resource="*") == []


def test_a_condition_that_no_action_knows_is_told_and_one_with_a_wrong_operator_too() -> None:
    condition = {"StringEqual": {"kms:ViaService": "s3"}, "StringEquals": {"s3:prefix": "x"}}
    assert faults(Resource=KEY, Condition=condition) == [
        ("unknown-operator", "StringEqual"),
        ("unknown-condition", "s3:prefix for kms:Decrypt"),
    ]


def test_a_document_of_the_wrong_kind_is_told() -> None:
    assert [rule for rule, _ in faults(Principal="*", Resource=KEY)] == ["misplaced-principal"]
    assert [rule for rule, _ in faults(Kind.TRUST, Action="sts:AssumeRole", Resource="*", Principal="*")] == [
        "misplaced-resource"
    ]
    assert [rule for rule, _ in faults(Kind.RESOURCE, Resource=KEY)] == ["misplaced-principal"]


def test_a_document_longer_than_aws_takes_is_told() -> None:
    resources = [f"{KEY}{number}" for number in range(300)]
    assert "too-long" in [rule for rule, _ in faults(Resource=resources)]


def test_what_the_policy_pack_lets_stand_on_everything_has_no_resource_or_a_reason() -> None:
    assert [action for action in sorted(WITHOUT_RESOURCE) if not takes_no_resource(action)] == []
    assert [action for action in ON_EVERYTHING if not exists(action) or takes_no_resource(action)] == []
    assert all(ON_EVERYTHING.values())
