"""What would stop an `up` later on, looked at before anything is started or registered, and told all at once."""

import errno
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil

from sandbox import guard
from sandbox.cloud import control
from sandbox.engine import cli
from sandbox.engine.errors import RefusedError
from sandbox.engine.settings import known
from sandbox.home import PORT, PROJECT, Home

# Two PostgreSQL clusters with their WAL, the state and the logs take about half of it.
FREE_BYTES = 1 << 30
DATABASE_PORT = 5432


def check(home: Home, stack: str, source: Path = PROJECT) -> None:
    """Look at everything that an `up` needs, and make this process unable to find real credentials.

    Raises:
        RefusedError: with all problems, each with what mends it.
    """
    problems = [*_credentials(home), *_stack(stack, source), *_pulumi(), *_folder(home.root)]
    if home.root.is_dir() or not home.root.exists():
        problems += _ports(home)
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise RefusedError("\n".join([f"{count}; nothing was started and nothing was changed.", *problems]))
    pin(home)


def pin(home: Home) -> None:
    """Make this process unable to find real credentials. Every command begins with this or with `check`.

    Raises:
        RefusedError: there are some in reach already.
    """
    problems = list(_credentials(home))
    if problems:
        raise RefusedError(problems[0])
    os.environ.update(home.environment())


def _credentials(home: Home) -> Iterator[str]:
    found = guard.problems(home)
    if found:
        yield guard.report(found)


def _stack(stack: str, source: Path) -> Iterator[str]:
    if not (source / f"Pulumi.{stack}.yaml").is_file():
        yield f"There is no stack {stack!r} (no file Pulumi.{stack}.yaml); {known(source)}."


def _pulumi() -> Iterator[str]:
    try:
        cli.find()
    except RefusedError as error:
        yield str(error)


def _folder(root: Path) -> Iterator[str]:
    nearest = next(path for path in [root, *root.parents] if path.exists())
    if not nearest.is_dir():
        yield f"{nearest} is a file, and the sandbox needs a folder there. Move it away, or set SANDBOX_HOME to another folder."
        return
    if not os.access(nearest, os.W_OK | os.X_OK):
        yield f"{nearest} cannot be written. Make it yours, or set SANDBOX_HOME to a folder that is."
    free = shutil.disk_usage(nearest).free
    if free < FREE_BYTES:
        yield (
            f"The disk of {nearest} has {free >> 20} MiB free, and the embedded cloud needs {FREE_BYTES >> 20} MiB. "
            f"Free some, or set SANDBOX_HOME to a folder on another disk (`df -h`)."
        )


def _ports(home: Home) -> Iterator[str]:
    if control.status(home).state == "running":
        return
    for address, port in [(home.address, PORT), *((home.database_address(i), DATABASE_PORT) for i in range(2))]:
        problem = busy(address, port)
        if problem:
            yield problem


def busy(address: str, port: int) -> str | None:
    """Why nothing can listen at the address and port, with the process that does, or None when they are free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return f"Nothing can listen at {address}:{port}: {error.strerror}. Is it a loopback address on this system?"
            return f"The port {port} at {address} is taken by {_holder(address, port)}."
    return None


def _holder(address: str, port: int) -> str:
    try:
        sockets = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        sockets = []
    for found in sockets:
        here = found.laddr and found.laddr.port == port and found.laddr.ip in {address, "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        if here and found.status == psutil.CONN_LISTEN and found.pid:
            name = psutil.Process(found.pid).name()
            return f"process {found.pid} ({name}); end it with `kill {found.pid}`, or let it listen elsewhere"
    return f"a process of another user; `sudo ss -ltnp 'sport = {port}'` names it"
