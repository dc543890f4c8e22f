"""One command at a time on one home."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.engine.errors import RefusedError
from sandbox.home import Home


@contextmanager
def held(home: Home, command: str) -> Iterator[None]:
    """Keep every other command off the home. The system releases the lock however this process ends.

    Raises:
        RefusedError: another command has it; which, by which process and since when.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with (home.root / "command.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise RefusedError(_told(file.read())) from error
        file.truncate(0)
        file.write(json.dumps({"command": command, "pid": os.getpid(), "since": time.time()}))
        file.flush()
        yield


def _told(content: str) -> str:
    try:
        holder = json.loads(content)
        since = time.strftime("%H:%M:%S", time.localtime(holder["since"]))
        return (
            f"another sandbox command works on this home: `{holder['command']}`, process {holder['pid']}, since {since}. "
            f"Wait for it, or end it with `kill -INT {holder['pid']}`."
        )
    except (ValueError, KeyError, TypeError):
        return "another sandbox command works on this home; wait for it to end"
