"""Children of the bench: started one at a time, their answers one line of JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from sandbox.home import PROJECT


class MeasuringError(Exception):
    """Something could not be measured; the message says what, with what the child said."""


def answer(arguments: list[str], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run Python with these arguments in the project and read the last line that it printed.

    Raises:
        MeasuringError: it failed, or printed no JSON.
    """
    child = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    what = " ".join(arguments[:4])
    if child.returncode:
        raise MeasuringError(f"{what} failed:\n{child.stderr[-4000:]}{child.stdout[-4000:]}")
    try:
        read: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise MeasuringError(f"{what} printed no result:\n{child.stdout[-2000:]}") from error
    return read


def command(arguments: list[str], environment: Mapping[str, str]) -> None:
    """Run a command of the sandbox to its end.

    Raises:
        MeasuringError: it failed.
    """
    child = subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode:
        raise MeasuringError(f"sandbox {' '.join(arguments)} failed:\n{child.stdout[-4000:]}{child.stderr[-4000:]}")
