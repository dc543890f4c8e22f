import re

from policy import readme


def test_the_tables_are_those_of_the_catalogue() -> None:
    text = readme.FILE.read_text(encoding="utf-8")
    assert text == readme.written(text), "python -m policy.readme --write"


def test_every_control_stands_in_the_tables() -> None:
    text = readme.tables()
    assert [control.id for control in readme.controls() if control.id not in text] == []


def test_what_is_not_enforced_is_not_enforced() -> None:
    text = readme.FILE.read_text(encoding="utf-8").partition("## Not enforced")[2].partition("## How to")[0]
    named = set(re.findall(r"^\| ((?:[A-Za-z0-9]+\.\d+(?:, )?)+) \|", text, re.MULTILINE))
    left_out = {control for row in named for control in row.split(", ")}
    assert "RDS.23" in left_out
    assert left_out & {control.id for control in readme.controls()} == set()
