import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

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


def test_what_a_stack_shows_fits_the_published_schema(stack: Recording) -> None:
    schema = json.loads((PROJECT / reference.SCHEMAS / f"{CONTRACT_VERSION}.json").read_text())
    Draft202012Validator.check_schema(schema)
    # As `pulumi stack output --json` writes it.
    assert [error.message for error in Draft202012Validator(schema).iter_errors(_as_json(stack.outputs))] == []


@pytest.mark.parametrize("name", ["vpcId", "databasePort", "privateSubnetIds", "contractVersion"])
def test_the_schema_refuses_an_output_that_is_missing_or_of_another_type(stack: Recording, name: str) -> None:
    validator = Draft202012Validator(reference.schema())
    shown = _as_json(stack.outputs)
    assert not validator.is_valid({key: value for key, value in shown.items() if key != name})
    assert not validator.is_valid({**shown, name: True})


def test_a_new_output_cannot_be_published_under_the_old_version(monkeypatch: pytest.MonkeyPatch) -> None:
    old = copy.deepcopy(reference.schema())
    del old["properties"]["vpcId"]
    monkeypatch.setattr(reference, "published", lambda: {CONTRACT_VERSION: old})
    assert "a minor change" in reference.refusal()
    assert reference.next_version(CONTRACT_VERSION, Bump.MINOR) in reference.refusal()


def test_a_version_that_says_less_or_more_than_the_change_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one_less = copy.deepcopy(reference.schema())
    del one_less["properties"]["vpcId"]
    monkeypatch.setattr(reference, "published", lambda: {"0.9.0": one_less})
    assert f"this change makes 0.10.0, not {CONTRACT_VERSION}" in reference.refusal()
    one_more = copy.deepcopy(reference.schema())
    one_more["properties"]["gone"] = {"type": "string"}
    monkeypatch.setattr(reference, "published", lambda: {"0.9.0": one_more})
    assert reference.refusal() == "", "0.9.0 with a breaking change makes 1.0.0"


def _as_json(outputs: dict[str, Any]) -> dict[str, Any]:
    """Numbers reach Python from the engine as floats; JSON knows one kind."""
    shown: dict[str, Any] = json.loads(json.dumps(outputs))
    return shown
