"""Shell scripts parse, stop at the first error, and can be run."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

SHELLS = ("bash", "sh")


def check(files: Iterable[Path]) -> Iterator[str]:
    """A message for each shell script that does not parse, goes on after an error, or lacks its run bit."""
    for file in files:
        first = _first_line(file)
        shell = next(
            (
                name
                for name in SHELLS
                if (first.startswith("#!") and first.split()[-1].endswith(f"/{name}"))
                or first == f"#!/usr/bin/env {name}"
            ),
            None,
        )
        if shell:
            yield from _script(file, shell)


def _script(file: Path, shell: str) -> Iterator[str]:
    parsed = subprocess.run([shell, "-n", file], capture_output=True, text=True, check=False)
    if parsed.returncode:
        yield f"{file}: does not parse: {parsed.stderr.strip()}"
    wanted = "set -euo pipefail" if shell == "bash" else "set -eu"
    if wanted not in file.read_text(encoding="utf-8"):
        yield f"{file}: goes on after an error: add {wanted}"
    if not os.access(file, os.X_OK):
        yield f"{file}: cannot be run: chmod +x"


def _first_line(file: Path) -> str:
    with file.open("rb") as handle:
        return handle.readline(200).decode("utf-8", "replace").strip()
