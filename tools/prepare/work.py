"""Long work done in a way that a person can follow and that a kill cannot leave half done."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEARTBEAT = 30  # seconds between two signs of life; many CI services end a job that is silent for ten minutes


class PreparationError(Exception):
    """Something could not be prepared. The message says what, and the command or setting that mends it."""


def say(text: str) -> None:
    """Prints a line for people, on standard error: standard output carries answers, such as a path."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run(command: Sequence[str | Path], doing: str, *, folder: Path, environment: Mapping[str, str]) -> None:
    """Runs a long command with its output on standard error and a sign of life every half minute.

    Raises PreparationError when it cannot start or fails; ends the command when this process is asked to end.
    """
    started = time.monotonic()
    try:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,  # ended below with all that it started
        )
    except OSError as error:
        raise PreparationError(f"{doing}: {command[0]} cannot be started: {error.strerror}") from error
    try:
        while True:
            try:
                code = child.wait(timeout=HEARTBEAT)
                break
            except subprocess.TimeoutExpired:
                say(f"  still {doing}: {time.monotonic() - started:.0f} s")
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            child.wait()
    if code:
        raise PreparationError(f"{doing} failed with exit status {code}: its own message stands above")
    say(f"  done in {time.monotonic() - started:.0f} s")


@contextmanager
def exclusively(folder: Path, what: str) -> Iterator[None]:
    """Holds a folder's lock, so that two commands started together prepare things once. The lock dies with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another command is preparing {what}: waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def whole_or_not_at_all(target: Path) -> Iterator[Path]:
    """Gives an empty folder to build in, which takes the target's place only when the block ends without an error.

    What an earlier, killed build left beside it is removed. The caller holds the lock of the target's parent.
    """
    for leftover in target.parent.glob(f"{target.name}.partial-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.partial-", dir=target.parent))
    try:
        yield partial
        if target.exists():
            shutil.rmtree(target)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
