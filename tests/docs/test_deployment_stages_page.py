"""The payloads of docs/deployment-stages.toml are whole, and its page leaves nothing out and is never stale."""

import re
from pathlib import Path
from typing import Any

import pytest

from tools.documents import stages
from tools.documents.__main__ import PROJECT, WRITERS
from tools.documents.stages import COMMAND, FACTS, PAGE, entries, event, facts, main, page

TABLE = facts()
STAGES = TABLE["stages"]
ENTRIES = dict(entries(TABLE))
EVERYTHING = 100


def _members(document: dict[str, Any], path: str = "") -> set[str]:
    found = set()
    for key, value in document.items():
        found.add(path + key)
        if key == "executionDetails":
            found |= _members(value, f"{key}.")
    return found


@pytest.mark.parametrize("name", list(TABLE["payloads"]))
def test_a_payload_has_every_member_that_is_always_there_and_no_unknown_one(name: str) -> None:
    found = _members(event(TABLE, name))
    assert found <= set(TABLE["members"])
    assert {path for path, entry in TABLE["members"].items() if entry["always"]} <= found


def test_the_payloads_cover_each_hook_and_each_way_back_and_share_out_all_of_the_traffic() -> None:
    payloads = TABLE["payloads"].values()
    assert {payload["stage"] for payload in payloads} == {name for name, stage in STAGES.items() if stage["hook"]}
    assert {payload["stage"] for payload in payloads if payload["rollback"]} == {
        name for name, stage in STAGES.items() if stage["on_rollback"]
    }
    for payload in payloads:
        for weights in (payload["test"], payload["production"]):
            assert not weights or sum(weights.values()) == EVERYTHING


def test_the_page_is_what_the_table_says() -> None:
    assert (PROJECT / PAGE).read_text(encoding="utf-8") == page(TABLE), f"{PAGE}: {COMMAND}"


def test_the_page_leaves_no_entry_out() -> None:
    text = page(TABLE)
    told = [entry["what"] for name, entry in ENTRIES.items() if not name.startswith("payloads.")]
    assert [what for what in told if what not in text] == []
    assert [entry["safe"] for entry in ENTRIES.values() if entry.get("open") and entry["safe"] not in text] == []


def test_make_docs_runs_every_writer_of_a_document() -> None:
    files = [file for folder in ("infra", "tools") for file in (PROJECT / folder).rglob("*.py")]
    found = {
        match[1]
        for file in files
        for match in re.finditer(r'COMMAND = "python -m ([\w.]+) --write"', file.read_text(encoding="utf-8"))
    }
    assert found == set(WRITERS)


def test_a_page_that_is_out_of_date_is_named_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / FACTS).write_text((PROJECT / FACTS).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(stages, "PROJECT", tmp_path)
    assert main([]) == 1
    assert "docs/deployment-stages.md is out of date: python -m" in capsys.readouterr().out
    assert main(["--write"]) == 0
    assert main([]) == 0
