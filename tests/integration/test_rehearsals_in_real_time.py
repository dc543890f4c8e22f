"""Every scenario of sandbox/rehearsal/scenarios.toml on the wall's clock: by `pulumi up`, with the embedded Lambda's own invocations."""

from collections.abc import Iterator

import pytest

from sandbox.rehearsal.run import Rehearsal
from sandbox.rehearsal.scenarios import scenarios
from tests.integration.rehearsing import rehearsals, story


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    yield from rehearsals(tmp_path_factory.mktemp("rehearsal") / "home")


@pytest.mark.parametrize("name", [name for name, scenario in scenarios().scenarios.items() if scenario.speed == 1])
def test_a_scenario_comes_to_what_it_must(rehearsal: Rehearsal, name: str) -> None:
    result = rehearsal.play(name)
    assert not result.misses, story(result)
