from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.secrets import FUNCTION, TASK, check, what_it_is

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name",
    [
        *("JWT_SECRET", "DB_PASSWORD", "PASSWORD", "OPENAI_API_KEY", "API_KEY", "SENTRY_DSN", "ACCESS_TOKEN"),
        *("AWS_ACCESS_KEY_ID", "SMTP_PASS", "STRIPE_SECRET_KEY", "githubtoken_TOKEN", "CREDENTIALS"),
    ],
)
def test_a_name_that_says_so_holds_a_secret(name: str) -> None:
    assert what_it_is(name, "anything")


@pytest.mark.parametrize(
    "name",
    [
        *("DATABASE_SECRET_ARN", "SECRET_NAME", "TOKEN_TTL", "PASSWORD_MIN_LENGTH", "KMS_KEY_ID", "STORAGE_KEY"),
        *("S3_KEY", "PRIMARY_KEY_COLUMN", "COMPASS", "BYPASS_CACHE", "KEYSPACE"),
    ],
)
def test_a_name_that_only_says_where_it_is_holds_none(name: str) -> None:
    assert not what_it_is(name, "anything")


@pytest.mark.parametrize(
    "value",
    [
        *("sk_live_" + "a1" * 10, "whsec_" + "a1" * 10, "sk-" + "proj-a1" * 5, "AKIA" + "A1" * 8, JWT),
        *("-----BEGIN RSA " + "PRIVATE KEY-----", "postgres://jobr:hidden@db:5432/jobr", "redis://:hidden@cache"),
        *("ghp_" + "a1" * 18, "xoxb-" + "1" * 12, "see https://hooks.slack.com/services/T0/B0/xyz"),
    ],
)
def test_a_value_that_looks_like_a_secret_is_one_whatever_its_name(value: str) -> None:
    assert what_it_is("HARMLESS", value)


@pytest.mark.parametrize(
    "value", ["", "postgres://db:5432/jobr", "https://jobr.example.com/path@2", "sk", "eu-west-1", "1.2.3", UNKNOWN]
)
def test_a_plain_value_is_none(value: Any) -> None:
    assert not what_it_is("HARMLESS", value)


def test_an_empty_secret_is_none() -> None:
    assert not what_it_is("JWT_SECRET", "")


def test_a_name_is_enough_where_a_preview_does_not_know_the_value() -> None:
    function = Resource(FUNCTION, "f", "urn:f", {"environment": {"variables": {"DB_PASSWORD": UNKNOWN}}})
    assert [finding.control.id for finding in check(function)] == ["House.no-secrets-in-functions"]


def test_what_a_container_gets_by_reference_is_no_finding() -> None:
    secrets = [{"name": "JWT_SECRET", "valueFrom": "arn"}]
    task = Resource(TASK, "t", "urn:t", {"containerDefinitions": [{"name": "a", "secrets": secrets}]})
    assert list(check(task)) == []
