import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import outputs_reference as reference
from infra.outputs import CONTRACT_VERSION
from infra.outputs_reference import Bump
from tests.infra.recording import Recording

PROJECT = Path(__file__).resolve().parents[2]


def _contract(**outputs: Any) -> dict[str, Any]:
    return {"properties": {name: {"type": type_} for name, type_ in outputs.items()}, "required": list(outputs)}


def test_what_is_written_down_is_the_contract_and_is_published_under_its_version() -> None:
    assert reference.refusal() == ""
    stale = [path for path, text in reference.documents().items() if (PROJECT / path).read_text() != text]
    assert stale == [], f"run `{reference.COMMAND}`"


def test_every_published_contract_has_its_heading_in_the_changelog_and_a_breaking_one_says_so() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text()
    sections = dict(re.findall(r"^## (\d+\.\d+\.\d+)\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL))
    versions = list(reference.published())
    assert CONTRACT_VERSION in versions
    assert set(versions) <= set(sections)
    breaking = [version for version in versions[1:] if version.endswith(".0.0")]
    assert all("### Breaking" in sections[version] for version in breaking)


@pytest.mark.parametrize(
    ("new", "bump"),
    [
        (_contract(a="string"), Bump.NONE),
        (_contract(a="string", b="string"), Bump.MINOR),
        (_contract(), Bump.MAJOR),
        (_contract(b="string"), Bump.MAJOR),
        (_contract(a="integer"), Bump.MAJOR),
    ],
)
def test_one_more_is_minor_and_one_gone_renamed_or_of_another_type_is_major(new: dict[str, Any], bump: Bump) -> None:
    assert reference.due(_contract(a="string"), new) is bump


def test_an_output_that_a_stack_may_now_lack_breaks_those_who_read_it() -> None:
    lax = {**_contract(a="string"), "required": []}
    assert reference.due(_contract(a="string"), lax) is Bump.MAJOR


def test_other_words_for_the_same_output_change_nothing() -> None:
    reworded = copy.deepcopy(reference.schema())
    for property_ in reworded["properties"].values():
        property_["description"] = "other words"
    assert reference.due(reference.schema(), reworded) is Bump.NONE


@given(st.sampled_from(sorted(set(reference.schema()["properties"]) - {"contractVersion"})))
def test_no_output_can_go_or_change_its_type_unnoticed(name: str) -> None:
    without, other = copy.deepcopy(reference.schema()), copy.deepcopy(reference.schema())
    del without["properties"][name]
    other["properties"][name] = {"type": "boolean"}
    assert reference.due(reference.schema(), without) is Bump.MAJOR
    assert reference.due(reference.schema(), other) is Bump.MAJOR


def test_the_version_that_is_due_is_told_and_nothing_is_published_before_it_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = copy.deepcopy(reference.schema())
    old["properties"]["gone"] = {"type": "string"}
    monkeypatch.setattr(reference, "published", lambda: {CONTRACT_VERSION: old})
    assert reference.main(["--write"]) == 1
    said = capsys.readouterr().out
    assert "major" in said
    assert reference.next_version(CONTRACT_VERSION, Bump.MAJOR) in said
    assert "CONTRACT_VERSION" in said


@pytest.mark.parametrize(("bump", "version"), [(Bump.MAJOR, "2.0.0"), (Bump.MINOR, "1.5.0"), (Bump.NONE, "1.4.2")])
def test_versions_count_up_as_semantic_versions_do(bump: Bump, version: str) -> None:
    assert reference.next_version("1.4.2", bump) == version


def test_the_stack_shows_what_the_contract_promises_and_nothing_else(stack: Recording) -> None:
    schema = json.loads((PROJECT / reference.SCHEMAS / f"{CONTRACT_VERSION}.json").read_text())
    assert set(schema["required"]) <= set(stack.outputs) <= set(schema["properties"])


def test_no_output_is_a_secret(stack: Recording) -> None:
    assert stack.secret_outputs == frozenset()
