"""Which minutes are judged, when they can be trusted, and when to look again. Pure; all moments are UTC.

The load balancer reports whole minutes, and only those with requests; a minute is settled `delay` after its end, and what is missing
then was zero. So from a request to a judgement that knows it pass at most one minute until its minute ends, and the delay: both are
the metrics' own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from runtime.deployments.traffic.limits import Limits
from runtime.deployments.traffic.series import ZERO, Minute

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """Green's minutes that are judged, from `start` to `end`, and whether all of them are settled."""

    start: datetime
    end: datetime
    minutes: tuple[Minute, ...]
    complete: bool


def minute_of(moment: datetime) -> datetime:
    """The beginning of the moment's minute."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def settled_until(now: datetime, delay: timedelta) -> datetime:
    """The end of the last minute whose numbers are complete."""
    return minute_of(now - delay)


def seconds_to_next_look(now: datetime, delay: timedelta, start: datetime) -> int:
    """Seconds until the next minute of a window that begins at `start` is settled."""
    due = max(settled_until(now, delay), start) + MINUTE + delay
    return max(1, math.ceil((due - now).total_seconds()))


def window_of(green: Sequence[Minute], since: datetime, settled: datetime, limits: Limits) -> Window:
    """Green's window: from its first minute with a request, or from `since` while nobody asks.

    The minute of the shift is judged beside `window_minutes` whole ones, because green had only its rest. The window grows while it holds
    too few requests, and ends in any case `longest_minutes` after the minute of `since` or with its own length.
    """
    known = [minute for minute in green if minute.start < settled]
    start = next((minute.start for minute in known if minute.requests > ZERO), minute_of(since))
    end = start + limits.window_minutes * MINUTE
    if start <= since and since != minute_of(since):
        end += MINUTE
    last = max(end, minute_of(since) + limits.longest_minutes * MINUTE)
    while end < last and _requests(known, start, end) < limits.minimum_requests:
        end += MINUTE
    minutes = tuple(minute for minute in known if start <= minute.start < end)
    return Window(start, end, minutes, complete=settled >= end)


def _requests(minutes: Sequence[Minute], start: datetime, end: datetime) -> Decimal:
    return sum((minute.requests for minute in minutes if start <= minute.start < end), ZERO)
