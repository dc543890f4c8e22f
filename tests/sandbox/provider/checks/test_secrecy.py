import pytest

from sandbox.provider.checks.secrecy import is_secret


@pytest.mark.parametrize("name", ["authorizationConfig", "authorizationToken"])
def test_a_block_is_no_secret_by_its_name_where_its_members_say_for_themselves(name: str) -> None:
    assert is_secret(name, None) is (name == "authorizationToken")


@pytest.mark.parametrize("name", ["masterUserPassword", "privateKey", "secretString", "value"])
def test_members_that_hold_secrets_are_known_by_their_names(name: str) -> None:
    assert is_secret(name, None)
