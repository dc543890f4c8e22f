"""What the load balancer counted, minute by minute, and how much of it is green's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Group:
    """What one target group met in a minute: requests, its own 5xx, and the seconds that 95 % of requests stayed below."""

    requests: Decimal = ZERO
    errors: Decimal = ZERO
    p95: Decimal | None = None


@dataclass(frozen=True)
class Counted:
    """One minute of the load balancer, named by its beginning. What CloudWatch does not report is zero: nobody asked.

    `balancer_errors` are the 5xx that the load balancer made itself, of both groups together: CloudWatch knows them for the whole
    load balancer alone. `untargeted` are those of them that found no target (503), which RequestCount leaves out.
    """

    start: datetime
    green: Group = Group()
    blue: Group = Group()
    balancer_errors: Decimal = ZERO
    untargeted: Decimal = ZERO


@dataclass(frozen=True)
class Minute:
    """One minute of one colour: requests, failed ones by who made the 5xx, and p95 in seconds."""

    start: datetime
    requests: Decimal
    target_errors: Decimal
    balancer_errors: Decimal
    p95: Decimal | None

    @property
    def errors(self) -> Decimal:
        """Requests that failed, whoever made the 5xx."""
        return self.target_errors + self.balancer_errors


def blue_minutes(before: Sequence[Counted]) -> tuple[Minute, ...]:
    """Blue's minutes before the shift, when the load balancer's own errors were all its."""
    return tuple(_minute(minute, minute.blue, minute.balancer_errors) for minute in before)


def green_minutes(window: Sequence[Counted], before: Sequence[Counted]) -> tuple[Minute, ...]:
    """Green's minutes of a window in which it has traffic.

    The load balancer's own errors are charged to green, less what blue's requests of the same minute would have met at the rate of
    the time before the shift: with 10 % of the traffic green must not answer for the other 90 %.
    """
    rate = _balancer_rate(before)
    return tuple(
        _minute(minute, minute.green, max(ZERO, minute.balancer_errors - rate * minute.blue.requests))
        for minute in window
    )


def _balancer_rate(before: Sequence[Counted]) -> Decimal:
    requests = sum((minute.blue.requests + minute.green.requests + minute.untargeted for minute in before), ZERO)
    errors = sum((minute.balancer_errors for minute in before), ZERO)
    return errors / requests if requests else ZERO


def _minute(minute: Counted, group: Group, charged: Decimal) -> Minute:
    return Minute(
        start=minute.start,
        requests=group.requests + min(minute.untargeted, charged),
        target_errors=group.errors,
        balancer_errors=charged,
        p95=group.p95,
    )
