"""Templates are filled, and what has no value leaves no trace."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.provider.checks import Unknown
from sandbox.provider.templates import fill, parsed, placeholders
from sandbox.provider.values import UNKNOWN


def test_a_placeholder_that_stands_alone_keeps_its_type() -> None:
    assert fill({"Port": "{port}", "Name": "db-{port}"}, {"port": 5432}) == {"Port": 5432, "Name": "db-5432"}


def test_a_missing_value_removes_the_entry_and_empty_structures_with_it() -> None:
    template = {"GroupId": "{group}", "Ranges": [{"Cidr": "{cidr}"}]}
    assert fill(template, {"group": "sg-1"}) == {"GroupId": "sg-1"}


def test_a_marked_placeholder_takes_its_whole_structure_with_it() -> None:
    template = {"Ranges": [{"Cidr": "{cidr!}", "Description": "{text}"}]}
    assert fill(template, {"text": "from the office"}) is None
    assert fill(template, {"text": "t", "cidr": "10.0.0.0/8"}) == {
        "Ranges": [{"Cidr": "10.0.0.0/8", "Description": "t"}]
    }


def test_an_unknown_value_makes_the_whole_text_unknown() -> None:
    assert isinstance(fill("arn:{id}", {"id": UNKNOWN}), Unknown)


def test_fixed_parameters_stay_as_they_are() -> None:
    assert fill({"Force": True, "Rules": [], "Count": 0}, {}) == {"Force": True, "Rules": [], "Count": 0}


def test_every_placeholder_is_found() -> None:
    assert set(placeholders({"A": "{a}", "B": ["x-{b}", {"C": "{c!}"}]})) == {"a", "b", "c"}


@given(st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True), st.from_regex(r"[0-9./]{1,12}", fullmatch=True))
def test_a_composed_id_is_read_back_into_its_parts(table: str, block: str) -> None:
    values = {"table": table, "block": block}
    assert parsed("{table}_{block}", str(fill("{table}_{block}", values))) == values


def test_an_id_that_the_template_cannot_have_made_gives_nothing() -> None:
    assert parsed("{table}_{block}", "plain") == {}
