import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Executable = Callable[[str, str], Path]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Executable:
    """A PATH with a folder of its own and the system's tools; gives a way to put shell scripts into it."""
    folder = tmp_path / "on the path"
    folder.mkdir()
    for name in ("sh", "sleep", "mkdir", "chmod", "cat", "touch"):
        found = subprocess.run(
            ["/bin/sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, script: str) -> Path:
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    return add
