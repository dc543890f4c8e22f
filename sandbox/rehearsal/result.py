"""What came of a scenario, and where it is not what had to come of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.rehearsal.counters import Minute
from sandbox.rehearsal.journal import Entry
from sandbox.rehearsal.load import Request, percentile, summary
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.scenarios import Scenario

MINUTE = 60.0


@dataclass(frozen=True)
class Result:
    """One scenario as it was played.

    `versions` are the digests of blue and of what was deployed, `walked` how each deployment ended; `shares` are green's percent of
    production traffic as it was given; `left` are targets that were healthy and were not any more before they drained; `printed` is what
    `pulumi up` printed, with its exit code; `problems` are what was noticed on the way. `misses` are the expectations that were not met.
    """

    name: str
    scenario: Scenario
    pace: Pace
    begun: float
    walked: Sequence[str]
    reason: str
    entries: Sequence[Entry]
    requests: Sequence[Request]
    late: int
    minutes: Sequence[tuple[datetime, Mapping[str, Minute]]]
    groups: tuple[str, str]
    versions: tuple[str, str]
    verdicts: Sequence[Mapping[str, Any]]
    notices: Sequence[str]
    shares: Sequence[float]
    left: Sequence[str]
    printed: tuple[int, str] | None = None
    metrics_delay: float = 0.0
    problems: Sequence[str] = field(default_factory=tuple)

    @property
    def status(self) -> str:
        """How the last deployment ended."""
        return self.walked[-1]

    @property
    def totals(self) -> dict[str, Any]:
        """The load generator's counts."""
        return summary(self.requests)

    @property
    def by_green(self) -> list[Request]:
        """Requests that the new release answered."""
        return [request for request in self.requests if request.version == self.versions[1]]

    @property
    def measures(self) -> dict[str, float | int | None]:
        """Named numbers, with their units."""
        before, shift = self._seconds(0.0, self.begun), self._shift()
        during = self._seconds(shift, shift + MINUTE) if shift is not None else []
        green = self.by_green
        verdict = self._stop()
        reached = min((request.sent for request in green), default=None)
        burnt = verdict - reached if verdict is not None and reached is not None else None
        return {
            "p99 before the deployment": percentile(before, 99),
            "p99 in the minute of the shift": percentile(during, 99),
            "requests that green answered": len(green),
            "requests that green failed": sum(request.failed for request in green),
            "requests that failed from green's first to the verdict": self._failed(reached, verdict),
            "seconds of the clock from green's first request to the verdict": burnt,
            "seconds of these beyond the metrics' own delay": self._beyond(reached, burnt),
        }

    @property
    def misses(self) -> list[str]:
        """What did not come of it, as sentences."""
        return [*_misses(self), *self.problems]

    def _seconds(self, start: float | None, end: float) -> list[float]:
        sent = [one for one in self.requests if not one.upload and (start or 0.0) <= one.sent < end]
        return sorted(one.seconds for one in sent)

    def _shift(self) -> float | None:
        shifts = [entry.at for entry in self.entries if entry.stage == "PRODUCTION_TRAFFIC_SHIFT"]
        return self._steady(shifts[0]) if shifts else None

    def _stop(self) -> float | None:
        stops = [verdict["decided"] for verdict in self.verdicts if verdict["outcome"] == "STOP"]
        return self._steady(datetime.fromisoformat(stops[0])) if stops else None

    def _steady(self, moment: datetime) -> float:
        return self.pace.start + (moment - self.pace.begun).total_seconds()

    def _failed(self, reached: float | None, verdict: float | None) -> int | None:
        if reached is None or verdict is None:
            return None
        return sum(request.failed for request in self.requests if reached <= request.sent < verdict)

    def _beyond(self, reached: float | None, burnt: float | None) -> float | None:
        """The metrics tell of a request when its minute is over, and the delay of CloudWatch after that."""
        if reached is None or burnt is None:
            return None
        moment = self.pace.moment(reached)
        rest_of_minute = MINUTE - moment.second - moment.microsecond / 1e6
        return max(0.0, burnt - rest_of_minute - self.metrics_delay)


def _misses(result: Result) -> Iterator[str]:
    expected, totals = result.scenario.expect, result.totals
    for walked in result.walked:
        if walked != expected.status:
            yield f"it ended as {walked}, not as {expected.status}: {result.reason}"
    yield from _over("requests failed", totals["failed"], expected.failed)
    yield from _over("production requests were answered by green", len(result.by_green), expected.green)
    yield from _over("targets left the load balancer", len(result.left), expected.left)
    if expected.requests is not None and totals["requests"] < expected.requests:
        yield f"{totals['requests']} requests were sent, where at least {expected.requests} must be"
    if not totals["requests"]:
        yield "no request was sent"
    if expected.status == "SUCCESSFUL" and not result.by_green:
        yield "green answered no production request"
    if expected.shares and tuple(result.shares) != expected.shares:
        yield f"green's shares were {list(result.shares)}, not {list(expected.shares)}"
    yield from _said(result)
    yield from _burnt(result)


def _over(what: str, found: int, most: int | None) -> Iterator[str]:
    if most is not None and found > most:
        yield f"{found} {what}, where at most {most} may be"


def _said(result: Result) -> Iterator[str]:
    expected = result.scenario.expect
    if expected.said and expected.said not in json.dumps(result.verdicts):
        yield f"no verdict says {expected.said!r}"
    if expected.told and not result.notices:
        yield "nobody was told"
    if expected.status != "SUCCESSFUL" and not any(verdict["outcome"] == "STOP" for verdict in result.verdicts):
        yield "no verdict explains why it was stopped"
    code, text = result.printed or (0, "")
    if bool(code) != bool(expected.up):
        yield f"`pulumi up` ended with {code}: {text[-2000:]}"
    if expected.up and expected.up not in text:
        yield f"`pulumi up` does not say {expected.up!r}: {text[-2000:]}"


def _burnt(result: Result) -> Iterator[str]:
    limit = result.scenario.expect.burn
    beyond = result.measures["seconds of these beyond the metrics' own delay"]
    if limit is not None and (beyond is None or beyond > limit):
        yield f"the verdict came {beyond} seconds after the metrics could tell, where at most {limit:g} may pass"
