import ast
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.tools.conftest import Executable
from tools.prepare import environment, places, prerequisites
from tools.prepare.interpreter import interpreters

PREPARE = Path(prerequisites.__file__).parent


@pytest.fixture(autouse=True)
def nothing_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(environment, "STAMP", tmp_path / "no stamp")


def problems(*, cli: bool = True) -> str:
    return "\n".join(f"{lack.problem}: {lack.mend}" for lack in prerequisites.lacks(cli=cli))


def test_everything_that_is_missing_is_named_at_once_with_its_mend(
    path: Executable, monkeypatch: pytest.MonkeyPatch
) -> None:
    path("python3", "echo 3 9 1")
    path("go", "echo go1.20.1")
    monkeypatch.setenv("JOBR_MAKE_VERSION", "3.81")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))

    found = problems()

    assert "Python 3.11 or newer is needed (found: " in found
    assert "3.9): install it: apt-get install python3" in found
    assert "Go 1.26 or newer is needed" in found
    assert "go1.20.1" in found
    assert "or install the official Pulumi CLI" in found
    assert "GNU make 4.0 or newer is needed, and this is 3.81" in found
    assert "0.0 GB are free: make room there" in found


def test_a_machine_without_go_and_python_is_told_so(path: Executable) -> None:
    del path

    found = problems()

    assert "there is no `go` on PATH" in found
    assert "(found: none)" in found


def test_a_python_without_its_venv_module_is_told_apart_from_no_python(path: Executable) -> None:
    path("python3", "echo 3 12 0")

    assert "has no venv module: install it: apt-get install python3.12-venv" in problems(cli=False)


def test_a_stand_in_for_a_python_that_is_not_installed_is_passed_over(path: Executable) -> None:
    path("python3.13", "echo 'not installed' >&2; exit 127")
    path("python3.11", "echo 3 11 1")

    assert [python.version for python in interpreters() if python.usable] == [(3, 11)]


def test_go_is_not_needed_where_a_new_enough_cli_is_on_path(path: Executable) -> None:
    path("python3", "echo 3 11 1")
    path("pulumi", f"echo v{places.cli_version()}")

    assert "Go" not in problems()


def test_go_is_needed_where_the_cli_on_path_is_too_old(path: Executable) -> None:
    path("pulumi", "echo v3.100.0")

    assert "there is no `go` on PATH" in problems()


def test_this_machine_lacks_nothing_for_the_tests_that_run_on_it() -> None:
    assert prerequisites.lacks(cli=False) == []


@pytest.mark.parametrize("file", sorted(PREPARE.glob("*.py")), ids=lambda file: file.name)
def test_the_preparation_is_written_for_older_pythons_so_that_they_can_say_what_is_missing(file: Path) -> None:
    tree = ast.parse(file.read_text(), feature_version=(3, 8))

    imported = {
        node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    imported |= {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert imported <= {*sys.stdlib_module_names, "tools"}
