"""The clock of a rehearsal: as fast as it is told, the same in every process."""

from datetime import UTC, datetime, timedelta

import pytest

from runtime.common.clock import Clock
from sandbox.rehearsal.pace import Pace

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Wall:
    """A wall clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 50.0

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: MOMENT + timedelta(seconds=self.seconds - 50), steady=lambda: self.seconds)


@pytest.mark.parametrize("speed", [1.0, 12.0])
def test_it_shows_the_walls_time_and_runs_as_fast_as_told(speed: float) -> None:
    wall = Wall()
    pace = Pace.of(speed, wall.clock)
    assert pace.clock.now() == MOMENT
    begun = pace.clock.steady()
    wall.seconds += 10
    assert pace.clock.now() == MOMENT + timedelta(seconds=10 * speed)
    assert pace.clock.steady() - begun == 10 * speed


def test_another_process_has_the_same_clock() -> None:
    pace = Pace.of(8)
    other = Pace.read(pace.tell())
    assert abs((other.clock.now() - pace.clock.now()).total_seconds()) < 8 * 5
    assert other.moment(pace.start + 60) == pace.begun + timedelta(seconds=60)


def test_waiting_ends_with_what_is_waited_for_or_with_the_time() -> None:
    pace = Pace.of(1000)
    looks: list[int] = []

    def third() -> bool:
        looks.append(1)
        return len(looks) == 3

    assert pace.wait(3600, third)
    assert not pace.wait(2, lambda: False)
