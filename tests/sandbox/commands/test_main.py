import os
import re
from pathlib import Path

import pytest

from sandbox.__main__ import COMMANDS, FAILED, REFUSED, main
from sandbox.engine import cli, state
from sandbox.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    pulumi = str(cli.find())
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [name for name in os.environ if name.startswith(("AWS_", "PULUMI_"))]:
        del os.environ[name]
    os.environ.update(HOME=str(tmp_path), SANDBOX_HOME=str(tmp_path / "home"), JOBR_PULUMI=pulumi)
    return Home(tmp_path / "home")


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"gaps"}))
def test_every_command_that_reaches_a_cloud_refuses_to_run_beside_real_credentials(
    home: Home, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ["AWS_PROFILE"] = "real"
    assert main([command, *(["f"] if command == "invoke" else [])]) == REFUSED
    assert "AWS_PROFILE" in capsys.readouterr().err
    assert not home.root.exists(), "a refused command writes nothing"


@pytest.mark.parametrize("command", ["up", "preview", "refresh"])
def test_an_unknown_stack_is_refused_with_the_known_ones(
    home: Home, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--stack", "nonsense"]) == REFUSED
    assert re.search("known stacks are .*production", capsys.readouterr().err)
    assert not home.root.exists()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("command", ["refresh", "invoke"])
def test_what_needs_a_deployment_says_that_there_is_none(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, *(["f"] if command == "invoke" else [])]) == REFUSED
    assert "make up" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_down_of_nothing_is_done_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down"]) == 0
    assert "nothing to remove" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_status_of_nothing_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert "never started" in capsys.readouterr().out


def test_reset_removes_what_the_sandbox_wrote_and_nothing_else(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint = state.folder(home) / "stacks" / "jobr" / "development.json"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text('{"checkpoint": {"latest": {"resources": []}}}')
    (home.root / "passphrase").write_text("p")
    (home.root / "somebodys").mkdir()
    (home.root / "somebodys" / "file").write_text("keep")
    assert main(["reset"]) == 0
    assert (home.root / "somebodys" / "file").read_text() == "keep"
    assert not (home.root / "state").exists()
    assert not (home.root / "passphrase").exists()
    assert "forgot the stack development" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_an_unknown_command_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as end:
        main(["deploy"])
    assert end.value.code == 2


def test_a_cloud_that_cannot_start_makes_the_command_fail(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.root.mkdir()
    # A folder stands where the cloud writes its log.
    (home.root / "cloud.log").mkdir()
    assert main(["preview"]) == FAILED
    assert "cloud.log" in capsys.readouterr().err
