"""The suite as data: what a team may write, and what it is told when it writes something else."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.common.errors import SettingsError
from runtime.deployments.smoke.shape import KEYWORDS, schema_problems, shape_problems
from runtime.deployments.smoke.suite import SUITE, Suite
from tests.runtime.deployments.smoke.green import DIGEST

TEXT = SUITE.read_text(encoding="utf-8")
LEAST = """
form = 1
security.hsts_seconds = 1
redirect.path = "/"
[[checks]]
name = "a"
path = "/a"
status = [200]
latency_ms = 10
"""


def check(**changes: str) -> str:
    return LEAST + "".join(f"{name} = {value}\n" for name, value in changes.items())


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Suite.parse(text, DIGEST)
    return caught.value.problems


def test_the_suite_of_this_project_is_right_and_covers_the_contract() -> None:
    suite = Suite.load(DIGEST)
    assert {check.path for check in suite.checks} >= {"/live", "/ready", "/health", "/metrics"}
    assert (suite.tls.minimum_protocol, suite.security.hsts_seconds) == ("TLSv1.2", 15_552_000)


def test_the_digest_stands_wherever_the_suite_asks_for_it() -> None:
    suite = Suite.load(DIGEST)
    live, health = (next(check for check in suite.checks if check.path == path) for path in ("/live", "/health"))
    assert live.headers == {"x-app-version": DIGEST}
    assert health.shape is not None
    assert health.shape["properties"]["version"]["const"] == DIGEST
    assert "${" not in suite.model_dump_json()


def test_the_suite_travels_with_the_code() -> None:
    assert Path("runtime/deployments/smoke/suite.toml").resolve() == SUITE


def test_a_small_suite_is_enough() -> None:
    (only,) = Suite.parse(LEAST, DIGEST).checks
    assert (only.method, only.attempts, only.security_headers) == ("GET", 1, True)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"statuss": "[200]"}, "checks.1.statuss: Extra inputs are not permitted"),
        ({"method": '"FETCH"'}, "checks.1.method"),
        ({"attempts": "0"}, "checks.1.attempts"),
        ({"attempts": '"3"'}, "checks.1.attempts"),
        ({"body": '"x"'}, "GET has no body"),
        ({"headers": '{ "a b" = "c" }'}, "not HTTP headers: a b"),
        ({"headers": '{ a = "b", A = "c" }'}, "a header stands twice"),
        ({"request_headers": '{ Host = "x" }'}, "set by the connection itself: host"),
        ({"shape": '{ type = "objekt" }'}, "is no JSON Schema"),
        ({"shape": '{ requierd = ["a"] }'}, "requierd is no keyword"),
        ({"shape": '{ properties.a.items.forma = "date" }'}, "properties.a.items.forma is no keyword"),
        ({"shape": '{ anyOf = [{ typ = "x" }] }'}, "anyOf.0.typ is no keyword"),
        ({"shape": '{ items = "x" }'}, "items must be a schema"),
        ({"shape": '{ "$ref" = "https://example.com" }'}, "$ref is no keyword"),
        ({"method": '"HEAD"', "shape": "{}"}, "HEAD answers without a body"),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: dict[str, str], problem: str) -> None:
    (found,) = problems(check(**changes))
    assert problem in found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('path = "/a"', 'path = "a"', "checks.1.path"),
        ('path = "/a"', 'path = "/a b"', "checks.1.path"),
        ("status = [200]", "status = []", "checks.1.status"),
        ("status = [200]", "status = [99]", "checks.1.status.1"),
        ("form = 1", "form = 2", "form"),
        ("form = 1", 'form = 1\ntls.minimum_protocol = "TLSv1.1"', "tls.minimum_protocol"),
        ("form = 1", "form = ", "it is no TOML"),
    ],
)
def test_what_must_be_there_must_be_right(old: str, new: str, problem: str) -> None:
    (found,) = problems(LEAST.replace(old, new))
    assert found.startswith(problem)


def test_every_mistake_is_told_at_once() -> None:
    wrong = LEAST.replace("form = 1", "form = 3").replace("[200]", "[1]").replace("latency_ms = 10", "latency_ms = 0")
    assert len(problems(wrong)) == 3


def test_two_checks_of_one_name_are_told_apart_by_nobody() -> None:
    (found,) = problems(LEAST + LEAST[LEAST.index("[[checks]]") :])
    assert "two checks have the name a" in found


def test_shapes_are_what_json_schema_says() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "integer", "minimum": 1}},
    }
    assert shape_problems(schema, {"a": 1, "b": 2}) == []
    assert shape_problems(schema, {"a": 0}) == ["$.a does not keep minimum 1"]
    assert shape_problems(schema, {}) == ["$ does not keep required ['a']"]


def test_a_shape_of_many_problems_names_the_first_few() -> None:
    assert len(shape_problems({"items": {"type": "string"}}, list(range(100)))) == 5


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=12), st.none() | st.integers() | st.text(max_size=5), min_size=1, max_size=3))
def test_whatever_is_no_keyword_is_refused(schema: dict[str, Any]) -> None:
    unknown = [name for name in schema if name not in KEYWORDS]
    assert len([problem for problem in schema_problems(schema) if "is no keyword" in problem]) == len(unknown)


def test_the_data_file_has_no_key_that_the_model_lacks() -> None:
    document = tomllib.loads(TEXT)
    assert set(document) <= set(Suite.model_fields)
