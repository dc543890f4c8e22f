"""The judgement on green's traffic. Pure: minutes in, an outcome with its reason and numbers out.

Errors. At the end of the window green fails when more than `error_limit` of its requests failed, exactly. Before the end it fails
as soon as that is certain: when a release that fails no more than the limit would show so many errors with a probability below
`doubt`. The bound is Chernoff's, P(errors >= e of n) <= exp(-n * D(e/n || limit)) with D the relative entropy of two coins, so it
holds for any n and leans on no normal distribution. It is asked once for each minute, so that a release exactly at the limit is
stopped early with a probability of at most minutes * doubt. Requests that are missing up to `minimum_requests` count as answered
well: three failures at night are no outage, and an outage at night is still one.

Slowness. A minute is slow when its p95 is above `latency_floor` seconds and above `latency_factor` times blue's: the median of
blue's minutes before the shift, because percentiles have no sum. Green fails with its `slow_minutes`th slow minute, of those that
have their share of the minimum of requests.

Both are counted minute after minute from the window's beginning, so a STOP that later data would soften stays one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median

from runtime.deployments.traffic.limits import Limits
from runtime.deployments.traffic.series import ZERO, Minute
from runtime.deployments.verdict import Outcome


class Reason(StrEnum):
    """Why the judgement is what it is."""

    CERTAIN_ERRORS = "CERTAIN_ERRORS"
    ERRORS = "ERRORS"
    SLOW = "SLOW"
    FEW_REQUESTS = "FEW_REQUESTS"
    WINDOW_OPEN = "WINDOW_OPEN"
    GOOD = "GOOD"


@dataclass(frozen=True)
class Totals:
    """What a row of minutes comes to. `p95` is the median of the minutes' p95 in seconds, None where none was measured."""

    requests: Decimal
    target_errors: Decimal
    balancer_errors: Decimal
    p95: Decimal | None
    minutes: int

    @property
    def errors(self) -> Decimal:
        """Requests that failed, whoever made the 5xx."""
        return self.target_errors + self.balancer_errors

    @property
    def ratio(self) -> Decimal | None:
        """The share of requests that failed; None when there were none."""
        return self.errors / self.requests if self.requests else None

    @classmethod
    def of(cls, minutes: Sequence[Minute]) -> "Totals":
        """The totals of some minutes."""
        measured = [minute.p95 for minute in minutes if minute.p95 is not None]
        return cls(
            requests=sum((minute.requests for minute in minutes), ZERO),
            target_errors=sum((minute.target_errors for minute in minutes), ZERO),
            balancer_errors=sum((minute.balancer_errors for minute in minutes), ZERO),
            p95=median(measured) if measured else None,
            minutes=len(minutes),
        )


@dataclass(frozen=True)
class Judgement:
    """GO, STOP, INCONCLUSIVE or WAIT, and what it rests on: green up to the minute that decided, blue before the shift."""

    outcome: Outcome
    reason: Reason
    green: Totals
    blue: Totals
    slow_minutes: int = 0
    latency_limit: Decimal | None = None


def judge(green: Sequence[Minute], blue: Sequence[Minute], limits: Limits, *, complete: bool) -> Judgement:
    """Judge green's minutes, in order, against blue's before the shift; `complete` once the whole window lies behind."""
    allowed = latency_limit(blue, limits)
    slow = 0
    for prefix in _prefixes(green):
        slow += _is_slow(prefix[-1], allowed, limits)
        reason = _certain(Totals.of(prefix), slow, limits)
        if reason:
            return Judgement(Outcome.STOP, reason, Totals.of(prefix), Totals.of(blue), slow, allowed)
    totals = Totals.of(green)
    outcome, reason = _at_the_end(totals, limits) if complete else (Outcome.WAIT, Reason.WINDOW_OPEN)
    return Judgement(outcome, reason, totals, Totals.of(blue), slow, allowed)


def latency_limit(blue: Sequence[Minute], limits: Limits) -> Decimal | None:
    """The p95 in seconds above which a minute is slow; None when blue had too few requests to compare with."""
    totals = Totals.of(blue)
    if totals.p95 is None or totals.requests < limits.minimum_requests:
        return None
    return max(limits.latency_floor, limits.latency_factor * totals.p95)


def certainly_above(errors: Decimal, requests: Decimal, limit: Decimal, doubt: Decimal) -> bool:
    """Whether so many errors of so many requests have a probability below `doubt` where the limit is kept."""
    errors = min(errors, requests)
    if errors <= limit * requests:
        return False
    ratio, fine = errors / requests, requests - errors
    evidence = errors * (ratio / limit).ln()
    if fine:
        evidence += fine * ((1 - ratio) / (1 - limit)).ln()
    return evidence > -doubt.ln()


def _prefixes(minutes: Sequence[Minute]) -> Iterator[Sequence[Minute]]:
    return (minutes[:end] for end in range(1, len(minutes) + 1))


def _certain(totals: Totals, slow: int, limits: Limits) -> Reason | None:
    requests = max(totals.requests, Decimal(limits.minimum_requests))
    if certainly_above(totals.errors, requests, limits.error_limit, limits.doubt):
        return Reason.CERTAIN_ERRORS
    return Reason.SLOW if slow >= limits.slow_minutes else None


def _at_the_end(totals: Totals, limits: Limits) -> tuple[Outcome, Reason]:
    if totals.requests < limits.minimum_requests:
        return Outcome.INCONCLUSIVE, Reason.FEW_REQUESTS
    if totals.errors > limits.error_limit * totals.requests:
        return Outcome.STOP, Reason.ERRORS
    return Outcome.GO, Reason.GOOD


def _is_slow(minute: Minute, allowed: Decimal | None, limits: Limits) -> bool:
    share = Decimal(limits.minimum_requests) / limits.window_minutes
    enough = minute.requests >= share
    return enough and allowed is not None and minute.p95 is not None and minute.p95 > allowed
