"""The whole program on the embedded cloud, by the commands that a person types, in homes of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox import inventory
from sandbox.cloud import control
from sandbox.engine import settings, state
from sandbox.home import PROJECT, Home

# Long enough for the slowest machine that CI has; a command that takes longer hangs.
COMMAND_SECONDS = 900
COUNTS = re.compile(r"(\d+) (created|updated|replaced|deleted|read back|read|unchanged)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "integration: runs the real engine on the embedded cloud (minutes)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("integration")


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the last summary, such as {"created": 12}."""
        lines = [line for line in self.text.splitlines() if re.search(r" in \d+ s: ", line)]
        return {word: int(number) for number, word in COUNTS.findall(lines[-1])} if lines else {}


class Sandbox:
    """`python -m sandbox` in a home of its own, beside no credentials."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.home = Home(root.resolve())
        self.project = settings.project_name()

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "JOBR_PULUMI", "HOME")
        nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            **nothing,
            "SANDBOX_HOME": str(self.home.root),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that goes on by itself."""
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Answer:
        """A command from its beginning to its end."""
        with self.start(*arguments) as process:
            try:
                text, _ = process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return Answer(process.returncode, text)

    def must(self, *arguments: str) -> Answer:
        """A command that has to succeed."""
        answer = self.run(*arguments)
        assert answer.code == 0, answer.text
        return answer

    def client(self, service: str) -> Any:
        return inventory.client(self.home, service)

    def state(self, stack: str = "development") -> state.State:
        return state.read(self.home, self.project, stack)

    def id_of(self, token: str, name: str = "") -> str:
        """The id of the one resource of this type whose name ends so."""
        found = [str(r["id"]) for r in self.state().live if r["type"] == token and r["urn"].endswith(name)]
        assert len(found) == 1, f"{token} {name}: {found}"
        return found[0]

    def end(self) -> None:
        self.run("reset", "--force")
        assert control.status(self.home).state == "never started"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The home that the tests of one file share, with nothing in it."""
    found = Sandbox(tmp_path_factory.mktemp("shared") / "home")
    yield found
    found.end()


@pytest.fixture(scope="module")
def first_up(sandbox: Sandbox) -> Answer:
    """The first `up`, from nothing. Whoever asks for it has the development stack on the file's home."""
    return sandbox.must("up")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Sandbox]:
    """A home for one test alone."""
    found = Sandbox(tmp_path / "home")
    yield found
    found.end()
