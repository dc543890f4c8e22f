import base64
import string
from collections import Counter
from typing import Any

import pytest

from sandbox.provider.state import State
from sandbox.provider.types.randomness import SPECIAL, local_types
from sandbox.provider.values import UNKNOWN

TYPES: Any = local_types()
PASSWORD = TYPES["random:index/randomPassword:RandomPassword"]
STRING = TYPES["random:index/randomString:RandomString"]
ID = TYPES["random:index/randomId:RandomId"]


def created(kind: Any, **inputs: Any) -> State:
    checked, failures = kind.check("thing", b"", {}, inputs, {})
    assert not failures
    state: State = kind.create("token", checked, 0)
    return state


def refused(kind: Any, **inputs: Any) -> list[str]:
    return [failure.property for failure in kind.check("thing", b"", {}, inputs, {})[1]]


def test_a_password_has_its_length_and_an_id_that_does_not_tell_it() -> None:
    state = created(PASSWORD, length=40)
    assert len(state.outputs["result"]) == 40
    assert set(state.outputs["result"]) <= set(string.ascii_letters + string.digits + SPECIAL)
    assert state.id == "none"


def test_two_passwords_differ() -> None:
    assert created(PASSWORD, length=40).outputs["result"] != created(PASSWORD, length=40).outputs["result"]


def test_a_kind_that_is_not_wanted_does_not_come() -> None:
    for _ in range(20):
        assert set(created(PASSWORD, length=64, special=False).outputs["result"]) <= set(
            string.ascii_letters + string.digits
        )
        assert set(created(STRING, length=64, upper=False, lower=False, special=False).outputs["result"]) <= set(
            string.digits
        )


def test_own_special_characters_take_the_place_of_the_usual_ones() -> None:
    result = created(PASSWORD, length=20, lower=False, upper=False, numeric=False, overrideSpecial="_-").outputs[
        "result"
    ]
    assert set(result) <= {"_", "-"}


def test_the_minimum_of_each_kind_is_met() -> None:
    for _ in range(20):
        result = created(STRING, length=8, minLower=2, minUpper=2, minNumeric=2, minSpecial=2).outputs["result"]
        kinds = Counter(
            "lower" if c.islower() else "upper" if c.isupper() else "numeric" if c.isdigit() else "special"
            for c in result
        )
        assert kinds == {"lower": 2, "upper": 2, "numeric": 2, "special": 2}


def test_a_string_is_its_own_id_and_says_its_defaults() -> None:
    state = created(STRING, length=8)
    assert state.id == state.outputs["result"]
    assert state.outputs["upper"] is True
    assert state.outputs["minUpper"] == 0


def test_an_id_is_the_same_number_in_every_spelling() -> None:
    outputs = created(ID, byteLength=4).outputs
    assert len(outputs["hex"]) == 8
    assert int(outputs["hex"], 16) == int(outputs["dec"])
    assert base64.b64decode(outputs["b64Std"]).hex() == outputs["hex"]
    assert base64.urlsafe_b64decode(outputs["b64Url"] + "==").hex() == outputs["hex"]


def test_the_prefix_stands_before_every_spelling_but_not_the_id() -> None:
    state = created(ID, byteLength=4, prefix="final-")
    assert all(state.outputs[name].startswith("final-") for name in ("hex", "dec", "b64Std", "b64Url"))
    assert f"final-{state.id}" == state.outputs["b64Url"]


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_a_preview_knows_nothing_random(kind: Any) -> None:
    planned = kind.planned({"length": 8, "byteLength": 4})
    assert {planned.get(name) for name in ("result", "hex")} & {UNKNOWN}


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_a_refresh_keeps_the_value(kind: Any) -> None:
    state = created(kind, **({"byteLength": 4} if kind is ID else {"length": 8}))
    assert kind.read(state.id, state.inputs, state.outputs) == state


def test_every_change_replaces() -> None:
    old, new = {"length": 8, "keepers": {"a": "1"}}, {"length": 9, "keepers": {"a": "2"}}
    difference = PASSWORD.diff(old, new, {})
    assert difference.changed == difference.replaces == {"length", "keepers"}
    assert not PASSWORD.diff(old, dict(old), {}).changed


def test_an_import_takes_the_value_from_the_id() -> None:
    assert STRING.read("abc123", {}, {}).outputs["result"] == "abc123"
    assert PASSWORD.read("hunter2", {}, {}).outputs["result"] == "hunter2"
    assert PASSWORD.read("hunter2", {}, {}).id == "none"
    made = created(ID, byteLength=4)
    assert ID.read(made.id, {}, {}).outputs["hex"] == made.outputs["hex"]


def test_a_length_below_the_sum_of_the_minima_is_refused() -> None:
    assert refused(PASSWORD, length=3, minUpper=2, minLower=2) == ["length"]
    assert refused(PASSWORD, length=0) == ["length"]
    assert refused(ID, byteLength=0) == ["byteLength"]


def test_a_string_of_no_kind_is_refused() -> None:
    assert refused(STRING, length=8, lower=False, upper=False, numeric=False, special=False) == ["special"]


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_an_unknown_property_is_refused_by_its_name(kind: Any) -> None:
    assert refused(kind, bananaCount=7) == ["bananaCount"]


def test_a_length_that_is_not_known_yet_is_no_problem() -> None:
    assert refused(PASSWORD, length=UNKNOWN) == []
