"""The scenarios of the file are complete and consistent; a mistake in it is told by its key."""

import pytest

from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.settings import HookSettings
from runtime.deployments.smoke.settings import SmokeSettings
from runtime.deployments.traffic.settings import TrafficSettings
from runtime.deployments.watch.settings import WatchSettings
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.scenarios import By, scenarios

EVERY = scenarios()
SETTINGS: dict[str, type[HookSettings]] = {
    "deployment-gate": GateSettings,
    "deployment-smoke": SmokeSettings,
    "deployment-traffic": TrafficSettings,
    "deployment-watch": WatchSettings,
}


@pytest.mark.parametrize("name", EVERY.scenarios)
def test_the_variables_of_a_scenario_are_those_of_the_functions(name: str) -> None:
    for function, values in EVERY.variables(EVERY.scenarios[name]).items():
        assert set(values) <= set(SETTINGS[function].variables().values())


@pytest.mark.parametrize("name", EVERY.scenarios)
def test_what_is_asked_of_pulumi_is_asked_in_real_time(name: str) -> None:
    scenario = EVERY.scenarios[name]
    assert scenario.by is not By.PULUMI or scenario.speed == 1


def test_one_is_in_real_time_with_all_that_infra_declares() -> None:
    good = EVERY.scenarios["good"]
    assert EVERY.variables(good) == {}
    assert good.expect.failed == 0
    assert good.expect.requests == 50_000


def test_migrations_run_only_where_they_are_the_subject() -> None:
    for scenario in EVERY.scenarios.values():
        without = EVERY.variables(scenario).get("deployment-gate", {}).get("MIGRATIONS_STATE_MACHINE_ARN") == ""
        assert without is not scenario.migrations


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[quick]\n[scenarios.a]\nwhat = 'x'", "expect"),
        ("[quick]\n[scenarios.a]\nwhat='x'\nsped=1\nconfiguration={strategy='ROLLING'}\nexpect={status='S'}", "sped"),
        ("[quick]\n[scenarios.a]\nwhat='x'\nconfiguration={strategy='CANARY'}\nexpect={status='S'}", "canary"),
        ("[quick", "scenarios.toml"),
    ],
)
def test_a_mistake_is_told_by_its_key(text: str, key: str) -> None:
    with pytest.raises(RehearsalError, match=key):
        scenarios(text)
