"""The stages of a deployment come out of docs/deployment-stages.toml and the service's settings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.plan import EVERYTHING, shifts, steps
from tools.documents.stages import facts

TABLE = facts()
BLUE_GREEN = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}
CANARY = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10, "canaryBakeTimeInMinutes": 3}}
LINEAR = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40, "stepBakeTimeInMinutes": 2}}


def walked(configuration: dict[str, Any], *, first: bool = False) -> list[tuple[str, float, float]]:
    return [(step.stage, step.after, step.bake) for step in steps(TABLE, configuration, first=first)]


def test_blue_green_walks_every_unconditional_stage_once_in_the_tables_order() -> None:
    stages = [name for name, one in TABLE["stages"].items() if not one["conditional"]]
    assert [stage for stage, _, _ in walked(BLUE_GREEN)] == stages
    assert ("BAKE_TIME", 100.0, 300.0) in walked(BLUE_GREEN)


def test_a_canary_bakes_before_the_rest_follows() -> None:
    found = [one for one in walked(CANARY) if one[0] == "PRODUCTION_TRAFFIC_SHIFT"]
    assert found == [("PRODUCTION_TRAFFIC_SHIFT", 10.0, 180.0), ("PRODUCTION_TRAFFIC_SHIFT", 100.0, 0.0)]


def test_the_stages_of_a_shift_are_walked_together_for_each() -> None:
    found = [stage for stage, _, _ in walked(LINEAR)]
    begin, end = found.index("PRE_PRODUCTION_TRAFFIC_SHIFT"), found.index("POST_PRODUCTION_TRAFFIC_SHIFT")
    assert found[begin:end] == ["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"] * 3


def test_a_first_deployment_leaves_out_what_the_table_says() -> None:
    assert {stage for stage, _, _ in walked(BLUE_GREEN, first=True)} == {
        name for name, one in TABLE["stages"].items() if one["first_deployment"]
    }


@given(percent=st.floats(min_value=3, max_value=100), bake=st.integers(min_value=0, max_value=1440))
def test_linear_steps_grow_and_end_with_everything(percent: float, bake: int) -> None:
    configuration = {"stepPercent": percent, "stepBakeTimeInMinutes": bake}
    shares = [share for share, _ in shifts({"strategy": "LINEAR", "linearConfiguration": configuration})]
    assert shares == sorted(shares)
    assert shares[-1] == EVERYTHING
    assert all(0 < share <= EVERYTHING for share in shares)


@pytest.mark.parametrize("strategy", ["ROLLING", None, "AT_ONCE"])
def test_what_has_no_stages_is_refused(strategy: str | None) -> None:
    with pytest.raises(RehearsalError, match="has no stages"):
        shifts({"strategy": strategy})
