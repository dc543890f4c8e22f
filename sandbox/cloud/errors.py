"""What stops the embedded cloud, in words for the person at the keyboard."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADVICE = {
    errno.ENOSPC: "the disk is full; free some space (the command `df -h` shows where) and run the command again",
    errno.EDQUOT: "your disk quota is used up; free some space and run the command again",
    errno.EACCES: "permission denied; `ls -ld` shows the owner, or set SANDBOX_HOME to a folder that is yours",
    errno.EPERM: "permission denied; `ls -ld` shows the owner, or set SANDBOX_HOME to a folder that is yours",
    errno.EROFS: "the file system is read-only; set SANDBOX_HOME to a folder that can be written",
    errno.ENOTDIR: "a file stands where a folder is needed; move it away, or set SANDBOX_HOME to another folder",
    errno.EEXIST: "a file stands where a folder is needed; move it away, or set SANDBOX_HOME to another folder",
}


class CloudError(Exception):
    """The embedded cloud cannot do what was asked; the message says what is wrong, where, and what mends it."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals while working on `path` into a CloudError that says what to do."""
    try:
        yield
    except OSError as error:
        advice = ADVICE.get(error.errno or 0)
        if advice is None:
            raise
        raise CloudError(f"{error.filename or path}: {advice}") from error
