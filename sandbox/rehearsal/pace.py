"""The clock of a rehearsal: minutes of it may pass in seconds, and everybody in it waits by it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime.common.clock import Clock


@dataclass(frozen=True)
class Pace:
    """A clock that showed `begun` at the moment `start` of the wall's steady clock, and runs `speed` times as fast as the wall's."""

    begun: datetime
    start: float
    speed: float = 1.0
    wall: Clock = Clock()  # noqa: RUF009  # it is frozen

    @classmethod
    def of(cls, speed: float, wall: Clock | None = None, after: datetime | None = None) -> "Pace":
        """A clock that shows the wall's time now, or this one if it is later: what an account has seen must not come again."""
        wall = wall or Clock()
        begun = wall.now()
        return cls(max(begun, after) if after else begun, wall.steady(), speed, wall)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Pace":
        """The same clock in another process of this machine, from what `tell` said."""
        return cls(datetime.fromisoformat(told["begun"]), told["start"], told["speed"])

    def tell(self) -> dict[str, Any]:
        """What another process needs to have the same clock; all processes of a machine share the steady one."""
        return {"begun": self.begun.isoformat(), "start": self.start, "speed": self.speed}

    @property
    def clock(self) -> Clock:
        """The clock itself."""
        return Clock(now=self._now, steady=self._steady)

    def _steady(self) -> float:
        return self.start + (self.wall.steady() - self.start) * self.speed

    def _now(self) -> datetime:
        return self.moment(self._steady())

    def moment(self, steady: float) -> datetime:
        """The time at a moment of the steady clock."""
        return self.begun + timedelta(seconds=steady - self.start)

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        time.sleep(seconds / self.speed)

    def wait(self, seconds: float, until: Callable[[], bool], every: float = 1.0) -> bool:
        """Wait until something holds, at most so many seconds, looking every second; whether it does."""
        steady = self.clock.steady
        end = steady() + seconds
        while not until():
            remaining = end - steady()
            if remaining <= 0:
                return False
            self.sleep(min(every, remaining))
        return True
