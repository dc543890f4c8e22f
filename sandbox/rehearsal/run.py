"""Plays scenarios, one after the other, on one stack."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.releases import Releases
from sandbox.rehearsal.result import Result
from sandbox.rehearsal.scenarios import Scenarios
from sandbox.rehearsal.stack import Stack
from sandbox.rehearsal.stage import Part, Show, Stage

# Longer than any window that a function looks back over (trafficBaseline).
APART = timedelta(hours=3)


class Rehearsal:
    """Plays scenarios on a stack. `table` is docs/deployment-stages.toml."""

    def __init__(self, stack: Stack, table: Mapping[str, Any], every: Scenarios) -> None:
        self.stack = stack
        self.table = table
        self.every = every
        self.releases = Releases(stack)
        self._seen: datetime | None = None

    def play(self, name: str, show: Show | None = None) -> Result:
        """Play one scenario, and leave nothing of it running. `show` is called once, when it begins."""
        scenario = self.every.scenarios[name]
        if scenario.speed == 1 and self._seen:
            raise RehearsalError(
                f"{name} is in real time, and this account has seen later times already: play it first"
            )
        pace = Pace.of(scenario.speed, after=self._seen)
        part = Part(name, scenario, self.every.variables(scenario))
        try:
            with ExitStack() as ends:
                return Stage(self.releases, self.table, part, pace, ends).play(show)
        finally:
            if scenario.speed > 1:
                # Metrics and verdicts of this one are no news of the next one.
                self._seen = pace.clock.now() + APART
