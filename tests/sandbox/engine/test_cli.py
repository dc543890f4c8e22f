import os
import stat
import subprocess
from pathlib import Path

import pytest
from pulumi.automation.errors import CommandError

from sandbox.engine import launchers
from sandbox.engine.cli import Engine, Interrupts, find
from sandbox.engine.errors import RefusedError
from sandbox.engine.workspace import POLICY
from sandbox.home import Home


def binary(folder: Path, body: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pulumi"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_the_named_binary_is_taken(tmp_path: Path) -> None:
    path = binary(tmp_path, "echo v3.230.0")
    assert find({"JOBR_PULUMI": str(path), "PATH": ""}) == path


def test_a_new_enough_one_on_path_is_taken_before_the_built_one(tmp_path: Path) -> None:
    path = binary(tmp_path / "bin", "echo v3.300.1")
    binary(tmp_path / "jobr-operations" / "pulumi-3.230.0", "echo v3.230.0")
    assert find({"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path)}) == path


def test_an_old_one_on_path_is_passed_over_for_the_built_one(tmp_path: Path) -> None:
    binary(tmp_path / "bin", "echo v3.100.0")
    built = binary(tmp_path / "jobr-operations" / "pulumi-3.230.0", "echo v3.230.0")
    assert find({"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path)}) == built


def test_without_any_the_error_names_what_was_looked_at_and_what_builds_one(tmp_path: Path) -> None:
    old = binary(tmp_path / "bin", "echo v3.100.0")
    with pytest.raises(RefusedError) as error:
        find({"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path)})
    assert f"{old} is version 3.100.0, older than 3.230.0" in str(error.value)
    assert "make up" in str(error.value)


def test_a_named_binary_that_does_not_run_is_told_and_nothing_else_is_tried(tmp_path: Path) -> None:
    path = binary(tmp_path, "exit 1")
    with pytest.raises(RefusedError, match="version unknown"):
        find({"JOBR_PULUMI": str(path)})


def engine(tmp_path: Path, body: str) -> Engine:
    return Engine(binary(tmp_path, f'if [ "$1" = version ]; then echo v3.230.0; else\n{body}\nfi'), Interrupts(print))


def test_the_engine_sees_the_given_environment_and_nothing_of_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "real")
    result = engine(tmp_path, "/usr/bin/env").run(["up"], str(tmp_path), {"GIVEN": "yes"})
    names = {line.split("=")[0] for line in result.stdout.splitlines()}
    assert "GIVEN" in names
    assert "AWS_PROFILE" not in names


def test_the_engine_never_asks(tmp_path: Path) -> None:
    result = engine(tmp_path, 'echo "$@"; read answer || echo nobody answers').run(["up", "--yes"], str(tmp_path), {})
    assert result.stdout == "--non-interactive up --yes\nnobody answers"


def test_a_secret_goes_in_by_standard_input(tmp_path: Path) -> None:
    result = engine(tmp_path, "read secret; echo ${#secret}").feed(["config"], str(tmp_path), {}, "four")
    assert result.stdout == "4"


def test_a_failure_carries_what_was_printed(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="what is wrong"):
        engine(tmp_path, "echo what is wrong >&2; exit 3").run(["up"], str(tmp_path), {})


def test_the_engine_is_out_of_reach_of_the_terminals_interrupt(tmp_path: Path) -> None:
    # The first field behind the name in stat is the state, then parent, group and session.
    body = "read line < /proc/$$/stat; set -- ${line##*) }; echo $4"
    session = int(engine(tmp_path, body).run(["up"], str(tmp_path), {}).stdout)
    assert session != os.getsid(0)


def test_the_launchers_run_the_projects_python_with_the_project_on_its_path(tmp_path: Path) -> None:
    folder = launchers.write(Home(tmp_path / "home with space"))
    names = {"pulumi-resource-aws", "pulumi-resource-random", "pulumi-resource-docker", "pulumi-analyzer-policy-python"}
    assert {path.name for path in folder.iterdir()} == names
    for path in folder.iterdir():
        assert path.stat().st_mode & stat.S_IXUSR
        assert "PYTHONPATH=" in path.read_text()


def test_the_policy_runner_ends_with_its_engine(tmp_path: Path) -> None:
    launcher = launchers.write(Home(tmp_path)) / "pulumi-analyzer-policy-python"
    command = [str(launcher), "127.0.0.1:1", "."]
    with subprocess.Popen(command, cwd=POLICY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdin is not None
        assert runner.stdout is not None
        assert int(runner.stdout.readline()) > 0, "it serves, and says at which port"
        runner.stdin.close()
        assert runner.wait(timeout=60) == 0


def test_no_language_host_is_on_the_engines_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosted, plain = tmp_path / "hosted", tmp_path / "plain"
    for folder in (hosted, plain):
        folder.mkdir()
    (hosted / launchers.LANGUAGE_HOST).touch()
    monkeypatch.setattr(launchers, "SYSTEM_PATH", (str(hosted), str(plain)))
    assert launchers.search_path(tmp_path / "bin") == f"{tmp_path / 'bin'}:{plain}"


def test_launchers_are_written_anew_only_when_they_differ(tmp_path: Path) -> None:
    folder = launchers.write(Home(tmp_path))
    path = folder / "pulumi-resource-aws"
    before = path.stat().st_ino
    launchers.write(Home(tmp_path))
    assert path.stat().st_ino == before
    path.write_text("#!/bin/sh\nold\n")
    launchers.write(Home(tmp_path))
    assert "sandbox.provider aws" in path.read_text()
