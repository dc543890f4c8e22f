import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tools.conftest import Executable
from tools.prepare import places, pulumi
from tools.prepare.work import PreparationError

VERSION = places.cli_version()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a cache"))
    return tmp_path / "a cache" / "jobr-operations"


def compiler(path: Executable, log: Path, *, version: str = VERSION, before_the_end: str = "") -> None:
    """Stands in for Go, whose real build takes minutes: writes a CLI to where it is told, with something before the end."""
    path(
        "go",
        f"""if [ "$1" = env ]; then echo go1.99; exit; fi
echo "$GOTOOLCHAIN $CGO_ENABLED $*" >> '{log}'
while [ "$1" != -o ]; do shift; done
echo '#!/bin/sh' > "$2"
{before_the_end}
echo 'echo v{version}' >> "$2"
chmod +x "$2"
""",
    )


def test_the_cli_on_path_is_used_when_it_is_new_enough(path: Executable, cache: Path) -> None:
    on_path = path("pulumi", f"echo v{VERSION}")

    assert pulumi.prepare() == on_path
    assert not cache.exists()


@pytest.mark.parametrize("version", ["v3.229.9", "v2.999.0", "v4.0.0", "nonsense", ""])
def test_one_that_is_older_of_another_major_version_or_broken_is_not(
    path: Executable, cache: Path, version: str
) -> None:
    del cache
    path("pulumi", f"echo {version}")

    assert pulumi.find() is None


def test_it_is_built_once_from_pinned_modules_by_the_installed_go_alone(
    path: Executable, cache: Path, tmp_path: Path
) -> None:
    compiler(path, tmp_path / "log")

    first, second = pulumi.prepare(), pulumi.prepare()

    assert first == second == cache / f"pulumi-{VERSION}" / "pulumi"
    (call,) = (tmp_path / "log").read_text().splitlines()
    assert call.startswith("local 0 build ")
    assert f"version.Version=v{VERSION}" in call


def test_a_failed_build_leaves_nothing(path: Executable, cache: Path, tmp_path: Path) -> None:
    compiler(path, tmp_path / "log", before_the_end="exit 3")

    with pytest.raises(PreparationError, match="exit status 3"):
        pulumi.prepare()

    assert list(cache.iterdir()) == []


def test_a_build_of_another_version_than_the_pinned_one_is_refused(
    path: Executable, cache: Path, tmp_path: Path
) -> None:
    compiler(path, tmp_path / "log", version="3.1.0")

    with pytest.raises(PreparationError, match=r"'3\.1\.0'"):
        pulumi.prepare()

    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_build_is_begun_anew_by_the_next(
    path: Executable, cache: Path, tmp_path: Path, kill: signal.Signals
) -> None:
    compiler(path, tmp_path / "log", before_the_end=f"touch '{tmp_path / 'halfway'}'; sleep 3")
    child = subprocess.Popen(
        [sys.executable, "-m", "tools.prepare", "pulumi"], cwd=places.PROJECT, start_new_session=True
    )
    wait_for(tmp_path / "halfway")
    os.kill(child.pid, kill) if kill == signal.SIGTERM else os.killpg(child.pid, kill)
    child.wait()
    assert pulumi.find() is None
    compiler(path, tmp_path / "log")

    assert pulumi.prepare().is_file()

    assert [folder.name for folder in cache.iterdir()] == [f"pulumi-{VERSION}"]


def test_two_commands_started_together_build_once(path: Executable, cache: Path, tmp_path: Path) -> None:
    compiler(path, tmp_path / "log", before_the_end="sleep 1")
    command = [sys.executable, "-m", "tools.prepare", "pulumi"]
    both = [subprocess.Popen(command, cwd=places.PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    answers = {child.communicate()[0].strip() for child in both}

    assert answers == {str(cache / f"pulumi-{VERSION}" / "pulumi")}
    assert len((tmp_path / "log").read_text().splitlines()) == 1


def wait_for(file: Path) -> None:
    for _ in range(600):
        if file.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{file} did not appear within 30 seconds")
