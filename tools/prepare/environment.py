"""The virtual environment, from the hash-locked requirements."""

from __future__ import annotations

import hashlib
import os
import subprocess
from typing import TYPE_CHECKING

from tools.prepare import places
from tools.prepare.interpreter import interpreters
from tools.prepare.work import PreparationError, exclusively, run, say

if TYPE_CHECKING:
    from pathlib import Path

STAMP = places.ENVIRONMENT / ".installed"


def fingerprint() -> str:
    """Changes when the lock changes, or when the project moved: scripts of an environment carry its path."""
    return hashlib.sha256(places.LOCK.read_bytes() + str(places.PROJECT).encode()).hexdigest()


def ready() -> bool:
    """Whether the environment is complete, belongs to the present lock, and its Python still runs."""
    try:
        if STAMP.read_text(encoding="ascii") != fingerprint():
            return False
        subprocess.run([str(places.PYTHON), "-I", "-c", ""], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def prepare() -> Path:
    """Makes the environment unless it is ready, and returns its Python. A killed installation is begun anew by the next call."""
    if ready():
        return places.PYTHON
    with exclusively(places.PROJECT, "the virtual environment"):
        if not ready():
            _install()
    return places.PYTHON


def _install() -> None:
    base = next((python for python in interpreters() if python.usable), None)
    if base is None:
        raise PreparationError("no Python 3.11 or newer with venv was found: install python3 and python3-venv")
    say(f"Installing the Python packages into .venv with {base.path} (about 2 minutes, once per change of the lock).")
    STAMP.unlink() if STAMP.exists() else None
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX"}
    }
    clean["PIP_USER"] = "0"  # a person's own setting would be refused inside an environment
    run(
        [base.path, "-m", "venv", "--clear", places.ENVIRONMENT],
        "making the virtual environment",
        folder=places.PROJECT,
        environment=clean,
    )
    # --no-deps: the lock is complete, and pip must not look for more.
    options = ["--require-hashes", "--no-deps", "--quiet", "--no-input", "--disable-pip-version-check"]
    run(
        [places.PYTHON, "-m", "pip", "install", *options, "-r", places.LOCK],
        "installing the Python packages",
        folder=places.PROJECT,
        environment=clean,
    )
    STAMP.write_text(fingerprint(), encoding="ascii")
