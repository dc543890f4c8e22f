"""What Secrets Manager holds, and how."""

from tests.infra.recording import Recording

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"


def test_every_secret_is_under_the_key_of_secrets_and_has_a_value(stack: Recording) -> None:
    secrets = stack.all(SECRET)
    assert len(secrets) >= 9, "six logins, and a party each"
    assert all(secret.inputs["kmsKeyId"].endswith("-secrets") for secret in secrets)
    assert [version.name for version in stack.all(VERSION)] == [secret.name for secret in secrets]


def test_no_value_reaches_the_state_in_clear(stack: Recording) -> None:
    assert all("secretString" in version.secrets for version in stack.all(VERSION))
    assert "password" in stack.one("aws:rds/instance:Instance", "-primary").secrets


def test_a_deleted_secret_can_be_had_back_for_a_month_but_in_a_disposable_stack(
    development: Recording, production: Recording
) -> None:
    assert {secret.inputs["recoveryWindowInDays"] for secret in production.all(SECRET)} == {30}
    assert {secret.inputs["recoveryWindowInDays"] for secret in development.all(SECRET)} == {0}


def test_a_secret_says_what_it_is_for_and_never_what_it_is(stack: Recording) -> None:
    descriptions = [secret.inputs["description"] for secret in stack.all(SECRET)]
    assert all(descriptions)
    assert not any("password" in description for description in descriptions)
