import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.iam.keys import Purpose, key_policy
from tests.infra.recording import ACCOUNT, REGION, Recorded, Recording

KEY = "aws:kms/key:Key"
# Who uses a key with no caller's rights; everything else comes by a caller's own policies or by grants.
SERVICES: dict[Purpose, set[str]] = {
    Purpose.DATABASE: set(),
    Purpose.STORAGE: set(),
    Purpose.SECRETS: set(),
    Purpose.LOGS: {f"logs.{REGION}.amazonaws.com"},
    Purpose.MESSAGES: {"cloudwatch.amazonaws.com", "events.amazonaws.com", "events.rds.amazonaws.com"},
    Purpose.IMAGES: set(),
}


def _statements(purpose: Purpose) -> list[dict[str, Any]]:
    policy = key_policy(purpose, account_id=ACCOUNT, region=REGION, prefix="jobr-test")
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def _key(stack: Recording, purpose: Purpose) -> Recorded:
    (found,) = [key for key in stack.all(KEY) if key.name.endswith(f"-{purpose}") and "-recovery-" not in key.name]
    return found


@pytest.mark.parametrize("purpose", Purpose)
def test_a_keys_policy_names_the_services_of_its_purpose_alone(purpose: Purpose) -> None:
    named = {service for s in _statements(purpose) for service in s["Principal"].get("Service", [])}
    assert named == SERVICES[purpose]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_service_uses_a_key_for_this_stack_of_this_account_alone(purpose: Purpose) -> None:
    for statement in _statements(purpose):
        if "Service" in statement["Principal"]:
            limits = json.dumps(statement["Condition"]["ArnLike"])
            assert ACCOUNT in limits
            assert "jobr-test-*" in limits


@pytest.mark.parametrize("purpose", Purpose)
def test_a_key_can_be_managed_by_its_account_and_by_no_other(purpose: Purpose) -> None:
    owners = [s["Principal"]["AWS"] for s in _statements(purpose) if "AWS" in s["Principal"]]
    assert owners == [[f"arn:aws:iam::{ACCOUNT}:root"]]


@pytest.mark.parametrize("purpose", Purpose)
def test_no_service_may_manage_a_key_or_hand_it_on(purpose: Purpose) -> None:
    for statement in _statements(purpose):
        if "Service" in statement["Principal"]:
            assert not any(action in {"kms:*", "kms:CreateGrant", "kms:PutKeyPolicy"} for action in statement["Action"])


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_has_a_key_of_its_own_that_rotates_and_an_alias(stack: Recording, purpose: Purpose) -> None:
    key = _key(stack, purpose)
    assert key.inputs["enableKeyRotation"] is True
    aliases = {a.inputs["name"]: a.inputs["targetKeyId"] for a in stack.all("aws:kms/alias:Alias")}
    assert aliases[f"alias/{key.name}"] == key.name


def _patterns(stack: Recording, purpose: Purpose, key: str) -> list[str]:
    """What the conditions of a key's services let through, under one condition key."""
    statements = _key(stack, purpose).document("policy")["Statement"]
    limits = [s["Condition"]["ArnLike"][key] for s in statements if key in s.get("Condition", {}).get("ArnLike", {})]
    return [pattern for limit in limits for pattern in ([limit] if isinstance(limit, str) else limit)]


def test_cloudwatch_may_use_the_key_for_every_log_group_that_has_it(stack: Recording) -> None:
    groups = [
        g for g in stack.all("aws:cloudwatch/logGroup:LogGroup") if g.inputs.get("kmsKeyId", "").endswith("-logs")
    ]
    assert groups
    patterns = _patterns(stack, Purpose.LOGS, "kms:EncryptionContext:aws:logs:arn")
    for group in groups:
        # Pulumi ends a name of its own with a hyphen and seven digits.
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group.inputs.get('name', f'{group.name}-0a1b2c3')}"
        assert any(fnmatchcase(arn, pattern) for pattern in patterns), arn


def test_who_tells_of_alarms_and_events_may_use_the_key_of_every_topic(stack: Recording) -> None:
    topics = _patterns(stack, Purpose.MESSAGES, "kms:EncryptionContext:aws:sns:topicArn")
    for topic in stack.all("aws:sns/topic:Topic"):
        assert topic.inputs["kmsMasterKeyId"].endswith("-messages")
        arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{topic.name}-0a1b2c3"
        assert all(fnmatchcase(arn, pattern) for pattern in topics), arn
    (alarms,) = _patterns(stack, Purpose.MESSAGES, "aws:SourceArn")
    kinds = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")
    declared = [alarm for kind in kinds for alarm in stack.all(kind)]
    assert declared
    for alarm in declared:
        name = alarm.inputs.get("name") or alarm.inputs.get("alarmName") or f"{alarm.name}-0a1b2c3"
        assert fnmatchcase(f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}", alarms), name


def test_production_may_think_a_month_before_a_key_is_destroyed(development: Recording, production: Recording) -> None:
    for purpose in Purpose:
        assert _key(production, purpose).inputs["deletionWindowInDays"] == 30
        assert _key(production, purpose).protect
        assert _key(development, purpose).inputs["deletionWindowInDays"] == 7
        assert not _key(development, purpose).protect
