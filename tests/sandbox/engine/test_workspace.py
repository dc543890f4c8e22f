"""The real engine with a small program of outputs and components only; it needs no provider."""

import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest
from rich.console import Console

from sandbox.engine import report, state
from sandbox.engine.cli import Interrupts
from sandbox.engine.progress import Progress
from sandbox.engine.run import FailedError, StoppedError, run
from sandbox.engine.workspace import Workspace, environment, open_stack
from sandbox.home import Home

PROJECT_FILE = "name: jobr\nruntime: python\nmain: infra/\nconfig:\n  jobr:openaiApiKey: {type: string, default: '', secret: true}\n"


class Part(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:index:Part", name)


def small() -> None:
    Part("one")
    pulumi.export("plain", pulumi.Config("jobr").require("size"))
    pulumi.export("key", pulumi.Config("jobr").require_secret("openaiApiKey"))


def wrong() -> None:
    raise pulumi.RunError("2 settings cannot be used:\n  jobr:a is missing\n  jobr:b is missing")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    root = tmp_path / "home"
    root.mkdir()
    return Home(root)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "infra").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text(PROJECT_FILE)
    (folder / "Pulumi.dev.yaml").write_text("config:\n  jobr:size: 7\n")
    return folder


class Session:
    """One command's worth of engine runs, with what was printed."""

    def __init__(self, home: Home, source: Path, program: Callable[[], None]) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, width=100)
        self.interrupts = Interrupts(self.console.print)
        self.workspace: Workspace = open_stack(home, "dev", self.interrupts, program=program, source=source)

    @property
    def text(self) -> str:
        return self.file.getvalue()

    def up(self) -> Progress:
        progress = Progress("Deploying")
        with self.interrupts:
            run(self.console, self.workspace, self.interrupts, progress, self.workspace.stack.up)
        return progress


def test_a_second_up_changes_nothing(home: Home, source: Path) -> None:
    assert Session(home, source, small).up().planned == {"created": 2}
    assert Session(home, source, small).up().planned == {"unchanged": 2}


def test_a_secret_setting_reaches_the_program_and_stays_secret(home: Home, source: Path) -> None:
    session = Session(home, source, small)
    session.up()
    outputs = session.workspace.state.outputs
    assert outputs == {"plain": "7", "key": None}
    file = (home.root / "stacks" / "dev" / "Pulumi.dev.yaml").read_text()
    assert "secure: v1:" in file
    secret = session.workspace.stack.outputs()["key"]
    assert secret.secret
    assert secret.value
    assert not [path for path in home.root.rglob("*") if path.is_file() and secret.value.encode() in path.read_bytes()]


def test_a_settings_error_is_shown_whole_once_without_a_traceback_and_nothing_is_registered(
    home: Home, source: Path
) -> None:
    session = Session(home, source, wrong)
    with pytest.raises(FailedError):
        session.up()
    assert session.text.count("jobr:a is missing") == 1
    assert session.text.count("jobr:b is missing") == 1
    assert "Traceback" not in session.text
    assert session.workspace.state.live == []


def test_the_lock_of_a_dead_engine_is_removed_with_a_word(home: Home, source: Path) -> None:
    Session(home, source, small).up()
    lock = state.folder(home) / "locks" / "organization" / "jobr" / "dev" / "dead.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(
        json.dumps({"pid": 2**22 + 1, "username": "u", "hostname": "h", "timestamp": "2026-01-01T00:00:00Z"})
    )
    session = Session(home, source, small)
    assert "its lock on the stack was removed" in session.text
    assert session.up().planned == {"unchanged": 2}


def test_an_interrupt_ends_the_engine_in_order_and_tells_the_state(home: Home, source: Path) -> None:
    started = threading.Event()

    def slow() -> None:
        Part("before")
        started.set()
        # Longer than the test can take: only the interrupt ends the run.
        time.sleep(3)

    def press() -> None:
        started.wait()
        os.kill(os.getpid(), signal.SIGINT)

    session = Session(home, source, slow)
    threading.Thread(target=press).start()
    with pytest.raises(StoppedError, match=r"make up.*goes on"):
        session.up()
    assert "the engine finishes what it has begun" in session.text
    assert state.locks(home, "jobr", "dev") == {}


def test_the_engines_environment_leads_nowhere_real(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "PULUMI_ACCESS_TOKEN", "HTTPS_PROXY", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "https://real.example")
    variables = environment(home)
    assert "https://real.example" not in variables.values()
    assert variables["PULUMI_BACKEND_URL"] == f"file://{home.root}/state?metadata=skip"
    assert variables["AWS_CONFIG_FILE"] == os.devnull


def test_outputs_are_shown_without_secrets(home: Home, source: Path) -> None:
    session = Session(home, source, small)
    session.up()
    report.outputs(session.console, session.workspace.state.outputs)
    assert "key    (secret)" in session.text
    assert "plain  7" in session.text
