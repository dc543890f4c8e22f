"""Rows and changes of the schema in one stream: each row meets the table that it was written to."""

import pytest

from runtime.wal.pgoutput import Insert, Message, Relation
from tests.runtime.recovery.ddl.pair import Pair

BEFORE = """
CREATE TABLE items (id bigserial PRIMARY KEY, name text, at text DEFAULT '2026-01-01 12:00');
INSERT INTO items (name) SELECT 'n' || n FROM generate_series(1, 50) n;
"""

# What the transaction does, and its strings. Each must leave both sides equal.
CASES: dict[str, tuple[str, ...]] = {
    "rows before and after ADD COLUMN in one transaction": (
        ("BEGIN; INSERT INTO items (name) VALUES ('before'); ALTER TABLE items ADD COLUMN n int DEFAULT 3; "
        "INSERT INTO items (name, n) VALUES ('after', 4); UPDATE items SET n = 5 WHERE id = 1; COMMIT"),
    ),
    "a default that is evaluated once": (
        "ALTER TABLE items ADD COLUMN made timestamptz NOT NULL DEFAULT now(), ADD COLUMN day date DEFAULT CURRENT_DATE",
        "INSERT INTO items (name) VALUES ('later')",
    ),
    "a default that is evaluated once, between rows of one transaction": (
        ("BEGIN; INSERT INTO items (name) VALUES ('before'); ALTER TABLE items ADD made timestamptz DEFAULT now(); "
        "UPDATE items SET made = '2020-01-01' WHERE id < 5; ALTER TABLE items ADD IF NOT EXISTS made timestamptz DEFAULT now(); COMMIT"),
    ),
    "a default that is evaluated once, in partitions": (
        "CREATE TABLE parts (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (9)",
        "INSERT INTO parts VALUES (1), (2)",
        "ALTER TABLE parts ADD COLUMN made timestamptz DEFAULT now()",
    ),
    "a default with a collation of its own": (
        "ALTER TABLE items ADD COLUMN label text COLLATE \"C\" DEFAULT to_char(now(), 'YYYY-MM-DD HH24:MI:SS.US')",
    ),
    "CREATE TABLE AS from a temporary table": (
        "CREATE TEMP TABLE picked AS SELECT id, name FROM items LIMIT 9; CREATE TABLE chosen AS SELECT * FROM picked; INSERT INTO chosen VALUES (99, 'x')",
    ),
    "SELECT INTO among other statements": (
        ("BEGIN; UPDATE items SET name = 'changed' WHERE id = 2; SELECT * INTO copied FROM items; ALTER TABLE copied ADD PRIMARY KEY (id); "
        "DELETE FROM copied WHERE id > 40; COMMIT"),
    ),
    "two CREATE TABLE AS in one transaction": (
        "BEGIN; CREATE TABLE one AS SELECT 1 AS a; CREATE TABLE two AS SELECT * FROM one UNION SELECT 2; INSERT INTO one VALUES (3); COMMIT",
    ),
    "a table without a key": (
        "CREATE TABLE keyless (a int, b text); INSERT INTO keyless SELECT n % 3, 'x' FROM generate_series(1, 9) n",
        "UPDATE keyless SET b = 'y' WHERE ctid = (SELECT min(ctid) FROM keyless WHERE a = 1); DELETE FROM keyless WHERE a = 2",
    ),
    "a key that goes": ("ALTER TABLE items DROP CONSTRAINT items_pkey", "UPDATE items SET name = 'z' WHERE id < 9; DELETE FROM items WHERE id = 20"),
    "a type change that depends on settings": (
        "SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German, DMY'; ALTER TABLE items ALTER at DROP DEFAULT, ALTER at TYPE timestamptz USING at::timestamptz",
    ),
    "a type change that computes": ("ALTER TABLE items ALTER name TYPE int USING length(name) + id::int",),
    "a value of an enumeration and its use": (
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE moods (m mood PRIMARY KEY)",
        "ALTER TYPE mood ADD VALUE 'b' BEFORE 'a'",
        "INSERT INTO moods VALUES ('b'), ('a')",
    ),
    "a table that comes, changes and goes": (
        ("BEGIN; CREATE TABLE passing (a int PRIMARY KEY); INSERT INTO passing VALUES (1); ALTER TABLE passing RENAME TO passed; "
        "INSERT INTO passed VALUES (2); DROP TABLE passed; COMMIT"),
    ),
    "an identity of its own, renamed and moved": (
        "CREATE SCHEMA other; ALTER TABLE items SET SCHEMA other; ALTER TABLE other.items RENAME TO things; ALTER TABLE other.things RENAME name TO title",
        "INSERT INTO other.things (title) VALUES ('t'); TRUNCATE other.things; INSERT INTO other.things (title) VALUES ('u')",
    ),
    "a generated column": ("ALTER TABLE items ADD COLUMN twice bigint GENERATED ALWAYS AS (id * 2) STORED", "INSERT INTO items (name) VALUES ('g')"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_rows_and_schema_are_equal_after(name: str, pair: Pair) -> None:
    pair.begin(BEFORE)
    pair.source.run(*CASES[name])
    pair.replay()
    pair.assert_equal()


def test_postgresql_streams_the_rows_of_create_table_as_before_its_announcement(pair: Pair) -> None:
    pair.begin(BEFORE)
    pair.source.run("CREATE TABLE chosen AS SELECT id FROM items WHERE id < 3")
    (transaction,) = pair.source.transactions()
    kinds = [
        f"row of {names[change.relation]}" if isinstance(change, Insert) else "announcement"
        for names in [{item.oid: item.name for item in transaction.changes() if isinstance(item, Relation)}]
        for change in transaction.changes()
        if isinstance(change, Insert) or (isinstance(change, Message) and b"CREATE TABLE AS" in change.content)
    ]
    assert kinds[:5] == ["row of proof", "row of chosen", "row of chosen", "row of proof", "announcement"], (
        "the replay relies on this order: the replay of rows looks ahead for the statement that makes their table"
    )
