"""PostgreSQL's client programs as processes: found on PATH, never told a password in clear, ended at the deadline."""

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections import deque
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Literal, Self

from runtime.common.clock import Deadline
from runtime.common.errors import ProgramError
from runtime.common.postgres import Connection, client_environment

PATIENCE_SECONDS = 5
ERROR_LINES = 50
VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")
REMEDIES = {
    "out of shared memory": "raise max_locks_per_transaction: one transaction locks every table",
    "No space left on device": "enlarge the server's storage",
    "permission denied for large object": "grant the database's user SELECT on every large object; pg_read_all_data does not reach them",
    "permission denied": "the database's user needs read access to every table (grant it pg_read_all_data)",
    "row-level security": "only a table's owner or a role with BYPASSRLS may dump a table with row-level security",
    'role "': "create the roles that own the objects first, or restore with --no-owner --no-privileges",
    "canceling statement due to lock timeout": "another session holds a lock: end it, or run it again later",
}


def version_of(program: str) -> tuple[str, int]:
    """The full and the major version of a program, such as ("18.4", 18). Raises ProgramError."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS * 2
        )
    except FileNotFoundError:
        raise ProgramError(
            f"{program} is not on PATH: the function's image installs it (runtime/Dockerfile)."
        ) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramError(f"{program} does not start: {error}") from None
    match = VERSION.search(answer.stdout)
    if match is None:
        raise ProgramError(f"{program} --version answers {answer.stdout!r}, which names no PostgreSQL version.")
    return match[1], int(match[2])


class Program:
    """One run of a client program, whose standard input or output is a stream of this process.

    As a context manager it leaves no process behind, however it is left. `finish` says whether the program succeeded.
    """

    def __init__(
        self, command: list[str], connection: Connection, deadline: Deadline, stream: Literal["stdin", "stdout"]
    ) -> None:
        """Name the command and the one stream that this process reads or feeds; the other is closed."""
        self._command = command
        self._connection = connection
        self._deadline = deadline
        self._pipe = stream
        self._errors: deque[str] = deque(maxlen=ERROR_LINES)
        self._late = False

    def __enter__(self) -> Self:
        """Start it in a process group of its own. Raises ProgramError when it cannot be started."""
        with ExitStack() as stack:
            environment = stack.enter_context(client_environment(self._connection))
            try:
                self._process = subprocess.Popen(
                    self._command,
                    env=environment,
                    stdin=subprocess.PIPE if self._pipe == "stdin" else subprocess.DEVNULL,
                    stdout=subprocess.PIPE if self._pipe == "stdout" else subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            except OSError as error:
                raise ProgramError(f"{self._command[0]} does not start: {error}") from None
            self._watch()
            self._stack = stack.pop_all()
        return self

    @property
    def stream(self) -> IO[bytes]:
        """The program's standard output to read, or its standard input to write."""
        stream = getattr(self._process, self._pipe)
        if stream is None:
            raise RuntimeError("the program was started without this stream")
        return stream  # type: ignore[no-any-return]  # getattr of a checked name

    def finish(self) -> None:
        """Wait for the end. Raises DeadlineError when it was stopped, ProgramError when it failed."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):  # its exit code and its words say why
                self._process.stdin.close()
        code = self._process.wait()
        self._reader.join()
        if self._late:
            raise self._deadline.error()
        if code != 0:
            raise ProgramError(self._failure(code))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it if it still runs, and remove the password's file."""
        self._timer.cancel()
        self._stop()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()
        self._stack.close()

    def _watch(self) -> None:
        self._reader = threading.Thread(target=self._read_errors, name="stderr", daemon=True)
        self._reader.start()
        remaining = self._deadline.remaining()
        self._timer = threading.Timer(threading.TIMEOUT_MAX if remaining is None else remaining, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def _read_errors(self) -> None:
        for line in self._process.stderr or ():
            self._errors.append(line[:2000].decode(errors="replace").rstrip())

    def _expire(self) -> None:
        self._late = True
        self._stop()

    def _stop(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_SECONDS)

    def _failure(self, code: int) -> str:
        words = "\n".join(self._errors).replace(self._connection.password, "***")
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        remedy = next((f" To mend it: {text}." for sign, text in REMEDIES.items() if sign in words), "")
        return f"{self._command[0]} for {self._connection.address} {how}.{remedy}\n{words}".rstrip()
