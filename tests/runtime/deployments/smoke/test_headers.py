"""The security headers."""

import pytest

from runtime.deployments.smoke.headers import security_problems
from tests.runtime.deployments.smoke.green import SECURE

HALF_A_YEAR = 15_552_000
GOOD = {name.lower(): value for name, value in SECURE.items()}


def problems(**changes: str | None) -> list[str]:
    headers = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return security_problems({name: value for name, value in headers.items() if value is not None}, HALF_A_YEAR)


def test_good_headers_have_no_problem() -> None:
    assert problems() == []


def test_nothing_at_all_is_three_problems() -> None:
    assert len(security_problems({}, HALF_A_YEAR)) == 3


@pytest.mark.parametrize(
    "value", ["max-age=15552000", "includeSubDomains; MAX-AGE=15552000 ; preload", 'max-age="15552000"']
)
def test_a_promise_of_half_a_year_is_enough(value: str) -> None:
    assert problems(strict_transport_security=value) == []


@pytest.mark.parametrize(
    "value", [None, "", "max-age=0", "max-age=15551999", "includeSubDomains", "x-max-age=15552000"]
)
def test_less_is_not(value: str | None) -> None:
    assert len(problems(strict_transport_security=value)) == 1


@pytest.mark.parametrize("value", [None, "none", "nosniff, sniff"])
def test_content_types_are_not_to_be_guessed(value: str | None) -> None:
    assert len(problems(x_content_type_options=value)) == 1


@pytest.mark.parametrize(
    ("options", "policy", "fine"),
    [
        ("DENY", None, True),
        ("sameorigin", None, True),
        ("ALLOW-FROM https://a.example", None, False),
        (None, "default-src 'self'; frame-ancestors 'none'", True),
        (None, "frame-ancestors", True),
        (None, "default-src 'self'", False),
        ("DENY", "frame-ancestors *", False),
        (None, "default-src 'none', frame-ancestors 'self'", True),
        (None, None, False),
    ],
)
def test_pages_are_not_to_be_framed_by_others(options: str | None, policy: str | None, fine: bool) -> None:
    assert (problems(x_frame_options=options, content_security_policy=policy) == []) is fine
