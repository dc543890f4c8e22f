"""When AWS's schedule expressions are due: rate(...), cron(...) of six fields, at(...).

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS = dict(
    zip(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], range(1, 13), strict=True)
)
# Sunday is 1, as in Quartz and unlike Unix.
WEEKDAYS = dict(zip(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], range(1, 8), strict=True))
YEARS = (1970, 2199)
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
FIELDS = 6
WEEK = 7


class ExpressionError(ValueError):
    """The expression is none that AWS takes; the message says which part."""


class Schedule(Protocol):
    """A parsed expression."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time (UTC) that is due strictly after the moment, or None when there is none."""


def parse(expression: str, timezone: str = "UTC", anchor: datetime | None = None) -> Schedule:
    """The schedule of an expression in a time zone; `anchor` is the first time of a rate (now, if None).

    An ExpressionError when AWS would refuse it.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ExpressionError(f"{timezone!r} is no time zone of the IANA database") from error
    match = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression)
    if not match:
        raise ExpressionError(f"{expression!r} is neither rate(...), cron(...) nor at(...)")
    kind, inner = match.groups()
    if kind == "rate":
        return _rate(inner, anchor or datetime.now(UTC))
    return _cron(inner, zone) if kind == "cron" else _at(inner, zone)


@dataclass(frozen=True)
class _Rate:
    period: timedelta
    anchor: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        periods = max((moment - self.anchor) // self.period + 1, 0)
        return self.anchor + periods * self.period


@dataclass(frozen=True)
class _At:
    due: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        return self.due if self.due > moment else None


@dataclass(frozen=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    months: frozenset[int]
    years: frozenset[int]
    days: Callable[[int, int], set[int]]
    zone: ZoneInfo

    def next_after(self, moment: datetime) -> datetime | None:
        local = moment.astimezone(self.zone)
        for day in self._dates(local.date()):
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    due = _instant(datetime.combine(day, time(hour, minute)), self.zone)
                    if due is not None and due > moment:
                        return due
        return None

    def _dates(self, first: date) -> Iterator[date]:
        for year in sorted(year for year in self.years if year >= first.year):
            for month in sorted(self.months):
                if (year, month) < (first.year, first.month):
                    continue
                for day in sorted(self.days(year, month)):
                    found = date(year, month, day)
                    if found >= first:
                        yield found


def _instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The time in UTC; None in the gap of a clock set forward (AWS skips it), the first of two when it is set back."""
    due = local.replace(tzinfo=zone).astimezone(UTC)
    return due if due.astimezone(zone).replace(tzinfo=None) == local else None


def _rate(inner: str, anchor: datetime) -> _Rate:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", inner)
    if not match or (match[1] == "1") == bool(match[3]):
        raise ExpressionError(f'rate({inner}): write it as "1 hour", "2 hours", with minutes, hours or days')
    return _Rate(int(match[1]) * UNITS[match[2]], anchor)


def _at(inner: str, zone: ZoneInfo) -> _At:
    try:
        local = datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 - the zone follows
    except ValueError as error:
        raise ExpressionError(f"at({inner}): write it as at(2030-12-31T23:59:00)") from error
    return _At(local.replace(tzinfo=zone).astimezone(UTC))


def _cron(inner: str, zone: ZoneInfo) -> _Cron:
    fields = inner.upper().split()
    if len(fields) != FIELDS:
        raise ExpressionError(f"cron({inner}): six fields are needed (minute hour day month weekday year)")
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ExpressionError(f"cron({inner}): exactly one of day and weekday must be ?")
    return _Cron(
        minutes=_numbers(minute, 0, 59),
        hours=_numbers(hour, 0, 23),
        months=_numbers(month, 1, 12, MONTHS),
        years=_numbers(year, *YEARS),
        days=_days_of_month(day) if weekday == "?" else _days_of_week(weekday),
        zone=zone,
    )


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """The values of a field of numbers, names, ranges, lists and steps."""
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if not match or (match[1] == "*" and match[2]):
            raise ExpressionError(f"{part!r} is no value of a cron field")
        first = low if match[1] == "*" else _number(match[1], low, high, names or {})
        open_ended = match[1] == "*" or (match[3] and not match[2])
        last = high if open_ended else _number(match[2] or match[1], low, high, names or {})
        step = int(match[3] or 1)
        if step < 1 or last < first:
            raise ExpressionError(f"{part!r} is an empty range or a step of nothing")
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    value = names.get(text, int(text) if text.isdecimal() else None)
    if value is None or not low <= value <= high:
        raise ExpressionError(f"{text!r} is not between {low} and {high}")
    return value


def _days_of_month(field: str) -> Callable[[int, int], set[int]]:
    if field in {"L", "LW"}:
        return lambda year, month: {_last(year, month) if field == "L" else _nearest(year, month, _last(year, month))}
    if match := re.fullmatch(r"(\d+)W", field):
        day = _number(match[1], 1, 31, {})
        return lambda year, month: {_nearest(year, month, day)} if day <= _last(year, month) else set()
    numbers = _numbers(field, 1, 31)
    return lambda year, month: {day for day in numbers if day <= _last(year, month)}


def _days_of_week(field: str) -> Callable[[int, int], set[int]]:
    if field == "L":
        field = "7"
    if match := re.fullmatch(r"(\w+)L", field):
        weekday = _number(match[1], 1, 7, WEEKDAYS)
        return lambda year, month: {max(_on(year, month, {weekday}))}
    if match := re.fullmatch(r"(\w+)#([1-5])", field):
        weekday, nth = _number(match[1], 1, 7, WEEKDAYS), int(match[2])
        return lambda year, month: {day for day in _on(year, month, {weekday}) if (day - 1) // WEEK + 1 == nth}
    weekdays = set(_numbers(field, 1, 7, WEEKDAYS))
    return lambda year, month: _on(year, month, weekdays)


def _on(year: int, month: int, weekdays: set[int]) -> set[int]:
    """The days of the month that are one of the weekdays (Sunday is 1)."""
    return {day for day in range(1, _last(year, month) + 1) if _weekday(year, month, day) in weekdays}


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).isoweekday() % WEEK + 1


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _nearest(year: int, month: int, day: int) -> int:
    """The weekday (Monday to Friday) of the same month that is nearest to the day."""
    weekday = _weekday(year, month, day)
    if weekday == WEEKDAYS["SAT"]:
        return day - 1 if day > 1 else day + 2
    if weekday == WEEKDAYS["SUN"]:
        return day + 1 if day < _last(year, month) else day - 2
    return day
