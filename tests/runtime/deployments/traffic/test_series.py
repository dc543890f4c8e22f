"""Whose the load balancer's own errors are."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.deployments.traffic.series import Counted, Group, blue_minutes, green_minutes

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
COUNTS = st.integers(0, 100_000).map(Decimal)


def counted(number: int, green: int = 0, blue: int = 0, balancer: int = 0, untargeted: int = 0) -> Counted:
    return Counted(
        START + timedelta(minutes=number),
        Group(Decimal(green)),
        Group(Decimal(blue)),
        Decimal(balancer),
        Decimal(untargeted),
    )


def test_with_all_the_traffic_green_answers_for_all_errors_of_the_load_balancer() -> None:
    before = [counted(-1, blue=1000, balancer=5)]
    (minute,) = green_minutes([counted(0, green=1000, balancer=40)], before)
    assert (minute.requests, minute.errors) == (Decimal(1000), Decimal(40))


def test_a_canary_does_not_answer_for_what_blue_met_before_it_came() -> None:
    before = [counted(-1, blue=1000, balancer=5)]
    (usual,) = green_minutes([counted(0, green=100, blue=900, balancer=4)], before)
    (more,) = green_minutes([counted(0, green=100, blue=900, balancer=34)], before)
    assert usual.errors == 0
    assert more.errors == Decimal("29.5")


def test_what_found_no_target_is_a_request_too() -> None:
    (minute,) = green_minutes([counted(0, balancer=500, untargeted=500)], [])
    assert (minute.requests, minute.errors) == (Decimal(500), Decimal(500))


def test_before_the_shift_everything_is_blues() -> None:
    (minute,) = blue_minutes([counted(-1, blue=900, balancer=9, untargeted=4)])
    assert (minute.requests, minute.errors) == (Decimal(904), Decimal(9))


def test_a_load_balancer_without_a_past_charges_everything() -> None:
    (minute,) = green_minutes([counted(0, green=100, blue=900, balancer=4)], [])
    assert minute.errors == 4


@settings(deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_green_is_never_charged_more_than_there_were_nor_less_than_nothing(
    green: Decimal, blue: Decimal, balancer: Decimal, past: Decimal
) -> None:
    before = [Counted(START, blue=Group(Decimal(1000)), balancer_errors=past)]
    (minute,) = green_minutes([Counted(START, Group(green), Group(blue), balancer, balancer)], before)
    assert 0 <= minute.balancer_errors <= balancer
    assert minute.requests >= minute.balancer_errors
