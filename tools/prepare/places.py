"""Where things are kept, and which versions are pinned."""

from __future__ import annotations

import os
import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCK = PROJECT / "requirements-development.txt"
CLI_MODULE = PROJECT / "tools" / "pulumi"
LANGUAGE_HOST_MODULE = PROJECT / "tools" / "language-host"
LANGUAGE_HOST_PACKAGE = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"


def cache() -> Path:
    """The folder of what is built once per machine and account: `$XDG_CACHE_HOME/jobr-operations`, by default below `~/.cache`."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    # A relative XDG_CACHE_HOME is to be ignored (XDG base directory specification).
    base = Path(chosen) if chosen.startswith("/") else Path("~").expanduser() / ".cache"
    return base / "jobr-operations"


def pinned(module_folder: Path, module: str) -> str:
    """The version of a Go module that a tools module's go.mod pins, without its leading "v"."""
    text = (module_folder / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^\s*(?:require )?{re.escape(module)} v(\S+)", text, re.MULTILINE)
    if not found:
        raise ValueError(f"{module_folder / 'go.mod'} does not require {module}")
    return found.group(1)


def cli_version() -> str:
    """The pinned version of the Pulumi CLI, such as "3.230.0"; an older one on PATH is not used."""
    return pinned(CLI_MODULE, "github.com/pulumi/pulumi/pkg/v3")


def built_cli() -> Path:
    """Where the CLI built from the pinned module lies, or will."""
    return cache() / f"pulumi-{cli_version()}" / "pulumi"


def built_language_host() -> Path:
    """The folder of the old language host, or where it will be."""
    version = pinned(LANGUAGE_HOST_MODULE, "github.com/pulumi/pulumi/sdk/v3")
    return cache() / f"language-host-{version}"
