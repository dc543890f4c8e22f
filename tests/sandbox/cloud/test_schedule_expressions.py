from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloud.schedule_expressions import ExpressionError, parse

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


def due(expression: str, after: datetime = NOON, timezone: str = "UTC") -> str:
    found = parse(expression, timezone).next_after(after)
    return found.isoformat(timespec="minutes").removesuffix("+00:00") if found else "never"


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("cron(0 12 * * ? *)", "2026-03-05T12:00"),
        ("cron(15 10 ? * 6L 2027-2028)", "2027-01-29T10:15"),
        ("cron(0/15 8-17 ? * MON-FRI *)", "2026-03-04T12:15"),
        ("cron(0 8 1 * ? *)", "2026-04-01T08:00"),
        ("cron(0 8 L * ? *)", "2026-03-31T08:00"),
        ("cron(0 8 LW MAY ? *)", "2026-05-29T08:00"),
        ("cron(0 8 3W MAY ? *)", "2026-05-04T08:00"),
        ("cron(0 8 2W MAY ? *)", "2026-05-01T08:00"),
        ("cron(0 8 1W AUG ? *)", "2026-08-03T08:00"),
        ("cron(0 8 ? * 3#2 *)", "2026-03-10T08:00"),
        ("cron(0 8 ? * SUN *)", "2026-03-08T08:00"),
        ("cron(0 8 ? * 1 *)", "2026-03-08T08:00"),
        ("cron(0 8 ? * L *)", "2026-03-07T08:00"),
        ("cron(5,35 0 29 2 ? *)", "2028-02-29T00:05"),
        ("cron(0 8 31 2 ? *)", "never"),
        ("cron(0 8 * * ? 2020)", "never"),
        ("at(2026-03-04T12:00:01)", "2026-03-04T12:00"),
        ("at(2026-03-04T12:00:00)", "never"),
    ],
)
def test_the_next_time_is_the_one_that_aws_documents(expression: str, first: str) -> None:
    assert due(expression) == first


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 12 * * * *)",
        "cron(0 12 ? * ? *)",
        "cron(0 12 * * ?)",
        "cron(60 12 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 12 0 * ? *)",
        "cron(0 12 * FOO ? *)",
        "cron(0 12 ? * 8 *)",
        "cron(0 12 ? * 2#6 *)",
        "cron(0/0 12 * * ? *)",
        "cron(30-10 12 * * ? *)",
        "cron(0 12 * * ? 1969)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(1 week)",
        "at(2026-13-01T00:00:00)",
        "every day",
    ],
)
def test_what_aws_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        parse(expression)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ExpressionError, match="Europe/Atlantis"):
        parse("rate(1 day)", "Europe/Atlantis")


def test_a_time_that_the_clock_skips_in_spring_is_skipped() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("cron(30 2 * * ? *)", before, "Europe/Berlin") == "2026-03-30T00:30"


def test_a_time_that_comes_twice_in_autumn_is_due_once() -> None:
    schedule = parse("cron(30 2 * * ? *)", "Europe/Berlin")
    first = schedule.next_after(datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert schedule.next_after(first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(moment=MOMENTS, minute=st.integers(0, 59), hour=st.integers(0, 23), weekday=st.integers(1, 7))
def test_the_next_time_is_later_and_matches_every_field(moment: datetime, minute: int, hour: int, weekday: int) -> None:
    zone = ZoneInfo("America/New_York")
    found = parse(f"cron({minute} {hour} ? * {weekday} *)", str(zone)).next_after(moment)
    assert found
    local = found.astimezone(zone)
    assert moment < found <= moment + timedelta(days=15)
    assert (local.minute, local.hour, local.isoweekday() % 7 + 1) == (minute, hour, weekday)


@given(anchor=MOMENTS, moment=MOMENTS, hours=st.integers(2, 1000))
def test_a_rate_is_due_at_whole_periods_from_its_first_time(anchor: datetime, moment: datetime, hours: int) -> None:
    found = parse(f"rate({hours} hours)", anchor=anchor).next_after(moment)
    assert found
    assert found > moment
    assert (found - anchor) % timedelta(hours=hours) == timedelta(0)
    assert found == anchor or found - moment <= timedelta(hours=hours)
