"""Work that others may hang in, run at the same time and each for so long at most."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Generic, TypeVar

from runtime.common.errors import DeadlineError, OperationError, UnexpectedError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Work(Generic[Result]):
    """What to run, and for how many real seconds: a network does not know an injected clock."""

    run: Callable[[], Result]
    seconds: float


def run_all(works: Mapping[str, Work[Result]]) -> dict[str, Result | OperationError]:
    """Run all at once, each in a thread of its own. What each returned, in the order of `works`, or its error.

    Work that is not done in time counts as a DeadlineError and is left alone; its thread does not keep the process alive. An error that nobody foresaw
    becomes an UnexpectedError, with its type and text.
    """
    started = time.monotonic()
    running = {name: _Run(work, name) for name, work in works.items()}
    return {name: run.outcome(started + run.work.seconds) for name, run in running.items()}


class _Run(Generic[Result]):
    def __init__(self, work: Work[Result], name: str) -> None:
        self.work = work
        self._done = Event()
        self._outcome: Result | OperationError | None = None
        Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        try:
            self._outcome = self.work.run()
        except OperationError as error:
            self._outcome = error
        except BaseException as error:  # noqa: BLE001  # a thread that dies in silence would count as one that hangs
            self._outcome = UnexpectedError(f"{type(error).__name__}: {error}")
        finally:
            self._done.set()

    def outcome(self, moment: float) -> Result | OperationError:
        if not self._done.wait(max(0.0, moment - time.monotonic())):
            return DeadlineError(f"There was no answer within {self.work.seconds:g} seconds.")
        return self._outcome  # type: ignore[return-value]  # set before `_done`
