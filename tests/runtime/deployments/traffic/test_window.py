"""Minutes, in a time that tests move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.deployments.traffic.series import Minute
from runtime.deployments.traffic.window import MINUTE, seconds_to_next_look, settled_until, window_of
from tests.runtime.deployments.traffic.test_judge import LIMITS

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DELAY = timedelta(seconds=120)


def minutes(*requests: int) -> list[Minute]:
    return [
        Minute(NOON + number * MINUTE, Decimal(count), Decimal(0), Decimal(0), None)
        for number, count in enumerate(requests)
    ]


def at(text: str) -> datetime:
    hour, minute, second = map(int, text.split(":"))
    return NOON.replace(hour=hour, minute=minute, second=second)


@pytest.mark.parametrize(
    ("now", "settled"), [("12:02:59", "12:00:00"), ("12:03:00", "12:01:00"), ("12:03:01", "12:01:00")]
)
def test_a_minute_is_settled_the_delay_after_its_end(now: str, settled: str) -> None:
    assert settled_until(at(now), DELAY) == at(settled)


@pytest.mark.parametrize(
    ("now", "start", "seconds", "why"),
    [
        ("12:00:10", "12:00:00", 170, "the first minute ends at 12:01 and is complete at 12:03"),
        ("12:03:00", "12:00:00", 60, "one is complete just now; the next one at 12:04"),
        ("12:03:59", "12:00:00", 1, "a second before it"),
        ("12:00:10", "12:05:00", 470, "nothing can be judged before"),
    ],
)
def test_the_next_look_is_when_the_next_minute_is_complete(now: str, start: str, seconds: int, why: str) -> None:
    assert seconds_to_next_look(at(now), DELAY, at(start)) == seconds, why


@settings(deadline=None)
@given(st.integers(0, 86_400), st.integers(0, 600), st.integers(0, 1800))
def test_every_look_sees_a_minute_more_than_the_one_before(moment: int, delay: int, ahead: int) -> None:
    now, wait = NOON + timedelta(seconds=moment), timedelta(seconds=delay)
    start = settled_until(now, wait) + ahead // 60 * MINUTE
    then = now + timedelta(seconds=seconds_to_next_look(now, wait, start))
    assert settled_until(then, wait) == start + MINUTE


@pytest.mark.parametrize(
    ("since", "end"), [("12:00:00", "12:05:00"), ("12:00:01", "12:06:00"), ("12:00:59", "12:06:00")]
)
def test_green_is_judged_by_whole_minutes_beside_the_rest_of_the_shifts(since: str, end: str) -> None:
    window = window_of(minutes(*[1000] * 10), at(since), at("12:10:00"), LIMITS)
    assert (window.start, window.end) == (at("12:00:00"), at(end))


def test_the_window_begins_with_greens_first_request() -> None:
    window = window_of(minutes(0, 0, 500, 500), NOON, NOON + 4 * MINUTE, LIMITS)
    assert (window.start, window.end) == (NOON + 2 * MINUTE, NOON + 7 * MINUTE)
    assert [int(minute.requests) for minute in window.minutes] == [500, 500]
    assert not window.complete


def test_minutes_that_are_not_complete_are_not_judged() -> None:
    window = window_of(minutes(500, 500, 500), NOON, NOON + MINUTE, LIMITS)
    assert len(window.minutes) == 1


def test_it_is_over_when_its_last_minute_is_complete() -> None:
    assert not window_of(minutes(500), NOON, NOON + 5 * MINUTE - timedelta(seconds=1), LIMITS).complete
    assert window_of(minutes(500), NOON, NOON + 5 * MINUTE, LIMITS).complete


def test_without_a_request_it_ends_all_the_same() -> None:
    window = window_of([], NOON, NOON + 5 * MINUTE, LIMITS)
    assert (window.start, window.end, window.complete) == (NOON, NOON + 5 * MINUTE, True)


def test_it_is_extended_until_there_are_enough_requests_and_no_longer_than_allowed() -> None:
    extended = replace(LIMITS, longest_minutes=30)
    enough = window_of(minutes(*[10] * 30), NOON, NOON + 30 * MINUTE, extended)
    assert enough.end == NOON + 10 * MINUTE
    never = window_of(minutes(*[1] * 30), NOON, NOON + 30 * MINUTE, extended)
    assert (never.end, never.complete) == (NOON + 30 * MINUTE, True)


def test_it_is_not_extended_where_there_are_enough() -> None:
    assert window_of(minutes(500), NOON, NOON, replace(LIMITS, longest_minutes=30)).end == NOON + 30 * MINUTE
    seen = window_of(minutes(500), NOON, NOON + MINUTE, replace(LIMITS, longest_minutes=30))
    assert seen.end == NOON + 5 * MINUTE
