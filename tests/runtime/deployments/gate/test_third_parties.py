from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.deployments.gate.scene import Scene
from runtime.deployments.gate.settings import GateSettings, Need
from runtime.deployments.gate.third_parties import OPENAI, SENDGRID, STRIPE, THIRD_PARTIES, ThirdParty, check
from runtime.deployments.verdict import Level
from tests.runtime.deployments.account import Account
from tests.runtime.deployments.gate.stage import VALID, scene, single
from tests.runtime.deployments.local_tls import Authority, HttpsServer, https_server, make_authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority, account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsServer]:
    del account
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    with https_server(authority) as running:
        yield running


Ask = Callable[..., Scene]


@pytest.fixture
def ask(account: Account, server: HttpsServer) -> Ask:
    def made(need: Need = Need.REQUIRED, **values: str) -> Scene:
        urls: dict[str, Any] = dict.fromkeys(("openai_url", "stripe_url", "sendgrid_url"), server.url)
        needs: dict[str, Any] = dict.fromkeys(("openai", "stripe", "sendgrid"), need)
        return scene(account, {**VALID, **values}, **urls, **needs)

    return made


PATHS = [(OPENAI, "/v1/models"), (STRIPE, "/v1/balance"), (SENDGRID, "/v3/scopes")]


@pytest.mark.parametrize(("party", "path"), PATHS)
def test_each_is_asked_once_with_the_key_that_green_would_have(
    ask: Ask, server: HttpsServer, party: ThirdParty, path: str
) -> None:
    server.answers[path] = lambda _: 200
    finding = single(check(party, ask()))
    assert (finding.outcome, finding.message) == (Level.OK, f"{party.name} answers and takes the key.")
    assert server.seen == [(path, f"Bearer {VALID[party.variable]}")]


@pytest.mark.parametrize(
    ("status", "need", "finds"),
    [
        (401, Need.REQUIRED, (Level.FAIL, "refuses the key in STRIPE_SECRET_KEY (401)")),
        (401, Need.WARN, (Level.WARN, "refuses the key in STRIPE_SECRET_KEY (401)")),
        (403, Need.REQUIRED, (Level.WARN, "knows the key, which may not read /v1/balance")),
        (429, Need.REQUIRED, (Level.WARN, "asked too often (429)")),
        (503, Need.REQUIRED, (Level.FAIL, "answers 503 to GET /v1/balance")),
        (503, Need.WARN, (Level.WARN, "answers 503 to GET /v1/balance")),
        (302, Need.REQUIRED, (Level.FAIL, "answers 302 to GET /v1/balance")),
    ],
)
def test_what_an_answer_means(ask: Ask, server: HttpsServer, status: int, need: Need, finds: tuple[Level, str]) -> None:
    server.answers["/v1/balance"] = lambda _: status
    finding = single(check(STRIPE, ask(need)))
    outcome, words = finds
    assert finding.outcome is outcome
    assert words in finding.message
    assert finding.mend
    assert VALID["STRIPE_SECRET_KEY"] not in finding.message + finding.mend, "the server's answer quotes the key"


def test_who_is_off_is_not_asked(ask: Ask, server: HttpsServer) -> None:
    assert [single(check(party, ask(Need.OFF))).outcome for party in THIRD_PARTIES] == [Level.OK] * 3
    assert server.seen == []


def test_a_server_that_cannot_prove_who_it_is_gets_no_key(
    ask: Ask, server: HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(make_authority(tmp_path / "stranger").root))
    finding = single(check(OPENAI, ask()))
    assert finding.outcome is Level.FAIL
    assert "OpenAI cannot be reached over verified TLS" in finding.message
    assert "`pulumi config set openaiCheck warn && pulumi up --refresh`" in finding.mend
    assert server.seen == []


def test_a_party_that_is_away_is_told_by_the_setting(account: Account, server: HttpsServer) -> None:
    closed = "https://localhost:1"
    assert server.url != closed
    warned = single(check(OPENAI, scene(account, openai_url=closed)))
    assert warned.outcome is Level.WARN, "by default an outage elsewhere holds up no deployment"
    assert single(check(OPENAI, scene(account, openai_url=closed, openai=Need.REQUIRED))).outcome is Level.FAIL


def test_a_key_that_no_header_can_hold_is_not_shown(ask: Ask) -> None:
    finding = single(check(OPENAI, ask(OPENAI_API_KEY="sk-hunter2\r\nX: y")))
    assert finding.outcome is Level.FAIL
    assert "hunter2" not in finding.message


def test_a_key_that_is_not_known_is_told_as_such(account: Account) -> None:
    finding = single(check(OPENAI, scene(account, {}, openai=Need.REQUIRED)))
    assert (finding.outcome, finding.mend) == (Level.FAIL, "mend the secrets first")


def test_the_real_addresses_are_the_default_and_plain_http_is_refused() -> None:
    defaults = {name: field.default for name, field in GateSettings.model_fields.items() if name.endswith("_url")}
    assert defaults == {
        "openai_url": "https://api.openai.com",
        "stripe_url": "https://api.stripe.com",
        "sendgrid_url": "https://api.sendgrid.com",
    }
