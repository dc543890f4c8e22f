"""The executables by which the engine finds the development provider and the policy runner: a folder that is first on its PATH, and on no other."""

import shlex
import sys
from pathlib import Path

from sandbox.home import PROJECT, Home

PROVIDERS = ("aws", "random", "docker")
SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# With a language host in reach the engine starts policy packs by it, in an environment without our packages.
LANGUAGE_HOST = "pulumi-language-python"


def write(home: Home) -> Path:
    """The folder, with every launcher written anew when it differs (the project may have moved)."""
    folder = home.root / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for name in PROVIDERS:
        _write(folder / f"pulumi-resource-{name}", f'-m sandbox.provider {name} "$@"')
    # The engine passes its address and the pack's folder, and options of the pack that the runner does not know.
    _write(folder / "pulumi-analyzer-policy-python", '-u -m sandbox.engine.analyzer "$1" "$2"')
    return folder


def search_path(folder: Path) -> str:
    """The PATH of the engine: the launchers, then the system's folders that hold no language host."""
    return ":".join([str(folder), *(entry for entry in SYSTEM_PATH if not (Path(entry) / LANGUAGE_HOST).exists())])


def _write(path: Path, arguments: str) -> None:
    text = f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(PROJECT))} exec {shlex.quote(sys.executable)} {arguments}\n"
    if not path.exists() or path.read_text() != text:
        draft = path.with_suffix(".new")
        draft.write_text(text)
        draft.chmod(0o755)
        draft.replace(path)
