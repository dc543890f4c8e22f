import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cloud import control
from sandbox.engine import deployed, lock, preflight, state
from sandbox.engine.errors import RefusedError
from sandbox.home import PORT, Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A new home in a user's folder without credentials."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith(("AWS_", "PULUMI_"))]:
        monkeypatch.delenv(name)
    # What the check leaves in the environment is undone with the rest.
    monkeypatch.setattr(os, "environ", os.environ.copy())
    root = tmp_path / "home"
    root.mkdir()
    return Home(root)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.development.yaml").touch()
    return tmp_path


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pulumi"
    path.write_text("#!/bin/sh\necho v3.230.0\n")
    path.chmod(0o755)
    monkeypatch.setenv("JOBR_PULUMI", str(path))


@pytest.fixture
def taken(home: Home) -> Iterator[None]:
    with socket.socket() as listener:
        # Another test's cloud may have had this address a moment ago.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((home.address, PORT))
        listener.listen(1)
        yield


@pytest.mark.usefixtures("pulumi")
def test_where_nothing_is_wrong_the_process_is_pinned_to_the_sandbox(home: Home, source: Path) -> None:
    preflight.check(home, "development", source)
    assert os.environ["AWS_ENDPOINT_URL"] == home.endpoint


@pytest.mark.usefixtures("pulumi", "taken")
def test_a_taken_port_is_told_with_the_process_that_has_it(home: Home, source: Path) -> None:
    with pytest.raises(RefusedError, match=rf"port {PORT} at {home.address} is taken by process {os.getpid()}"):
        preflight.check(home, "development", source)


@pytest.mark.usefixtures("pulumi")
def test_a_database_that_listens_everywhere_is_in_the_way(home: Home, source: Path) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((home.database_address(1), preflight.DATABASE_PORT))
        listener.listen(1)
        with pytest.raises(RefusedError, match=f"port 5432 at {home.database_address(1)}"):
            preflight.check(home, "development", source)


@pytest.mark.usefixtures("taken")
def test_all_problems_are_told_at_once(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBR_PULUMI", str(tmp_path / "missing"))
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setattr(preflight, "FREE_BYTES", 1 << 62)
    with pytest.raises(RefusedError) as error:
        preflight.check(home, "nonsense", tmp_path)
    text = str(error.value)
    for words in ("5 problems", "AWS_PROFILE", "no stack 'nonsense'", "no Pulumi to run", "MiB free", f"port {PORT}"):
        assert words in text
    assert not list(home.root.iterdir()), "nothing may be written before everything is known to be fine"


@pytest.mark.usefixtures("pulumi")
def test_a_file_where_the_folder_should_be_is_told(home: Home, source: Path) -> None:
    home.root.rmdir()
    home.root.touch()
    with pytest.raises(RefusedError, match="is a file"):
        preflight.check(home, "development", source)


def test_one_command_works_on_a_home_at_a_time(home: Home) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from sandbox.engine import lock; from sandbox.home import Home\n"
        "with lock.held(Home(Path(sys.argv[1])), 'up --stack a'):\n    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RefusedError, match=rf"`up --stack a`, process {other.pid}"), lock.held(home, "down"):
            pass
        other.kill()
    # The system released it, although the process could not.
    with lock.held(home, "down"):
        pass


def checkpoint(home: Home) -> None:
    path = state.folder(home) / "stacks" / "jobr" / "dev.json"
    path.parent.mkdir(parents=True)
    vpc = {"urn": "urn:pulumi:dev::jobr::aws:ec2/vpc:Vpc::a", "type": "aws:ec2/vpc:Vpc", "custom": True}
    path.write_text(json.dumps({"checkpoint": {"latest": {"resources": [vpc]}}}))


def test_resources_without_their_cloud_are_explained_and_nothing_is_changed(home: Home) -> None:
    checkpoint(home)
    deployed.remember(home, "dev", "boot-1")
    with pytest.raises(RefusedError, match=r"(?s)has ended.*1 resources.*make reset.*make up"):
        deployed.check(home, "jobr", "dev")


def test_a_stack_without_resources_needs_no_cloud(home: Home) -> None:
    assert control.status(home).state != "running"
    deployed.check(home, "jobr", "dev")  # a refusal would raise


def test_what_is_remembered_of_one_stack_leaves_the_others(home: Home) -> None:
    deployed.remember(home, "dev", "boot-1")
    deployed.remember(home, "staging", "boot-1")
    deployed.remember(home, "dev", None)
    assert json.loads((home.root / "deployed.json").read_text()) == {"staging": "boot-1"}
