import re

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.settings.loading import check, keys
from infra.settings.problems import SettingsError
from infra.settings.types import Environment
from tests.infra.recording import CERTIFICATE, DEVELOPMENT, PRODUCTION, SECRET_KEYS

COMMAND = re.compile(r"pulumi config (set|rm) --stack \S+( --secret)? jobr:\w+( .+)?")


def _refused(
    configuration: dict[str, str], stack: str = "test", secrets: frozenset[str] = SECRET_KEYS
) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        check(stack, configuration, secrets)
    return caught.value


def _reasons(error: SettingsError) -> dict[str, str]:
    return {problem.key: problem.reason for problem in error.problems}


def test_the_tests_own_configurations_are_good() -> None:
    assert check("test", DEVELOPMENT, SECRET_KEYS).stack.disposable is True
    assert check("test", PRODUCTION, SECRET_KEYS).stack.environment is Environment.PRODUCTION


REQUIRED_SECRETS = {"openaiApiKey", "sendgridApiKey", "stripeSecretKey", "stripeWebhookSecret"}


def test_an_unknown_key_is_named_with_the_one_that_was_meant() -> None:
    error = _refused({**DEVELOPMENT, "netwrokCidr": "10.0.0.0/16"})
    assert _reasons(error) == {"netwrokCidr": "is no setting: did you mean jobr:networkCidr?"}
    assert "pulumi config rm --stack test jobr:netwrokCidr" in str(error)


def test_an_unknown_key_like_no_other_is_named_alone() -> None:
    assert _reasons(_refused({**DEVELOPMENT, "zzzzzz": "1"})) == {"zzzzzz": "is no setting"}


def test_everything_that_is_missing_is_told_at_once_with_a_command_each() -> None:
    error = _refused({})
    assert _reasons(error).keys() == {
        "environment",
        "accountId",
        "applicationImage",
        "certificateArn",
        *REQUIRED_SECRETS,
    }
    assert "pulumi config set --stack test --secret jobr:openaiApiKey\n" in f"{error}\n"


def test_a_secret_in_clear_is_refused_without_showing_it() -> None:
    error = _refused(DEVELOPMENT, secrets=frozenset({"certificatePrivateKey"}))
    assert _reasons(error).keys() == REQUIRED_SECRETS
    assert DEVELOPMENT["openaiApiKey"] not in str(error)


def test_a_pem_is_read_from_a_file_and_not_taken_for_an_option() -> None:
    without_key = {key: value for key, value in DEVELOPMENT.items() if key != "certificatePrivateKey"}
    assert "--secret jobr:certificatePrivateKey < private-key.pem" in str(_refused(without_key))


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("environment", "prod", "must be 'production', 'staging' or 'development'"),
        ("accountId", "1234", "is not of the form"),
        ("networkCidr", "10.0.0.0/24", "too small for the address plan"),
        ("networkCidr", "10.0.0.1/16", "without host bits"),
        ("networkZones", "a,b", "three or four different zones"),
        ("networkZones", "a,b,b", "three or four different zones"),
        ("natGateways", "two", "must be 'one' or 'per-zone'"),
        ("databaseStorageGib", "lots", "must be a whole number"),
        ("databaseStorageGib", "19", "must be at least 20"),
        ("databaseMaximumStorageGib", "21", "at least 10 % above"),
        ("databaseBackupRetention", "36d", "must be 1d to 35d"),
        ("databaseMultiAz", "maybe", "must be true or false"),
        ("databaseBlueGreenUpdate", "true", "cannot be true while databaseReplica is"),
        ("applicationImage", "jobr:latest", "is not of the form"),
        ("applicationTasks", "0", "must be at least 1"),
        ("applicationMemoryMib", "122881", "must be at most 122880"),
        ("deploymentBakeTime", "25h", "must be 0s to 1d"),
        ("certificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/0a", "another region"),
        ("backupSchedule", "0 1 * * *", "is not of the form"),
        ("backupTimeout", "16m", "must be 1s to 15m"),
        ("backupTimeout", "quarter of an hour", "is no duration"),
        ("backupRetention", "36h", "must be whole days"),
        ("logRetention", "31d", "one of CloudWatch's periods"),
        ("alarmEmails", "one@example.com,two", "no e-mail address: number 2"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_key_and_the_reason(key: str, value: str, reason: str) -> None:
    assert reason in _reasons(_refused({**DEVELOPMENT, key: value}))[key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("disposable", "true"),
        ("databaseMultiAz", "false"),
        ("natGateways", "one"),
        ("applicationTasks", "1"),
        ("databaseBackupRetention", "13d"),
        ("backupRetention", "29d"),
        ("logRetention", "60d"),
        ("certificateBody", CERTIFICATE),
        ("domainName", ""),
    ],
)
def test_production_may_not_be_weaker(key: str, value: str) -> None:
    configuration = {**PRODUCTION, key: value} if value else {k: v for k, v in PRODUCTION.items() if k != key}
    assert "in production" in _reasons(_refused(configuration))[key]


def test_production_without_a_certificate_is_refused() -> None:
    assert (
        "there is no HTTPS"
        in _reasons(_refused({k: v for k, v in PRODUCTION.items() if k != "certificateArn"}))["certificateArn"]
    )


def test_a_stack_with_an_environments_name_is_of_that_environment() -> None:
    assert (
        "is development in the stack named production"
        in _reasons(_refused(DEVELOPMENT, stack="production"))["environment"]
    )


def test_rules_about_good_values_are_told_beside_values_that_cannot_be_read() -> None:
    error = _refused({**PRODUCTION, "databaseStorageGib": "lots", "databaseMultiAz": "false", "zone": "a"})
    assert _reasons(error).keys() == {"databaseStorageGib", "databaseMultiAz", "zone"}


def test_the_error_is_one_that_pulumi_shows_without_a_traceback() -> None:
    assert issubclass(SettingsError, pulumi.RunError)


def _message(configuration: dict[str, str]) -> str:
    """What a configuration is refused with; empty where it is accepted."""
    try:
        check("test", configuration, SECRET_KEYS)
    except SettingsError as error:
        return str(error)
    return ""


texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
names = st.one_of(st.sampled_from(sorted(keys())), st.from_regex(r"[a-zA-Z]{1,20}", fullmatch=True))


@settings(max_examples=200)
@given(st.dictionaries(names, texts, max_size=8))
def test_whatever_is_configured_is_accepted_or_refused_with_a_command_for_every_problem(
    configuration: dict[str, str],
) -> None:
    message = _message({**DEVELOPMENT, **configuration})
    lines = message.splitlines()[1:]
    assert all(COMMAND.fullmatch(line.strip()) for line in lines[1::2])
    assert all(line.startswith("  jobr:") for line in lines[::2])
    assert "datetime" not in message


@settings(max_examples=50)
@given(st.sampled_from(sorted(SECRET_KEYS)), st.uuids(), st.booleans())
def test_no_error_ever_shows_a_secret(key: str, secret: object, encrypted: bool) -> None:
    configuration = {**DEVELOPMENT, key: f"secret-{secret}", "colour": "blue"}
    error = _refused(configuration, secrets=SECRET_KEYS if encrypted else frozenset())
    assert f"secret-{secret}" not in str(error)
