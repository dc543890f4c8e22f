"""The judge: certain before it is early, exact at the end, and never sorry afterwards."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from runtime.deployments.traffic.judge import Judgement, Reason, certainly_above, judge
from runtime.deployments.traffic.limits import Limits
from runtime.deployments.traffic.series import Minute
from runtime.deployments.verdict import Outcome

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMITS = Limits(
    error_limit=Decimal("0.01"),
    doubt=Decimal("0.001"),
    minimum_requests=100,
    window_minutes=5,
    longest_minutes=5,
    latency_factor=Decimal("1.5"),
    latency_floor=Decimal("0.5"),
    slow_minutes=3,
)
# A busy machine must not fail what is right.
UNTIMED = settings(deadline=None)


def minute(number: int, requests: float, errors: float = 0, p95: str | None = "0.2", balancer: float = 0) -> Minute:
    return Minute(
        START + timedelta(minutes=number),
        Decimal(str(requests)),
        Decimal(str(errors)),
        Decimal(str(balancer)),
        None if p95 is None else Decimal(p95),
    )


def row(*pairs: tuple[float, float]) -> list[Minute]:
    return [minute(number, requests, errors) for number, (requests, errors) in enumerate(pairs)]


BLUE = [minute(number - 15, 6000) for number in range(15)]


def judged(green: list[Minute], *, complete: bool = True, limits: Limits = LIMITS) -> Judgement:
    return judge(green, BLUE, limits, complete=complete)


@st.composite
def _minutes(draw: st.DrawFn) -> list[Minute]:
    """Minutes in order, some of them missing, as CloudWatch would have them."""
    numbers = draw(st.lists(st.integers(0, 9), unique=True, max_size=8).map(sorted))
    rows = []
    for number in numbers:
        requests = draw(st.integers(0, 20_000))
        errors = draw(st.integers(0, max(requests, 3)) | st.integers(0, requests // 50))
        p95 = draw(st.none() | st.decimals("0.01", "5", places=3).map(str))
        rows.append(minute(number, requests, errors, p95, draw(st.integers(0, 5))))
    return rows


def test_the_slow_burn_of_two_percent_is_stopped_after_its_first_minute() -> None:
    judgement = judged(row((6000, 120)), complete=False)
    assert (judgement.outcome, judgement.reason) == (Outcome.STOP, Reason.CERTAIN_ERRORS)
    assert judgement.green.minutes == 1


def test_a_release_without_errors_is_watched_to_the_end_and_then_good() -> None:
    good = row(*[(6000, 0)] * 5)
    assert judged(good[:4], complete=False).outcome is Outcome.WAIT
    assert judged(good).outcome is Outcome.GO


def test_exactly_the_limit_is_kept_and_one_error_more_is_not() -> None:
    kept, broken = row(*[(1000, 10)] * 5), row(*[(1000, 10)] * 4, (1000, 11))
    assert judged(kept).outcome is Outcome.GO
    assert (judged(broken).outcome, judged(broken).reason) == (Outcome.STOP, Reason.ERRORS)


def test_a_decimal_limit_is_a_decimal() -> None:
    limits = replace(LIMITS, error_limit=Decimal("0.015"))
    assert judged(row((1000, 15)), limits=limits).outcome is Outcome.GO
    assert judged(row((1000, 16)), limits=limits).outcome is Outcome.STOP


def test_what_the_load_balancer_answers_itself_counts() -> None:
    silent = [minute(0, 5000, errors=0, balancer=400)]
    judgement = judged(silent, complete=False)
    assert judgement.outcome is Outcome.STOP
    assert judgement.green.balancer_errors == 400


def test_nobody_asking_is_no_evidence() -> None:
    empty = judged([])
    assert (empty.outcome, empty.reason, empty.green.ratio) == (Outcome.INCONCLUSIVE, Reason.FEW_REQUESTS, None)
    assert judged(row((99, 0))).outcome is Outcome.INCONCLUSIVE
    assert judged(row((100, 0))).outcome is Outcome.GO


def test_three_failures_at_night_are_no_outage_and_ten_of_ten_are_one() -> None:
    assert judged(row((3, 3))).outcome is Outcome.INCONCLUSIVE
    assert judged(row((10, 10))).reason is Reason.CERTAIN_ERRORS


def test_more_errors_than_requests_is_everything_failed() -> None:
    # A request that ends in the next minute is counted there when it fails.
    assert judged(row((0, 200)), complete=False).outcome is Outcome.STOP


def test_slowness_needs_minutes_and_not_one_outlier() -> None:
    slow = [minute(number, 6000, p95="0.9") for number in range(5)]
    assert judged(slow[:2], complete=False).outcome is Outcome.WAIT
    third = judged(slow[:3], complete=False)
    assert (third.outcome, third.reason, third.slow_minutes) == (Outcome.STOP, Reason.SLOW, 3)
    outlier = [minute(0, 6000, p95="9"), *[minute(number, 6000) for number in range(1, 5)]]
    assert judged(outlier).outcome is Outcome.GO


@pytest.mark.parametrize(
    ("green", "blue", "outcome", "why"),
    [
        ("0.5", "0.1", Outcome.GO, "five times as slow, and still at the floor"),
        ("0.51", "0.1", Outcome.STOP, "above the floor and five times blue's"),
        ("1.5", "1.0", Outcome.GO, "at the factor"),
        ("1.501", "1.0", Outcome.STOP, "above the factor"),
        ("0.9", None, Outcome.GO, "nothing to compare with"),
    ],
)
def test_slow_is_above_the_floor_and_above_a_multiple_of_blue(
    green: str, blue: str | None, outcome: Outcome, why: str
) -> None:
    before = [minute(number - 15, 6000, p95=blue) for number in range(15)]
    found = judge([minute(number, 6000, p95=green) for number in range(5)], before, LIMITS, complete=True)
    assert found.outcome is outcome, why


def test_a_blue_with_few_requests_is_no_measure_of_slowness() -> None:
    green = [minute(number, 6000, p95="0.9") for number in range(5)]
    found = judge(green, [minute(-1, 99, p95="0.01")], LIMITS, complete=True)
    assert (found.outcome, found.latency_limit) == (Outcome.GO, None)


def test_a_minute_with_next_to_no_requests_is_not_slow() -> None:
    assert judged([minute(number, 19, p95="9") for number in range(5)]).slow_minutes == 0
    assert judged([minute(number, 20, p95="9") for number in range(5)]).outcome is Outcome.STOP


@UNTIMED
@given(_minutes(), _minutes(), st.booleans())
def test_a_stop_is_never_taken_back_by_what_comes_later(
    seen: list[Minute], later: list[Minute], complete: bool
) -> None:
    first = judged(seen, complete=False)
    assume(first.outcome is Outcome.STOP)
    moved = [replace(one, start=one.start + timedelta(minutes=20)) for one in later]
    second = judged([*seen, *moved], complete=complete)
    assert (second.outcome, second.reason, second.green) == (first.outcome, first.reason, first.green)


@UNTIMED
@given(_minutes(), st.booleans())
def test_nothing_is_stopped_for_errors_while_every_beginning_keeps_the_limit(
    green: list[Minute], complete: bool
) -> None:
    kept, requests, errors = [], Decimal(0), Decimal(0)
    for one in green:
        requests += one.requests
        allowed = LIMITS.error_limit * requests - errors
        fewer = min(one.target_errors, max(Decimal(0), allowed))
        kept.append(replace(one, target_errors=fewer, balancer_errors=Decimal(0)))
        errors += fewer
    assert judged(kept, complete=complete).reason not in {Reason.ERRORS, Reason.CERTAIN_ERRORS}


@UNTIMED
@given(st.integers(100, 5000), st.fractions(0, "1/10"), st.integers(1, 50))
def test_the_same_ratio_of_more_requests_is_judged_the_same(requests: int, ratio: float, times: int) -> None:
    errors = int(requests * ratio)
    few, many = row(*[(requests, errors)] * 5), row(*[(requests * times, errors * times)] * 5)
    assert judged(few).outcome is judged(many).outcome


@UNTIMED
@given(_minutes(), st.sampled_from(["0.001", "10", "1000"]))
def test_the_unit_of_time_does_not_matter(green: list[Minute], unit: str) -> None:
    factor = Decimal(unit)

    def scaled(minutes: list[Minute]) -> list[Minute]:
        return [replace(one, p95=None if one.p95 is None else one.p95 * factor) for one in minutes]

    limits = replace(LIMITS, latency_floor=LIMITS.latency_floor * factor)
    found = judge(scaled(green), scaled(BLUE), limits, complete=True)
    assert (found.outcome, found.reason) == (judged(green).outcome, judged(green).reason)


@UNTIMED
@given(_minutes(), st.booleans())
def test_every_judgement_waits_only_while_the_window_is_open(green: list[Minute], complete: bool) -> None:
    outcome = judged(green, complete=complete).outcome
    assert (outcome is Outcome.WAIT) <= (not complete)
    if not complete:
        assert outcome in {Outcome.WAIT, Outcome.STOP}


@UNTIMED
@given(st.integers(1, 400), st.integers(0, 400), st.sampled_from(["0.005", "0.01", "0.02", "0.1"]))
def test_certainty_is_at_least_as_careful_as_the_exact_binomial(requests: int, errors: int, limit: str) -> None:
    assume(errors <= requests)
    if certainly_above(Decimal(errors), Decimal(requests), Decimal(limit), LIMITS.doubt):
        share = float(limit)
        exact = math.fsum(
            math.comb(requests, count) * share**count * (1 - share) ** (requests - count)
            for count in range(errors, requests + 1)
        )
        assert exact < float(LIMITS.doubt)


@UNTIMED
@given(st.integers(1, 5000), st.integers(0, 4999))
def test_one_more_error_never_makes_it_less_certain(requests: int, errors: int) -> None:
    assume(errors < requests)
    fewer, more = (
        certainly_above(Decimal(count), Decimal(requests), LIMITS.error_limit, LIMITS.doubt)
        for count in (errors, errors + 1)
    )
    assert fewer <= more
