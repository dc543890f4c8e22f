"""What a machine must have before anything can be prepared: every lack is found in one go, each with its mend."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.prepare import environment, places, pulumi
from tools.prepare.interpreter import OLDEST, interpreters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLDEST_GO = (1, 26)  # the `go` line of tools/*/go.mod
OLDEST_MAKE = (4, 0)
GIGABYTE = 1_000_000_000
# Measured on Linux x86-64: the virtual environment 0.98 GB; Go's module and build caches with the CLI 2.1 GB.
ROOM_FOR_ENVIRONMENT = 1.5 * GIGABYTE
ROOM_FOR_BUILD = 3 * GIGABYTE
ROOM_TO_WORK = 0.5 * GIGABYTE
LOOPBACK = "127.77.255.1"  # one of the addresses that the embedded cloud may use


@dataclass(frozen=True)
class Lack:
    """Something that a machine lacks, and what mends it."""

    problem: str
    mend: str


def lacks(*, cli: bool, language_host: bool = False) -> list[Lack]:
    """Everything that is missing on this machine; what is prepared already needs nothing."""
    build = (cli and pulumi.find() is None) or (language_host and not pulumi.language_host_is_built())
    install = not environment.ready()
    found = [*_system(), *_make()]
    if install:
        found += _python()
    if build:
        found += _go()
    return [*found, *_folders(install=install, build=build)]


def _system() -> Iterator[Lack]:
    try:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
    except OSError:
        yield Lack(
            f"this machine does not answer at {LOOPBACK}: the embedded cloud needs all of 127.0.0.0/8, as Linux has it",
            "use Linux, a Linux virtual machine or a Linux container",
        )


def _make() -> Iterator[Lack]:
    version = os.environ.get("JOBR_MAKE_VERSION", "")
    if version and _numbers(version) < OLDEST_MAKE:
        yield Lack(f"GNU make 4.0 or newer is needed, and this is {version}", "install it: apt-get install make")


def _python() -> Iterator[Lack]:
    found = interpreters()
    if any(python.usable for python in found):
        return
    wanted = ".".join(map(str, OLDEST))
    for python in found:
        if python.version >= OLDEST:
            name = f"python{python.version[0]}.{python.version[1]}"
            yield Lack(f"{python.path} has no venv module", f"install it: apt-get install {name}-venv")
            return
    seen = ", ".join(sorted({f"{python.path} {python.version[0]}.{python.version[1]}" for python in found})) or "none"
    yield Lack(
        f"Python {wanted} or newer is needed (found: {seen})", "install it: apt-get install python3 python3-venv"
    )


def _go() -> Iterator[Lack]:
    wanted = ".".join(map(str, OLDEST_GO))
    mend = (
        f"install Go {wanted} or newer (https://go.dev/doc/install) and put its bin folder on PATH; "
        f"or install the official Pulumi CLI {places.cli_version()} or newer, then Go is not needed"
    )
    command = shutil.which("go")
    if not command:
        yield Lack(f"Go {wanted} or newer is needed to build Pulumi, and there is no `go` on PATH", mend)
        return
    # GOTOOLCHAIN=local: the version that is installed, not one that Go would fetch by itself.
    answer = subprocess.run(
        [command, "env", "GOVERSION"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "GOTOOLCHAIN": "local"},
    )
    if _numbers(answer.stdout) < OLDEST_GO:
        version = answer.stdout.strip() or "broken: " + answer.stderr.strip()
        yield Lack(f"Go {wanted} or newer is needed to build Pulumi, and {command} is {version}", mend)


def _numbers(version: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", version)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _folders(*, install: bool, build: bool) -> Iterator[Lack]:
    """Folders that cannot be written, and file systems without the room for all that is still to be put there."""
    needs = {
        places.PROJECT: ROOM_TO_WORK + install * ROOM_FOR_ENVIRONMENT,
        places.cache(): build * ROOM_FOR_BUILD,
    }
    rooms: dict[int, tuple[Path, float]] = {}
    for folder, size in needs.items():
        if not size:
            continue
        standing = next(place for place in (folder, *folder.parents) if place.exists())
        if not os.access(standing, os.W_OK | os.X_OK):
            mend = (
                "set XDG_CACHE_HOME to another one"
                if folder == places.cache()
                else f"chown it: sudo chown -R $USER '{folder}'"
            )
            yield Lack(f"the folder {folder} cannot be {'written' if standing == folder else 'made'}", mend)
        device = standing.stat().st_dev
        place, sum_so_far = rooms.get(device, (standing, 0.0))
        rooms[device] = (place, sum_so_far + size)
    for place, size in rooms.values():
        free = shutil.disk_usage(place).free
        if free < size:
            yield Lack(
                f"{size / GIGABYTE:.1f} GB are needed on the disk of {place}, and {free / GIGABYTE:.1f} GB are free",
                "make room there, or set XDG_CACHE_HOME to a folder on another disk",
            )
