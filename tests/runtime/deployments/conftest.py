"""An account for every hook's tests."""

import pytest

from runtime.deployments.gate.settings import GateSettings
from tests.runtime.deployments.account import Account, furnished


@pytest.fixture
def account(aws: str, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account with a bucket and topics, and the environment that every hook has."""
    del aws
    # What this machine happens to have by the same name must not reach a hook.
    for name in GateSettings.variables().values():
        monkeypatch.delenv(name, raising=False)
    made = furnished()
    for name, value in made.variables().items():
        monkeypatch.setenv(name, value)
    return made
