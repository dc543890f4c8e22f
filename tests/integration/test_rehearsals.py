"""Every scenario of sandbox/rehearsal/scenarios.toml whose clock is faster than the wall's, on a real stack with real traffic."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.commands.rehearse import played, reported
from sandbox.rehearsal.run import Rehearsal
from sandbox.rehearsal.scenarios import scenarios
from tests.integration.rehearsing import rehearsals, story

FAST = [name for name, scenario in scenarios().scenarios.items() if scenario.speed > 1]


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    yield from rehearsals(tmp_path_factory.mktemp("rehearsal") / "home")


@pytest.mark.parametrize("name", [name for name in FAST if name != "quick"])
def test_a_scenario_comes_to_what_it_must(rehearsal: Rehearsal, name: str) -> None:
    result = rehearsal.play(name)
    assert not result.misses, story(result)


def test_a_rehearsal_is_reported_as_text_json_and_a_page_without_a_secret(rehearsal: Rehearsal, tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    document = played(console, rehearsal.stack, rehearsal.every, ["quick"])
    assert reported(console, document, tmp_path) == 0, json.dumps(document["scenarios"][0]["misses"])
    files = {name: (tmp_path / f"rehearsal.{name}").read_text() for name in ("txt", "json", "html")}
    (scenario,) = json.loads(files["json"])["scenarios"]
    assert scenario["status"] == "SUCCESSFUL"
    assert scenario["totals"]["requests"] > 1000
    assert "SUCCESSFUL" in files["txt"]
    # One drawing, with a panel each for requests, failures, green's share and latency.
    assert files["html"].count("<svg") == 1
    assert files["html"].count('class="head"') == 4
    for secret in rehearsal.stack.secrets():
        assert all(secret not in text for text in files.values())
