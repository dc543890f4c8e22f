import subprocess
from pathlib import Path

from tests.tools.conftest import Executable

PROJECT = Path(__file__).resolve().parents[2]


def run_ci(tmp_path: Path, path: Executable, *, failing: str) -> tuple[int, str]:
    """The exit status and output of .ci/run with a `make` in which some targets fail."""
    for name in ("bash", "dirname"):
        (tmp_path / "on the path" / name).symlink_to(f"/usr/bin/{name}")
    path("make", f'echo "make $1"; case " {failing} " in *" $1 "*) exit 2;; esac')
    done = subprocess.run([PROJECT / ".ci" / "run"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_tests_run_although_lint_fails_and_the_summary_names_both(tmp_path: Path, path: Executable) -> None:
    code, output = run_ci(tmp_path, path, failing="lint")

    assert code == 1
    assert "make test" in output
    summary = output.split("== summary")[1]
    assert "lint: FAILED after" in summary
    assert "test: passed after" in summary


def test_nothing_runs_on_a_machine_that_cannot_be_prepared(tmp_path: Path, path: Executable) -> None:
    code, output = run_ci(tmp_path, path, failing="prepare")

    assert code == 1
    assert "make lint" not in output


def test_it_succeeds_when_everything_does(tmp_path: Path, path: Executable) -> None:
    code, output = run_ci(tmp_path, path, failing="")

    assert code == 0
    assert output.count("passed after") == 3
