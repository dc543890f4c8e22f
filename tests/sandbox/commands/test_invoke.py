import argparse
import base64
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sandbox.commands import invoke
from sandbox.engine.errors import RefusedError
from sandbox.engine.state import State


def function(logical: str, physical: str) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::jobr::jobr:Function${invoke.FUNCTION}::{logical}"
    return {"urn": urn, "type": invoke.FUNCTION, "custom": True, "id": physical}


DEPLOYED = State(
    [
        function("jobr-dev-database-backup", "jobr-dev-database-backup-1a2b"),
        function("jobr-dev-restore", "jobr-dev-restore-3c4d"),
    ],
    [],
)


@pytest.mark.parametrize("name", ["database-backup", "jobr-dev-database-backup", "jobr-dev-database-backup-1a2b"])
def test_a_function_is_found_by_its_short_its_declared_and_its_full_name(name: str) -> None:
    assert invoke.find(DEPLOYED, name) == "jobr-dev-database-backup-1a2b"


@pytest.mark.parametrize("name", ["backup-database", "dev", "1a2b", ""])
def test_an_unknown_name_is_answered_with_every_function(name: str) -> None:
    with pytest.raises(RefusedError, match=r"(?s)jobr-dev-database-backup.*jobr-dev-restore"):
        invoke.find(DEPLOYED, name)


def test_a_name_that_fits_two_functions_is_not_guessed() -> None:
    two = State([function("jobr-dev-a-backup", "1"), function("jobr-dev-b-backup", "2")], [])
    with pytest.raises(RefusedError):
        invoke.find(two, "backup")


def answer(payload: str, **more: str) -> dict[str, Any]:
    return {"Payload": io.BytesIO(payload.encode()), "LogResult": base64.b64encode(b"START\nworked\n").decode(), **more}


def test_the_answer_is_alone_on_the_output_and_the_log_on_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke._show(Console(), "f", answer('{"a": [1]}')) == 0
    out, err = capsys.readouterr()
    assert out == '{\n  "a": [\n    1\n  ]\n}\n'
    assert "worked" in err


def test_a_function_that_raised_makes_the_command_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke._show(Console(), "f", answer('{"errorMessage": "no"}', FunctionError="Unhandled")) == 1
    out, err = capsys.readouterr()
    assert "errorMessage" in out
    assert "f failed (Unhandled)" in err


def test_an_event_that_is_no_json_or_no_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    with pytest.raises(RefusedError, match="cannot be read"):
        invoke._event(file)
    file.write_text("{")
    with pytest.raises(RefusedError, match="is no JSON"):
        invoke._event(file)


def test_without_an_event_the_function_gets_an_empty_one() -> None:
    parser = argparse.ArgumentParser()
    invoke.arguments(parser)
    assert invoke._event(parser.parse_args(["database-backup"]).event) == b"{}"
