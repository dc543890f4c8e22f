"""The stand-ins answer the gate's own questions."""

import pytest
import urllib3

from runtime.deployments.gate import third_parties as gate
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.third_parties import PARTIES, ThirdParties

KEYS = {"openai": "sk-a", "stripe": "sk_test_a", "sendgrid": "SG.a"}


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, parties: ThirdParties) -> ThirdParties:
    monkeypatch.setenv("SSL_CERT_FILE", parties.environment["SSL_CERT_FILE"])
    return parties


def status(parties: ThirdParties, name: str, key: str) -> int:
    path = next(party.path for party in PARTIES if party.name == name)
    return gate._ask(parties.url(name) + path, key)


def test_each_takes_its_own_kind_of_key_and_refuses_others(trusted: ThirdParties) -> None:
    for name, key in KEYS.items():
        assert status(trusted, name, key) == 200
        assert status(trusted, name, "another") == 401


def test_one_that_is_down_says_so_and_the_others_go_on(trusted: ThirdParties) -> None:
    trusted.down.add("openai")
    assert [status(trusted, name, key) for name, key in KEYS.items()] == [503, 200, 200]
    trusted.down.clear()
    assert status(trusted, "openai", KEYS["openai"]) == 200


def test_one_can_refuse_connections_and_come_back_where_it_was(trusted: ThirdParties) -> None:
    url = trusted.url("stripe")
    trusted.refuse("stripe")
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        status(trusted, "stripe", KEYS["stripe"])
    assert status(trusted, "openai", KEYS["openai"]) == 200
    trusted.accept("stripe")
    assert trusted.url("stripe") == url
    assert status(trusted, "stripe", KEYS["stripe"]) == 200


def test_nobody_trusts_them_without_being_told(parties: ThirdParties, account: Account) -> None:
    with pytest.raises(urllib3.exceptions.SSLError):
        status(parties, "openai", KEYS["openai"])
    assert parties.environment["SSL_CERT_FILE"] == str(account.home.certificate_authority)


def test_the_gates_settings_are_named_as_the_gate_names_them(parties: ThirdParties) -> None:
    assert set(parties.urls) == {"OPENAI_URL", "STRIPE_URL", "SENDGRID_URL"}
