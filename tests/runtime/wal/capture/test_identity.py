"""No UPDATE and no DELETE is refused for the archive's sake; what cannot be archived whole is named."""

import psycopg
import pytest

from runtime.wal.capture.identity import Finding, preflight
from runtime.wal.pgoutput import Delete, Relation, Update
from tests.runtime.wal.capture.capturing import Source

# Every way to have no usable identity, and whether whole rows can be published instead.
TABLES = {
    "keyless": ("CREATE TABLE {} (a int, b text)", True),
    "deferrable key": ("CREATE TABLE {} (a int PRIMARY KEY DEFERRABLE, b text)", True),
    "unique but no key": ("CREATE TABLE {} (a int UNIQUE, b text)", True),
    "identity index gone": (
        "CREATE TABLE {0} (a int NOT NULL, b text); CREATE UNIQUE INDEX one ON {0} (a); ALTER TABLE {0} REPLICA IDENTITY USING INDEX one; DROP INDEX one",
        True,
    ),
    "nothing by choice": ("CREATE TABLE {0} (a int PRIMARY KEY, b text); ALTER TABLE {0} REPLICA IDENTITY NOTHING", False),
    "keyless with a stored column": ("CREATE TABLE {} (a int, b text, c int GENERATED ALWAYS AS (a) STORED)", False),
    "keyless with a virtual column": ("CREATE TABLE {} (a int, b text, c int GENERATED ALWAYS AS (a))", False),
    "key of a generated column": ("CREATE TABLE {} (a int, b text, c int GENERATED ALWAYS AS (a) STORED PRIMARY KEY)", False),
    "full with a generated column": (
        "CREATE TABLE {0} (a int PRIMARY KEY, b text, c int GENERATED ALWAYS AS (a) STORED); ALTER TABLE {0} REPLICA IDENTITY FULL",
        False,
    ),
}  # fmt: skip
WRITES = "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'); UPDATE t SET b = 'z' WHERE a = 1; DELETE FROM t WHERE a = 2"


def _preflight(source: Source) -> tuple[Finding, ...]:
    with source.open() as session:
        return preflight(session)


def _changes(source: Source) -> tuple[int, int]:
    stream = source.stream()
    oids = {item.oid for item in stream if isinstance(item, Relation) and item.schema != "jobr_archive"}
    changed = [item for item in stream if isinstance(item, Update | Delete) and item.relation in oids]
    return sum(isinstance(item, Update) for item in changed), sum(isinstance(item, Delete) for item in changed)


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_was_there_before_takes_every_write(source: Source, case: str) -> None:
    statement, mended = TABLES[case]
    source.run(statement.format("t"))
    (finding,) = _preflight(source)
    assert (finding.table, finding.mended, finding.refused_by) == ("public.t", mended, ())
    work = source.install()
    assert any(warning.startswith("public.t:") for warning in work.warnings) is not mended
    source.run(WRITES)
    assert _changes(source) == ((1, 1) if mended else (0, 0))


@pytest.mark.parametrize("case", TABLES)
def test_a_new_table_takes_every_write_and_is_announced_when_its_rows_are_not_archived_whole(
    source: Source, case: str
) -> None:
    statement, mended = TABLES[case]
    source.install()
    source.run(statement.format("t") + ";" + WRITES)
    said = [item for item in source.announcements() if item["kind"] == "gap"]
    assert bool(said) is not mended
    assert all(item["objects"][0]["identity"] == "public.t" for item in said)


def test_a_table_with_a_key_needs_nothing_and_is_no_finding(source: Source) -> None:
    source.run("CREATE TABLE t (a int PRIMARY KEY, b text, c int GENERATED ALWAYS AS (a) STORED)")
    assert _preflight(source) == ()
    source.install()
    assert source.rows("SELECT relreplident FROM pg_class WHERE relname = 't'") == [("d",)]
    source.run(WRITES)
    assert _changes(source) == (1, 1)


def test_what_is_never_published_is_no_finding(source: Source) -> None:
    source.run(
        "CREATE UNLOGGED TABLE u (a int); CREATE TEMP TABLE t (a int); CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        "CREATE FOREIGN TABLE f (a int) SERVER s; CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE p (a int) PARTITION BY RANGE (a)"
    )
    assert _preflight(source) == ()
    assert source.install().warnings == []


def test_the_preflight_names_the_publication_that_makes_postgresql_refuse_writes(source: Source) -> None:
    source.run("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1); CREATE PUBLICATION theirs FOR ALL TABLES")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        source.run("UPDATE t SET a = 2")
    (finding,) = _preflight(source)
    assert finding.refused_by == ("theirs",)
    assert "refused now, because theirs publishes it and it has no primary key" in str(finding)
    assert source.install().warnings == [], "whole rows are published from here on"
    source.run("UPDATE t SET a = 2")
    source.run("CREATE TABLE n (a int); ALTER TABLE n REPLICA IDENTITY NOTHING")
    warnings = source.install(slot=False).warnings
    assert any(
        warning.startswith("public.n: UPDATE or DELETE is refused now, because theirs publishes it")
        for warning in warnings
    )


@pytest.mark.parametrize(
    "loss",
    [
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "ALTER TABLE t DROP COLUMN a",
        "DO $$ BEGIN ALTER TABLE t DROP CONSTRAINT t_pkey; END $$",
        "CREATE DOMAIN d AS int; ALTER TABLE t ADD COLUMN x d; UPDATE t SET x = a; ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (x); DROP DOMAIN d CASCADE",
        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a) DEFERRABLE",
        "ALTER TABLE t REPLICA IDENTITY NOTHING",
        "CREATE UNIQUE INDEX other ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX other; DROP INDEX other",
        "ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (1) STORED",
    ],
)  # fmt: skip
def test_a_key_that_goes_later_stops_no_write(source: Source, loss: str) -> None:
    source.install()
    source.run("CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'x'), (2, 'y')", loss)
    source.run("UPDATE t SET b = 'z' WHERE b = 'x'; DELETE FROM t WHERE b = 'y'")


def test_a_partitioned_table_that_loses_its_key_stops_no_write_in_its_partitions(source: Source) -> None:
    source.install()
    source.run(
        "CREATE TABLE t (a int PRIMARY KEY, b text) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE t2 (a int NOT NULL, b text); ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (10) TO (20)",
        "INSERT INTO t VALUES (1, 'x'), (11, 'y')",
    )
    source.stream()
    source.run("UPDATE t SET b = 'z'; UPDATE t SET a = 12 WHERE a = 1")
    assert _changes(source) == (2, 1), "a row that moves is deleted in one partition and inserted in the other"
    source.run("ALTER TABLE t DROP CONSTRAINT t_pkey", "UPDATE t SET b = 'w'", "DELETE FROM t")
    assert _changes(source) == (2, 2)


def test_whole_rows_are_published_only_until_the_table_has_a_key(source: Source) -> None:
    source.install()
    source.run("CREATE TABLE t (a int, b text)")
    assert source.rows("SELECT relreplident FROM pg_class WHERE relname = 't'") == [("f",)]
    source.run("ALTER TABLE t ADD PRIMARY KEY (a)")
    assert source.rows("SELECT relreplident FROM pg_class WHERE relname = 't'") == [("d",)]


def test_an_identity_that_somebody_chose_stays(source: Source) -> None:
    source.install()
    source.run(
        "CREATE TABLE t (a int PRIMARY KEY, b text); ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ADD c int"
    )
    assert source.rows("SELECT relreplident FROM pg_class WHERE relname = 't'") == [("f",)]
