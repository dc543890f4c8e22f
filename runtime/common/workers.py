"""Processes that share work: each has its own sessions and clients, and none outlives who started it.

Threads would wait for each other: most of the work is Python's. Lambda has no shared memory, which the pools of multiprocessing need, so a process here is
a fresh interpreter at the other end of a socket. When either end dies, the other one reads the end of the stream at once.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from runtime.common import errors
from runtime.common.clock import Deadline
from runtime.common.errors import OperationError, ProgramError, UnexpectedError

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# One task in work and one to go on with: a worker never waits for who shares the work out.
AHEAD = 2
# How often a deadline is looked at while nothing happens.
LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 5
PROGRAM = "from runtime.common.workers import serve; serve(int(__import__('sys').argv[1]))"


@dataclass(frozen=True)
class Failure:
    """Why a worker gave up: the name of an error of this package, and its text."""

    kind: str
    text: str

    def error(self) -> OperationError:
        """The error, as the worker raised it."""
        kind = getattr(errors, self.kind, None)
        return (
            kind(self.text)
            if isinstance(kind, type) and issubclass(kind, OperationError)
            else UnexpectedError(self.text)
        )


class Tasks(Generic[Task, Answer]):
    """A worker's end: what there is to do, one after the other, and where the answers go."""

    def __init__(self, pipe: Connection) -> None:
        """Take the worker's end of the stream."""
        self._pipe = pipe

    def next(self) -> Task | None:
        """Wait for the next task; None when there will be none."""
        task: Task | None = self._pipe.recv()
        return task

    def waiting(self) -> bool:
        """Whether `next` would answer at once."""
        return self._pipe.poll()

    def answer(self, answer: Answer) -> None:
        """Hand over what came of a task."""
        self._pipe.send(answer)


def serve(descriptor: int) -> None:
    """Be a worker: do what the first message names, until the stream ends. A failure is told, not printed."""
    # Ctrl-C reaches the whole group; who shares the work out ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever shared the work out may be gone: then there is nobody to do it for, and nobody to tell.
    gone = contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError)
    with Connection(descriptor) as pipe, gone:
        _work(pipe)


def _work(pipe: Connection) -> None:
    try:
        work, order = pipe.recv()
        work(order, Tasks(pipe))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except OperationError as error:
        pipe.send(Failure(type(error).__name__, str(error)))
    except Exception as error:  # noqa: BLE001  # it must not die in silence
        pipe.send(Failure(UnexpectedError.__name__, f"{type(error).__name__}: {error}"))


class Workers(Generic[Task, Answer]):
    """Some processes that do the same kind of work. As a context manager it leaves none behind, however it is left."""

    def __init__(self, count: int, name: str) -> None:
        """Say how many, and what to call one of them in messages."""
        self._count = count
        self._name = name
        self._processes: list[tuple[Connection, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        """Start them; they load what they need while other things are done."""
        for _ in range(self._count):
            ours, theirs = Pipe()
            with theirs:
                command = [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno())]
                environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
                process = subprocess.Popen(
                    command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
                )
            self._processes.append((ours, process))
        return self

    def begin(self, work: Callable[[Any, Tasks[Task, Answer]], None], order: object) -> None:
        """Tell all of them what to do: a function of a module, and what it needs to know."""
        for pipe, process in self._processes:
            self._send(pipe, process, (work, order))

    def share(
        self, tasks: Iterable[Task], deadline: Deadline, watched: Mapping[Any, Callable[[], None]] | None = None
    ) -> Iterator[Answer]:
        """Hand the tasks out and yield the answers as they come.

        Each of `watched` has a file descriptor; its function is called when there is something to read from it, and raises when that is a misfortune.
        Raises the error that a worker met, ProgramError when one died, DeadlineError.
        """
        queue = iter(tasks)
        busy = dict.fromkeys((pipe for pipe, _ in self._processes), 0)
        for _ in range(AHEAD):
            for pipe in busy:
                self._feed(pipe, queue, busy)
        while any(busy.values()):
            ready = wait([*busy, *(watched or {})], LOOK_SECONDS)
            deadline.check()
            for item in ready:
                if item in busy:
                    yield self._receive(item)
                    busy[item] -= 1
                    self._feed(item, queue, busy)
                elif watched:
                    watched[item]()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all of them: at once after an error, and else when they have read that there is nothing more to do."""
        for pipe, process in self._processes:
            if error:
                process.kill()
            pipe.close()
        for _, process in self._processes:
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _feed(self, pipe: Connection, queue: Iterator[Task], busy: dict[Connection, int]) -> None:
        for task in queue:
            self._send(pipe, self._process(pipe), task)
            busy[pipe] += 1
            return

    def _send(self, pipe: Connection, process: "subprocess.Popen[bytes]", message: object) -> None:
        try:
            pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            self._receive(pipe)  # its last words, if it had any
            raise self._died(process) from None

    def _receive(self, pipe: Connection) -> Answer:
        try:
            answer = pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._died(self._process(pipe)) from None
        if isinstance(answer, Failure):
            raise answer.error()
        return answer  # type: ignore[no-any-return]  # what the worker's function sent

    def _process(self, pipe: Connection) -> "subprocess.Popen[bytes]":
        return next(process for candidate, process in self._processes if candidate is pipe)

    def _died(self, process: "subprocess.Popen[bytes]") -> ProgramError:
        try:
            code = process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return ProgramError(
            f"A worker process of {self._name} {how} before its work was done. SIGKILL mostly means that memory ran out: give the function or task more "
            "memory, or have fewer workers; then run it again, and what is stored already is not stored again."
        )
