"""Time, injected: the wall clock for names and records, a steady one for durations and deadlines."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.common.errors import DeadlineError


@dataclass(frozen=True)
class Clock:
    """The two clocks of a process; tests hand in their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    steady: Callable[[], float] = time.monotonic  # seconds from an arbitrary start


@dataclass(frozen=True)
class Deadline:
    """The moment of the steady clock at which work must stop; None for work without an end."""

    clock: Clock
    moment: float | None
    remedy: str = "allow more time and run it again"

    @classmethod
    def within(cls, clock: Clock, seconds: float, remedy: str) -> "Deadline":
        """The deadline that lies so many seconds from now, and what to tell people who miss it."""
        return cls(clock, clock.steady() + seconds, remedy)

    @classmethod
    def never(cls, clock: Clock) -> "Deadline":
        """A deadline that does not come."""
        return cls(clock, None)

    def remaining(self) -> float | None:
        """Seconds left, 0 when it has passed, None when there is no end."""
        return None if self.moment is None else max(0.0, self.moment - self.clock.steady())

    def check(self) -> None:
        """Raise DeadlineError when the moment has passed."""
        if self.remaining() == 0:
            raise self.error()

    def error(self) -> DeadlineError:
        """What to raise when work was stopped by this deadline."""
        return DeadlineError(
            f"The work did not end in time and was stopped; nothing of it is kept. To mend it: {self.remedy}."
        )
