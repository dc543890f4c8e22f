"""What a killed embedded cloud leaves behind: PostgreSQL's processes, data and sockets. The next one ends and removes it."""

import shutil
from pathlib import Path

import psutil

from sandbox.cloud.postgres.installation import Installation

PROGRAMS = frozenset({"postgres", "initdb", "pg_basebackup"})
PATIENCE_SECONDS = 10.0


def remove(installation: Installation) -> list[int]:
    """End every process of PostgreSQL that works in the home's data folder, and empty the folders. The ids it ended.

    A cluster's state is worth nothing without moto's, which lived in the cloud's memory.
    """
    found = processes(installation.data)
    for process in found:
        # Without its postmaster, each backend ends by itself; psutil refuses when the id is another process's by now.
        process.kill()
    psutil.wait_procs(found, timeout=PATIENCE_SECONDS)
    for folder in (installation.data, installation.sockets):
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    return [process.pid for process in found]


def processes(data: Path) -> list[psutil.Process]:
    """The processes of PostgreSQL whose working directory lies in the folder: proof enough, unlike a process id in a file."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] in PROGRAMS and Path(process.cwd()).is_relative_to(data):
                found.append(process)
        except psutil.Error:
            continue
    return found
