"""What does not come out as it was is known beforehand, and nothing else is suspected."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.recovery.ddl import Inexact, inexact
from runtime.wal.pgoutput import Message
from tests.runtime.recovery.ddl.pair import Pair
from tests.runtime.wal.capture.capturing import Source

BEFORE = """
CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, '1'), (2, '2'); CREATE TABLE empty (id int PRIMARY KEY, v text);
CREATE DOMAIN chance AS double precision DEFAULT random();
CREATE FUNCTION pick(text) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT random()::text';
CREATE UNLOGGED TABLE fast (id int PRIMARY KEY); INSERT INTO fast VALUES (1);
"""
# What is done, and a part of the reason why its result is not exact.
INEXACT = {
    "ALTER TABLE t ADD COLUMN r double precision DEFAULT random()": "other values each time: random",
    "ALTER TABLE t ADD COLUMN u uuid DEFAULT gen_random_uuid(), ADD COLUMN w int": "other values each time: gen_random_uuid",
    "ALTER TABLE t ADD COLUMN s bigserial": "other values each time: bigserial",
    "ALTER TABLE t ADD COLUMN s int GENERATED ALWAYS AS IDENTITY": "other values each time: IDENTITY",
    "ALTER TABLE t ADD COLUMN c chance": "rewritten with a domain's default",
    "ALTER TABLE t ALTER COLUMN v TYPE varchar(40) USING pick(v)": "other values each time: pick",
    "ALTER TABLE t ALTER COLUMN v TYPE timestamptz USING CURRENT_TIMESTAMP": "other values each time: CURRENT_TIMESTAMP",
    "ALTER TABLE t ALTER COLUMN v TYPE timestamptz USING ('now'::text)::timestamptz": "other values each time: now",
    "ALTER TABLE fast SET LOGGED": "was unlogged",
    "ALTER TABLE t SET UNLOGGED": "is unlogged",
    "CREATE FUNCTION sf() RETURNS void LANGUAGE sql AS 'CREATE TABLE by_sql (a int PRIMARY KEY)'; SELECT sf()": "a function in the language SQL ran it",
    "CREATE TABLE n (a int, b int GENERATED ALWAYS AS (a) STORED)": "it has generated columns",
    "DO $$ BEGIN EXECUTE 'CREATE TABLE x1 (a int PRIMARY KEY); CREATE INDEX ON x1 (a); CREATE INDEX ON x1 (a, a)'; END $$": "not clear which",
}  # fmt: skip
EXACT = (
    "ALTER TABLE empty ADD COLUMN r double precision DEFAULT random(), ADD COLUMN s serial",
    "ALTER TABLE t ADD COLUMN made timestamptz DEFAULT now()",
    "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (id * 2) STORED",
    "ALTER TABLE t ALTER COLUMN v TYPE int USING v::int",
    "ALTER TABLE t ALTER COLUMN v TYPE varchar(40) USING lower(trim(v))",
    "ALTER TABLE t ALTER COLUMN v SET DEFAULT random()::text",
    "CREATE TABLE filled AS SELECT random() AS r FROM generate_series(1, 9)",
    "CREATE INDEX CONCURRENTLY one ON t (v)",
    "DO $$ BEGIN CREATE TABLE x1 (a int PRIMARY KEY); END $$",
    "GRANT SELECT ON t TO PUBLIC; DROP TABLE t",
)


def _judged(source: Source) -> tuple[Inexact, ...]:
    return inexact(
        (item.lsn, item.content) for item in source.stream() if isinstance(item, Message) and item.prefix == "jobr.ddl"
    )


@pytest.mark.parametrize("text", INEXACT)
def test_what_comes_out_differently_is_named_with_its_reason(pair: Pair, text: str) -> None:
    pair.source.run(BEFORE)
    pair.source.install()
    pair.source.stream()
    pair.source.run(text)
    found = _judged(pair.source)
    assert found, "somebody who recovers to here must know"
    assert any(INEXACT[text] in item.reason for item in found), [item.reason for item in found]
    assert all(item.position > 0 and item.tag and item.object for item in found)


@pytest.mark.parametrize("text", EXACT)
def test_what_comes_out_the_same_is_not_suspected(pair: Pair, text: str) -> None:
    pair.source.run(BEFORE)
    pair.source.install()
    pair.source.stream()
    pair.source.run(text)
    assert _judged(pair.source) == ()


def test_a_message_that_nobody_can_read_blocks_a_recovery_and_is_named() -> None:
    (found,) = inexact([(7, b"no JSON")])
    assert (found.position, found.blocks, found.needs_base) == (7, True, True)


def test_an_extension_that_makes_tables_is_named(pair: Pair, extension: str) -> None:
    pair.source.install()
    pair.source.stream()
    pair.source.run(f"CREATE EXTENSION {extension}")
    found = _judged(pair.source)
    assert [(item.tag, item.object, item.needs_base) for item in found] == [("CREATE EXTENSION", extension, True)]
    assert "makes tables, such as public.ext_table" in found[0].reason


@pytest.fixture
def extension(pair: Pair) -> Iterator[str]:
    """An extension that the test makes: this PostgreSQL comes without any. The server's account must be able to read it."""
    with tempfile.TemporaryDirectory(prefix="extensions-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        place = folder / "extension"
        place.mkdir()
        (place / "ours.control").write_text("default_version = '1'\ncomment = 'for a test'\n")
        (place / "ours--1.sql").write_text(
            "CREATE TABLE ext_table (a int PRIMARY KEY); INSERT INTO ext_table VALUES (1); CREATE FUNCTION ext_f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        )
        pair.source.run(f"ALTER DATABASE {pair.source.name} SET extension_control_path = '{folder}'")
        yield "ours"
