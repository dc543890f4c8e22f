import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.naming import camel_case, safe_name

parts = st.lists(st.text(max_size=40), min_size=1, max_size=4).filter(
    lambda texts: any(text.strip("-") for text in texts)
)
limits = st.integers(min_value=8, max_value=255)


@given(parts, limits)
def test_a_name_is_short_enough_and_made_of_letters_digits_and_single_hyphens(texts: list[str], limit: int) -> None:
    name = safe_name(*texts, limit=limit)
    assert len(name) <= limit
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)


@given(st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True))
def test_a_name_that_fits_is_left_alone(text: str) -> None:
    assert safe_name(text) == text


@given(parts, parts, st.integers(min_value=8, max_value=20))
def test_two_names_that_had_to_be_cut_stay_different(first: list[str], second: list[str], limit: int) -> None:
    wanted = {"-".join(first).lower(), "-".join(second).lower()}
    if len(wanted) == 2:
        assert safe_name(*first, limit=limit) != safe_name(*second, limit=limit)


def test_the_same_parts_give_the_same_name_every_time() -> None:
    assert safe_name("jobr", "x" * 90) == safe_name("jobr", "x" * 90)


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one letter"):
        safe_name("-", "")


def test_a_limit_without_room_for_a_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        safe_name("jobr", limit=7)


def test_outputs_are_named_in_camel_case() -> None:
    assert camel_case("database_replica_host") == "databaseReplicaHost"
