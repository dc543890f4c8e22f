"""The table of gaps is made of what mappings and extensions say of themselves."""

import io

from rich.console import Console

from sandbox.cloud.postgres.gaps import GAPS as DATABASE_GAPS
from sandbox.provider import gaps
from sandbox.provider.catalogue import RESOURCES


def test_every_gap_of_every_mapping_is_in_the_table_with_its_reason() -> None:
    rows = dict(gaps.rows())
    for resource in RESOURCES:
        for name, reason in {**resource.gaps, **resource.unserved}.items():
            assert reason in rows[f"{resource.token}.{name}"]
    assert dict(DATABASE_GAPS).items() <= rows.items()


def test_no_gap_is_without_a_reason_or_told_twice() -> None:
    rows = list(gaps.rows())
    assert all(what.strip() and how.strip() for what, how in rows)
    assert len({what for what, _ in rows}) == len(rows)


def test_the_table_fits_a_terminal() -> None:
    shown = io.StringIO()
    Console(width=100, file=shown).print(gaps.table())
    assert max(len(line) for line in shown.getvalue().splitlines()) <= 100
