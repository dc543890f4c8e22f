"""Two values are compared by what they mean, not by how they are written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider.comparison import same, same_document
from sandbox.provider.shapes import project


@pytest.mark.parametrize(("one", "other"), [(5, "5"), (True, "true"), ({"a": [1]}, {"a": ["1"]}), ([False], ["false"])])
def test_forms_do_not_matter(one: Any, other: Any) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [(5, 6), (True, "yes"), ({"a": 1}, {"b": 1}), ([1], [1, 1]), ({}, ""), ([1, 2], [2, 1])]
)
def test_meanings_do(one: Any, other: Any) -> None:
    assert not same(one, other)


@given(
    st.lists(st.text(max_size=3), max_size=5).flatmap(lambda items: st.tuples(st.just(items), st.permutations(items)))
)
def test_sets_are_the_same_in_any_order_and_differ_when_one_item_does(lists: tuple[list[str], list[str]]) -> None:
    items, shuffled = lists
    assert same(items, shuffled, path="names", unordered=("names",))
    assert not same(items, [*shuffled, "another"], path="names", unordered=("names",))
    if items:
        assert not same(items, [*shuffled[1:], "not among them"], path="names", unordered=("names",))


def test_a_nested_set_is_named_by_its_path() -> None:
    one, other = {"subnetIds": ["a", "b"], "order": [1, 2]}, {"subnetIds": ["b", "a"], "order": [1, 2]}
    assert same(one, other, path="vpcConfig", unordered=("vpcConfig.subnetIds",))
    assert not same(one, other, path="vpcConfig")
    assert not same(one, {**other, "order": [2, 1]}, path="vpcConfig", unordered=("vpcConfig.subnetIds",))


def test_a_set_of_blocks_with_sets_in_them_is_compared_at_both_depths() -> None:
    one = [{"name": "a", "stages": ["x", "y"]}, {"name": "b", "stages": []}]
    other = [{"name": "b", "stages": []}, {"name": "a", "stages": ["y", "x"]}]
    assert same(one, other, path="hooks", unordered=("hooks", "hooks.stages"))
    assert not same(one, other, path="hooks", unordered=("hooks",))
    assert not same(one, other, path="hooks", unordered=("hooks.stages",))


def test_items_that_occur_twice_count_twice() -> None:
    assert not same(["a", "a", "b"], ["a", "b", "b"], path="names", unordered=("names",))


def test_a_set_is_read_back_in_the_programs_order_with_what_is_new_behind_it() -> None:
    seen = project(
        {"subnetIds": ["a", "b"]}, {"SubnetIds": ["c", "b", "a"]}, {}, "vpcConfig", unordered=("vpcConfig.subnetIds",)
    )
    assert seen == {"subnetIds": ["a", "b", "c"]}


def test_documents_are_compared_by_meaning() -> None:
    assert same_document('{"Action": ["s3:*"], "Effect": "Deny"}', '{"Effect":"Deny","Action":"s3:*"}')
    assert not same_document('{"Effect": "Deny"}', '{"Effect": "Allow"}')
    assert not same_document("not JSON", '{"Effect": "Allow"}')
