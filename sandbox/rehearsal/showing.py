"""A rehearsal as its picture and its report want it told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from runtime.common.clock import Clock
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.load import Load
from sandbox.rehearsal.report.document import Told
from sandbox.rehearsal.result import Result
from sandbox.rehearsal.stage import Play

_COLOURS = ("blue", "green")


@dataclass(frozen=True)
class Shown:
    """A scenario under way, the `number`th `of` so many."""

    play: Play
    number: int
    of: int

    @property
    def name(self) -> str:
        """The scenario's."""
        return self.play.name

    @property
    def begun(self) -> datetime:
        """When its clock began."""
        return self.play.pace.begun

    @property
    def clock(self) -> Clock:
        """Its clock."""
        return self.play.pace.clock

    @property
    def speed(self) -> float:
        """How many of its seconds pass in one of the wall's."""
        return self.play.scenario.speed

    @property
    def green(self) -> str:
        """The version that is deployed."""
        return self.play.versions[1]

    @property
    def weights(self) -> Mapping[str, float]:
        """Percent of production traffic by colour."""
        share = self.play.journal.share
        return dict(zip(_COLOURS, (100.0 - share, share), strict=True))

    @property
    def journal(self) -> Journal:
        """What has happened."""
        return self.play.journal

    @property
    def load(self) -> Load:
        """What was sent."""
        return self.play.load


def told(result: Result) -> Told:
    """The same for the report."""
    return Told(
        name=result.name,
        what=result.scenario.what,
        status=", ".join(result.walked),
        reason=result.reason,
        expected=result.scenario.expect.status,
        misses=result.misses,
        begun=result.pace.moment(result.begun),
        zero=result.begun,
        green=result.versions[1],
        entries=result.entries,
        requests=result.requests,
        rate=result.scenario.rate,
        speed=result.scenario.speed,
        late=result.late,
        verdicts=result.verdicts,
        measures=result.measures,
        notices=result.notices,
    )
