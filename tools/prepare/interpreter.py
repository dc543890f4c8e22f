"""Finds a Python that can carry the virtual environment."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

OLDEST = (3, 11)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3", "python")
QUESTION = """
import sys
try:
    import ensurepip, venv
    complete = True
except ImportError:
    complete = False
print(sys.version_info[0], sys.version_info[1], int(complete))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python on PATH that runs: a version manager's stand-in for a version that is not installed is none."""

    path: str
    version: tuple[int, int]
    complete: bool  # has venv and ensurepip, which Debian packs apart

    @property
    def usable(self) -> bool:
        """Whether it is new enough and can make a virtual environment."""
        return self.version >= OLDEST and self.complete


def interpreters() -> list[Interpreter]:
    """Every Python on PATH that runs, in the order of preference."""
    found = []
    for name in CANDIDATES:
        path = shutil.which(name)
        interpreter = path and examine(path)
        if interpreter:
            found.append(interpreter)
    return found


def examine(path: str) -> Interpreter | None:
    """What the Python at a path says of itself; None when it does not run."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", QUESTION],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout.split()
        return Interpreter(path, (int(answer[0]), int(answer[1])), answer[2] == "1")
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
