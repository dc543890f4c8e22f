"""Every event of docs/deployment-stages.toml is understood, and everything else is refused clearly."""

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.common.errors import OperationError
from runtime.deployments.hook import HookCall, HookCallError
from runtime.deployments.stages import HOOKABLE, ON_ROLLBACK, Stage
from tools.documents.stages import event, facts

TABLE = facts()
# A busy machine must not fail what is right.
UNTIMED = settings(deadline=None)
PAYLOADS = TABLE["payloads"]
EXAMPLE = TABLE["example"]
GREEN, BLUE = EXAMPLE["green"], EXAMPLE["blue"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(sorted(PAYLOADS))
EXECUTION = "executionDetails."


def _holder(document: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The object that holds the member of this path, and the member's own name."""
    return (document["executionDetails"], path.removeprefix(EXECUTION)) if EXECUTION in path else (document, path)


def _with(name: str, path: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(event(TABLE, name))
    holder, member = _holder(document, path)
    holder[member] = value
    return document


def _without(name: str, path: str) -> dict[str, Any]:
    document = copy.deepcopy(event(TABLE, name))
    holder, member = _holder(document, path)
    holder.pop(member, None)
    return document


def _shift(stage: str, **weights: float) -> HookCall:
    document = event(TABLE, "production-shift") | {"lifecycleStage": stage}
    kind = "testTrafficWeights" if stage == "TEST_TRAFFIC_SHIFT" else "productionTrafficWeights"
    document["executionDetails"] |= {"testTrafficWeights": {}, "productionTrafficWeights": {}}
    document["executionDetails"][kind] = {EXAMPLE[colour]: weight for colour, weight in weights.items()}
    return HookCall.parse(document)


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_event_of_the_table_is_understood(name: str) -> None:
    payload = PAYLOADS[name]
    call = HookCall.parse(json.loads(json.dumps(event(TABLE, name))))
    assert call.stage == payload["stage"]
    assert (call.service_arn, call.target_revision_arn) == (EXAMPLE["service"], GREEN)
    assert (call.deployment_arn, call.execution_id) == (EXAMPLE["deployment"], EXAMPLE["execution"])
    assert (call.service_name, call.revision_id) == ("jobr", "9313423515462893900")
    assert call.production_weights == {EXAMPLE[colour]: weight for colour, weight in payload["production"].items()}
    assert call.test_weights == {EXAMPLE[colour]: weight for colour, weight in payload["test"].items()}
    assert call.details == payload.get("details", {})


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_way_back_is_told_from_the_way_forward_in_every_event_of_the_table(name: str) -> None:
    assert HookCall.parse(event(TABLE, name)).is_rollback is PAYLOADS[name]["rollback"]


@pytest.mark.parametrize("stage", sorted(HOOKABLE - ON_ROLLBACK))
def test_before_and_after_a_shift_a_target_without_traffic_is_no_way_back(stage: Stage) -> None:
    assert not _shift(stage, green=0, blue=100).is_rollback


@UNTIMED
@given(share=st.floats(min_value=0.1, max_value=100))
def test_a_step_that_leaves_the_target_any_share_is_no_way_back(share: float) -> None:
    assert not _shift("PRODUCTION_TRAFFIC_SHIFT", green=share, blue=100 - share).is_rollback


@pytest.mark.parametrize("stage", sorted(ON_ROLLBACK))
def test_a_target_that_a_shift_does_not_even_name_has_no_traffic_left(stage: Stage) -> None:
    assert _shift(stage, blue=100).is_rollback


@pytest.mark.parametrize("stage", sorted(ON_ROLLBACK))
def test_weights_that_are_not_told_say_nothing_about_the_way(stage: Stage) -> None:
    assert not _shift(stage).is_rollback


# Weights may be missing: that is the same as weights that are not told.
REQUIRED = [path for path, entry in TABLE["members"].items() if entry["always"] and not path.endswith("TrafficWeights")]


@pytest.mark.parametrize("path", REQUIRED)
@pytest.mark.parametrize("nothing", ["absent", None, ""])
def test_a_missing_member_is_one_clear_error_that_names_it(path: str, nothing: str | None) -> None:
    document = _without("test-shift", path) if nothing == "absent" else _with("test-shift", path, nothing)
    with pytest.raises(HookCallError) as caught:
        HookCall.parse(document)
    assert isinstance(caught.value, OperationError)
    assert any(problem.startswith(f"{path} ") for problem in caught.value.problems)
    assert "docs/deployment-stages.md" in str(caught.value)


@pytest.mark.parametrize("path", ["executionDetails.testTrafficWeights", "executionDetails.productionTrafficWeights"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_weights_that_are_missing_are_weights_that_are_not_told(name: str, path: str) -> None:
    for document in (_without(name, path), _with(name, path, None)):
        call = HookCall.parse(document)
        assert (call.test_weights if "test" in path else call.production_weights) == {}


def test_all_problems_of_an_event_are_told_at_once() -> None:
    with pytest.raises(HookCallError) as caught:
        HookCall.parse({"lifecycleStage": "NONSENSE", "executionDetails": {"serviceArn": 3}, "hookDetails": []})
    assert len(caught.value.problems) == 6
    for word in ("NONSENSE", "serviceArn", "targetServiceRevisionArn", "resourceArn", "executionId", "hookDetails"):
        assert word in str(caught.value)


@pytest.mark.parametrize("value", [7, True, ["arn"], {"arn": 1}])
@pytest.mark.parametrize("path", [path for path in REQUIRED if path != "executionDetails"])
def test_a_member_of_the_wrong_type_is_refused(path: str, value: Any) -> None:
    with pytest.raises(HookCallError, match=f"{path} must be text"):
        HookCall.parse(_with("before-scale-up", path, value))


@pytest.mark.parametrize("path", ["executionDetails", "hookDetails", "executionDetails.productionTrafficWeights"])
@pytest.mark.parametrize("value", ["text", 7, True, [1]])
def test_an_object_of_the_wrong_type_is_refused(path: str, value: Any) -> None:
    with pytest.raises(HookCallError, match="must be an object"):
        HookCall.parse(_with("production-shift", path, value))


@pytest.mark.parametrize("weight", [-1, 100.1, True, "100", None, math.nan, math.inf, [100]])
def test_a_weight_that_is_no_percentage_is_refused_with_its_revision(weight: Any) -> None:
    weights = {GREEN: weight, BLUE: 0}
    with pytest.raises(HookCallError, match=f"{GREEN} .* no percentage"):
        HookCall.parse(_with("production-shift", "executionDetails.productionTrafficWeights", weights))


@pytest.mark.parametrize("stage", [*(stage.value for stage in Stage if stage not in HOOKABLE), "ROLLBACK"])
def test_a_stage_that_calls_no_hook_is_refused(stage: str) -> None:
    with pytest.raises(HookCallError, match=f"'{stage}', which calls no hook; these do: .*PRE_SCALE_UP"):
        HookCall.parse(_with("before-scale-up", "lifecycleStage", stage))


@UNTIMED
@given(name=NAMES, extra=st.dictionaries(st.text(min_size=1), JSON, max_size=5))
def test_members_that_ecs_adds_one_day_change_nothing(name: str, extra: dict[str, Any]) -> None:
    known = event(TABLE, name)
    more = {**extra, "hookDetails": {}, **known}
    more["executionDetails"] = {**extra, **known["executionDetails"]}
    assert HookCall.parse(more) == HookCall.parse(known)


@UNTIMED
@given(document=JSON)
def test_nonsense_is_never_more_than_one_clear_error(document: Any) -> None:
    with pytest.raises(HookCallError, match="no event of an ECS lifecycle hook"):
        HookCall.parse(document)


@UNTIMED
@given(name=NAMES, path=st.sampled_from(sorted(TABLE["members"])), value=JSON)
def test_an_event_with_one_strange_member_is_understood_or_refused_clearly(name: str, path: str, value: Any) -> None:
    call, problems = _parsed(_with(name, path, value))
    if call is None:
        assert any(path.rpartition(".")[2] in problem for problem in problems)
        return
    assert call.stage in HOOKABLE
    assert all(0 <= weight <= 100 for weight in [*call.test_weights.values(), *call.production_weights.values()])


def _parsed(document: dict[str, Any]) -> tuple[HookCall | None, tuple[str, ...]]:
    try:
        return HookCall.parse(document), ()
    except HookCallError as error:
        return None, error.problems
