from pathlib import Path

import pytest
import yaml

from infra.settings.loading import check, keys
from infra.settings.types import Environment
from tests.infra.recording import CERTIFICATE, DEVELOPMENT, PRIVATE_KEY, SECRET_KEYS, SECRETS

PROJECT = Path(__file__).resolve().parents[3]
# What nobody can write into a file for others: set by hand, or by the overlay of the embedded cloud.
OWN = {"certificateBody": CERTIFICATE, "certificatePrivateKey": PRIVATE_KEY}


def _file(stack: str) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())
    return read


def _configuration(stack: str) -> dict[str, str]:
    return {key.removeprefix("jobr:"): value for key, value in _file(stack)["config"].items()}


@pytest.mark.parametrize("stack", list(Environment))
def test_a_stack_file_needs_nothing_but_its_secrets(stack: str) -> None:
    kind = "live" if stack == Environment.PRODUCTION else "test"
    wanted = {
        **SECRETS,
        "stripeSecretKey": f"sk_{kind}_{'a' * 24}",
        **(OWN if stack == Environment.DEVELOPMENT else {}),
    }
    assert check(stack, {**_configuration(stack), **wanted}, SECRET_KEYS).stack.environment == stack


@pytest.mark.parametrize("stack", list(Environment))
def test_a_stack_file_holds_differences_from_the_defaults_alone(stack: str) -> None:
    same = [key for key, value in _configuration(stack).items() if value == keys()[key].default]
    assert same == []


@pytest.mark.parametrize("stack", list(Environment))
def test_a_stack_file_holds_no_secret_in_clear_and_only_text(stack: str) -> None:
    configuration = _configuration(stack)
    assert not SECRET_KEYS & configuration.keys()
    assert all(isinstance(value, str) for value in configuration.values())


def test_real_stacks_encrypt_with_a_key_of_the_account() -> None:
    for stack in (Environment.PRODUCTION, Environment.STAGING):
        assert str(_file(stack)["secretsprovider"]).startswith(f"awskms://alias/jobr-pulumi-{stack}?region=")


def test_the_tests_know_every_secret_there_is() -> None:
    required = {key.key for key in keys().values() if key.secret and key.required}
    assert required <= SECRET_KEYS <= {key.key for key in keys().values() if key.secret}
    assert keys().keys() >= DEVELOPMENT.keys()
