"""The files that the checks look at."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class LintError(Exception):
    """A check could not be carried out; the message says why and what mends it."""


def project_files(root: Path = PROJECT) -> list[Path]:
    """Every file that is, or would be, in version control: tracked ones, and new ones that .gitignore does not exclude.

    Raises LintError outside of a git checkout.
    """
    # safe.directory: a checkout that belongs to another account, as in containers, may be read all the same.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except OSError as error:
        raise LintError("git is needed to list the project's files: apt-get install git") from error
    except subprocess.CalledProcessError as error:
        raise LintError(f"git cannot list the files of {root}: {error.stderr.strip()}") from error
    names = sorted(set(answer.stdout.split("\0")) - {""})
    return [root / name for name in names if (root / name).is_file()]


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines of a text file, from 1; none for a binary one."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from enumerate(text.splitlines(), 1)
