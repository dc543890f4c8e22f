"""The report as one JSON document: everything that the text and the page show stands in it, and no secret does."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from runtime.common.errors import IntegrityError
from runtime.common.logging import Redactor
from runtime.deployments.verdict import Verdict
from sandbox.rehearsal.report.series import Asked, Noted, series, stages, totals, weights

SCHEMA = 1
# The first word of a measure's name is its unit; any other number has none.
UNITS = {"seconds": "s", "p50": "s", "p95": "s", "p99": "s", "percent": "%", "requests": "requests"}


class Dated(Noted, Protocol):
    """An entry of the journal with its time by the rehearsal's clock."""

    @property
    def at(self) -> datetime: ...  # noqa: D102 - told above


@dataclass(frozen=True)
class Told:
    """What the report needs to know of one scenario.

    `begun` and `zero` are the same moment, the deployment's begin, by the rehearsal's clock and by its steady one. `green` is the version
    that is deployed; whatever else answers with a version is blue. `rate` is requests a second and `speed` seconds of the rehearsal's clock
    in one of the wall's. `late` requests were sent later than they were due. `verdicts` are documents of Verdict, in order; the first word
    of a measure's name says its unit (UNITS).
    """

    name: str
    what: str
    status: str
    reason: str
    expected: str
    misses: Sequence[str]
    begun: datetime
    zero: float
    green: str
    entries: Sequence[Dated]
    requests: Sequence[Asked]
    rate: float
    speed: float
    late: int = 0
    verdicts: Sequence[Mapping[str, Any]] = ()
    measures: Mapping[str, float | None] | None = None
    notices: Sequence[str] = ()


def document(scenarios: Iterable[Told], made: datetime, redactor: Redactor) -> dict[str, Any]:
    """The whole report, made at `made`, without the secrets that the redactor knows. Scenarios are taken one at a time."""
    found = [_masked(_scenario(told), redactor) for told in scenarios]
    return {
        "schema": SCHEMA,
        "made": made.isoformat(timespec="seconds"),
        "met": all(scenario["met"] for scenario in found),
        "scenarios": found,
    }


def lines(document: Mapping[str, Any]) -> str:
    """The document as its file holds it. Raises ValueError at a number that JSON has no word for."""
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _masked(value: Any, redactor: Redactor) -> Any:
    """Every text without secrets. Numbers stay as they were counted, so that plots can be made of them."""
    if isinstance(value, Mapping):
        return {redactor.text(name): _masked(member, redactor) for name, member in value.items()}
    if isinstance(value, list):
        return [_masked(member, redactor) for member in value]
    return redactor.text(value) if isinstance(value, str) else value


def _scenario(told: Told) -> dict[str, Any]:
    # The journal also has how blue was deployed.
    entries = [(_second(told, entry), entry) for entry in told.entries if entry.at >= told.begun]
    sent = [request.sent - told.zero for request in told.requests]
    moments = [0.0, *(second for second, _ in entries), *((min(sent), max(sent)) if sent else ())]
    first, last = round(min(moments), 3), round(max(moments), 3)
    return {
        "name": told.name,
        "what": told.what,
        "met": not told.misses,
        "misses": list(told.misses),
        "status": told.status,
        "expected": told.expected,
        "reason": told.reason,
        "begun": told.begun.isoformat(timespec="milliseconds"),
        "first_second": first,
        "last_second": last,
        # The journal's last word is how the deployment ended; load goes on after it.
        "ended_second": entries[-1][0] if entries else 0.0,
        "rate": told.rate,
        "speed": told.speed,
        "late": told.late,
        "totals": totals(told.requests, told.green),
        "measures": list(_measures(told.measures or {})),
        "notices": list(told.notices),
        "verdicts": [_verdict(verdict) for verdict in told.verdicts],
        "stages": stages(entries, first, last),
        "weights": weights(entries, first),
        "series": series(told.requests, told.zero, told.green),
    }


def _second(told: Told, entry: Dated) -> float:
    return round((entry.at - told.begun).total_seconds(), 3)


def _measures(measures: Mapping[str, float | None]) -> Iterator[dict[str, Any]]:
    for name, value in measures.items():
        yield {"name": name, "value": value, "unit": UNITS.get(name.partition(" ")[0], "")}


def _verdict(found: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict with its own words. What cannot be read as one is kept with the reason: a report is not lost over it."""
    try:
        verdict = Verdict.parse(found)
    except IntegrityError as error:
        return {
            "outcome": "UNREADABLE",
            "title": "a document that is no verdict",
            "text": str(error),
            "document": found,
        }
    return {"outcome": verdict.outcome.value, "title": verdict.title, "text": verdict.text(), "document": found}
