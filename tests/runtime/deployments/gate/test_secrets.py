import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.common.aws import make_client
from runtime.common.errors import SecretError
from runtime.common.logging import Redactor
from runtime.deployments.gate import secrets_check
from runtime.deployments.gate.application import ApplicationEnvironment, Reference, read_environment
from runtime.deployments.verdict import Level
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.gate.stage import VALID, scene, single

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:jobr/stripe-AbCdEf"
PART = st.text(st.characters(exclude_characters=":", categories=["L", "N"]), max_size=20)


@given(key=PART, stage=PART, version=PART)
def test_a_reference_is_read_as_ecs_writes_it(key: str, stage: str, version: str) -> None:
    assert Reference.parse(f"{ARN}:{key}:{stage}:{version}") == Reference(ARN, key, stage, version)
    assert Reference.parse(ARN) == Reference(ARN)


@given(text=st.text(max_size=80))
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(SecretError, match="is none to Secrets Manager"):
        Reference.parse(text)


def container(**references: str) -> dict[str, Any]:
    secrets = [{"name": name, "valueFrom": reference} for name, reference in references.items()]
    return {"name": "app", "environment": [{"name": "PORT", "value": "3000"}], "secrets": secrets}


def store(name: str, value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    arn: str = make_client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]
    return arn


def test_the_environment_holds_the_values_that_a_task_would_get(aws: str) -> None:
    del aws
    stripe, token = store("stripe", {"key": "sk_test_abcdef", "hook": "whsec_abcdef"}), store("token", "a-whole-secret")
    redactor = Redactor()
    wanted = container(KEY=f"{stripe}:key::", HOOK=f"{stripe}:hook:AWSCURRENT:", TOKEN=token)
    found = read_environment(wanted, make_client("secretsmanager"), redactor)
    values = {"PORT": "3000", "KEY": "sk_test_abcdef", "HOOK": "whsec_abcdef", "TOKEN": "a-whole-secret"}
    assert (dict(found.values), found.problems) == (values, ())
    assert redactor.text("sk_test_abcdef whsec_abcdef a-whole-secret 3000") == "*** *** *** 3000"
    assert "sk_test" not in repr(found)


def test_every_secret_that_cannot_be_had_is_named_with_its_reason_at_once(aws: str) -> None:
    del aws
    stripe = store("stripe", {"key": 5})
    plain = store("plain", "no-json-hunter2")
    wanted = container(
        NUMBER=f"{stripe}:key::",
        ABSENT=f"{stripe}:other::",
        PLAIN=f"{plain}:key::",
        GONE=f"{ARN}:key::",
        ODD="/a/parameter",
    )
    found = read_environment(wanted, make_client("secretsmanager"), Redactor())
    messages = {finding.message.partition(" ")[0]: finding.message for finding in found.problems}
    assert messages.keys() == {"NUMBER", "ABSENT", "PLAIN", "GONE", "ODD"} == found.unread
    assert "no text under its key key" in messages["NUMBER"]
    assert "no text under its key other" in messages["ABSENT"]
    assert "must be a JSON object" in messages["PLAIN"]
    assert "ResourceNotFoundException" in messages["GONE"]
    assert "is none to Secrets Manager" in messages["ODD"]
    assert "hunter2" not in str(found.problems)


def test_an_environment_that_the_schema_accepts_is_fine(account: Account) -> None:
    finding = single(secrets_check.check(scene(account)))
    assert (finding.outcome, finding.message.split(" ")[:2]) == (Level.OK, ["All", str(len(VALID))])


def messages(account: Account, **changes: str | None) -> list[str]:
    values = {name: value for name, value in (VALID | changes).items() if value is not None}
    result = secrets_check.check(scene(account, values))
    assert {finding.outcome for finding in result.findings} == {Level.FAIL}
    assert all("pulumi config set" in finding.mend for finding in result.findings)
    return [finding.message for finding in result.findings]


def test_values_are_checked_and_not_only_names_and_all_at_once(account: Account) -> None:
    found = messages(
        account, STRIPE_SECRET_KEY="hunter2", JWT_SECRET=None, LOG_LEVEL="loud", PHONEPE_SALT_KEY="salt-hunter2"
    )
    assert "JWT_SECRET is not set" in found
    assert "LOG_LEVEL must be one of error, warn, info, debug" in found
    assert "PHONEPE_MERCHANT_ID is not set, which PHONEPE_SALT_KEY needs" in found
    assert any(message.startswith("STRIPE_SECRET_KEY does not match ^[sr]k_") for message in found)
    assert "hunter2" not in str(found)


def test_conditions_of_an_environment_are_told_in_their_own_words(account: Account) -> None:
    found = messages(account, NODE_ENV="production")
    assert found == ["STRIPE_SECRET_KEY is a test key: no payment would be real; a live key is needed"]
    unverified = messages(account, DATABASE_URL="postgresql://jobr:hunter2@db/app?sslmode=require")
    assert unverified == ["DATABASE_URL must verify the server's certificate: sslmode=verify-full"]


@given(name=st.sampled_from(sorted(VALID)), value=st.text(st.characters(categories=["Lu"]), min_size=8, max_size=20))
def test_no_message_ever_holds_a_value(name: str, value: str) -> None:
    found = list(secrets_check._wrong({**VALID, name: value}, frozenset()))
    assert value not in " ".join(finding.message for finding in found)


def test_what_could_not_be_read_is_told_once(account: Account) -> None:
    values = {name: value for name, value in VALID.items() if name != "JWT_SECRET"}
    problem = single(secrets_check.check(scene(account, {**VALID, "LOG_LEVEL": "loud"})))
    environment = ApplicationEnvironment(values, (problem,), frozenset({"JWT_SECRET"}))
    assert secrets_check.check(scene(account, environment=environment)).findings == (problem,)
    nothing = ApplicationEnvironment({}, (problem,), complete=False)
    assert secrets_check.check(scene(account, environment=nothing)).findings == (problem,)
