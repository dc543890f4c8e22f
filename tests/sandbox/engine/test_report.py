import io
from pathlib import Path

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import CommandError
from rich.console import Console

from sandbox.engine import report
from sandbox.engine.progress import Finding, Progress
from sandbox.home import PROJECT, Home

URN = "urn:pulumi:dev::jobr::aws:s3/bucket:Bucket::backups"
TRACE = f"""python inline source runtime error: boom
Traceback (most recent call last):
  File "/usr/lib/python3/asyncio.py", line 1, in run
    loop.run()
  File "{PROJECT}/infra/stack.py", line 12, in build
    raise ValueError("boom")
ValueError: boom"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def shown(home: Home, *findings: Finding, error: CommandError | None = None) -> str:
    file = io.StringIO()
    report.failures(Console(file=file, width=80), home, Progress("t", findings=list(findings)), error)
    return file.getvalue()


def test_a_failure_is_shown_whole_with_its_resource(home: Home) -> None:
    text = shown(home, Finding(URN, "error", "first line " + "x" * 300 + "\nsecond line"))
    assert "error aws:Bucket backups" in text
    assert "x" * 300 in text
    assert "second line" in text


def test_a_message_that_the_engine_repeats_is_shown_once(home: Home) -> None:
    message = "2 settings are wrong:\n  a\n  b"
    text = shown(home, Finding("", "error", message), Finding("", "error", f"an unhandled error occurred: {message}"))
    assert text.count("2 settings are wrong") == 1
    assert "unhandled" not in text


def test_an_exception_is_told_with_its_place_and_without_its_traceback(home: Home) -> None:
    text = shown(home, Finding("", "error", TRACE), Finding("", "error", f"an unhandled error occurred: {TRACE}"))
    assert text.count("ValueError: boom") == 1
    assert "at infra/stack.py:12" in text
    assert "Traceback (" not in text
    assert "asyncio" in (home.root / "program.log").read_text()


def test_a_policy_violation_says_how_it_is_mended(home: Home) -> None:
    text = shown(home, Finding(URN, "error", "the bucket is public", "jobr/buckets-are-private"))
    assert "[policy jobr/buckets-are-private]" in text
    assert "mend: change what the program declares" in text


def test_a_dead_cloud_is_hinted_at_with_its_log(home: Home) -> None:
    text = shown(
        home, Finding(URN, "error", "CreateBucket: EndpointConnectionError: Could not connect to the endpoint URL")
    )
    assert str(home.log) in text
    assert "make reset" in text


@pytest.mark.parametrize("before", ["", "warning: a\n"])
def test_without_any_event_the_engines_own_words_are_shown(home: Home, before: str) -> None:
    error = CommandError(CommandResult("Previewing update", f"{before}error: the stack is locked\nmore", 255))
    assert shown(home, error=error).strip() == "error: the stack is locked"


def test_secret_outputs_are_named_and_not_shown() -> None:
    file = io.StringIO()
    report.outputs(Console(file=file, width=80), {"password": None, "url": "https://a", "ids": ["b"]})
    assert "password  (secret)" in file.getvalue()
    assert 'ids       ["b"]' in file.getvalue()
