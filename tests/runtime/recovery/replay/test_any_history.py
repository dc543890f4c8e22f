"""Whatever happened on the source, in whatever batches it is replayed, the target has it."""

import contextlib

import psycopg
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.postgres_cluster import PostgresCluster
from tests.runtime.recovery.replay.world import World

SCHEMA: tuple[str, ...] = (
    "CREATE TABLE k (id int PRIMARY KEY, u int UNIQUE, n numeric, large text)",
    "ALTER TABLE k ALTER large SET STORAGE EXTERNAL",
    "CREATE TABLE f (a int, b numeric, large text)",
    "ALTER TABLE f REPLICA IDENTITY FULL",
    "ALTER TABLE f ALTER large SET STORAGE EXTERNAL",
    "CREATE TABLE w (id int PRIMARY KEY, large text)",
    "ALTER TABLE w REPLICA IDENTITY FULL",
    "ALTER TABLE w ALTER large SET STORAGE EXTERNAL",
    "CREATE TABLE plain (a int)",
    """CREATE FUNCTION large(n int) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$SELECT CASE WHEN n % 3 = 0 THEN NULL WHEN n % 3 = 1 THEN 'short' ELSE repeat(md5(n::text), 100) END$$""",
    "INSERT INTO k SELECT g, g, g, large(g) FROM generate_series(0, 5) g",
    "INSERT INTO f SELECT g / 2, 1.0, large(g) FROM generate_series(0, 5) g",
    "INSERT INTO w SELECT g, large(g) FROM generate_series(0, 5) g",
)
CHANGES: tuple[str, ...] = (
    "INSERT INTO k VALUES ({a}, {b}, {c}, large({c})) ON CONFLICT DO NOTHING",
    "DELETE FROM k WHERE id = {a}",
    "UPDATE k SET n = {b}.0 WHERE id = {a}",
    "UPDATE k SET n = {b}.00 WHERE id <= {a}",
    "UPDATE k SET large = large({b}) WHERE id = {a}",
    "UPDATE k SET id = {b} WHERE id = {a} AND NOT EXISTS (SELECT FROM k WHERE id = {b})",
    "UPDATE k SET id = -1 WHERE id = {a}; UPDATE k SET id = {a} WHERE id = {b} AND {a} <> {b}; UPDATE k SET id = {b} WHERE id = -1 AND NOT EXISTS (SELECT FROM k WHERE id = {b})",
    "UPDATE k SET u = -1 WHERE u = {a}; UPDATE k SET u = {a} WHERE u = {b}; UPDATE k SET u = {b} WHERE u = -1 AND NOT EXISTS (SELECT FROM k WHERE u = {b})",
    "UPDATE k SET id = -id - 2 WHERE id >= 0; UPDATE k SET id = -id - 2",
    "INSERT INTO f VALUES ({a}, {b}.0, large({c}))",
    "INSERT INTO f SELECT * FROM f WHERE a = {a} LIMIT 3",
    "DELETE FROM f WHERE ctid = (SELECT ctid FROM f WHERE a = {a} LIMIT 1)",
    "UPDATE f SET a = {b} WHERE ctid = (SELECT ctid FROM f WHERE a = {a} LIMIT 1)",
    "UPDATE f SET b = {b}.00 WHERE ctid = (SELECT ctid FROM f WHERE a = {a} LIMIT 1)",
    "UPDATE f SET b = b + 1 WHERE a = {a}",
    "INSERT INTO w VALUES ({a}, large({b})) ON CONFLICT DO NOTHING",
    "UPDATE w SET id = {b} WHERE id = {a} AND NOT EXISTS (SELECT FROM w WHERE id = {b})",
    "DELETE FROM w WHERE id = {a}",
    "INSERT INTO plain VALUES ({a})",
)
SELDOM: tuple[str, ...] = ("TRUNCATE k", "TRUNCATE f, w", "TRUNCATE plain", "UPDATE k SET id = id + 10")

small = st.integers(0, 7)
change = st.tuples(st.sampled_from(CHANGES * 3 + SELDOM), small, small, small)
transaction = st.lists(change, min_size=1, max_size=6)
part = st.tuples(
    st.lists(transaction, min_size=1, max_size=8), st.integers(1, 12), st.sampled_from([1, 5_000, 10_000_000])
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(parts=st.lists(part, min_size=1, max_size=3))
def test_any_history_in_any_batches(
    logical_cluster: PostgresCluster, parts: list[tuple[list[list[tuple[str, int, int, int]]], int, int]]
) -> None:
    world = World(logical_cluster, logical_cluster.create_database("source"), logical_cluster.create_database("target"))
    try:
        world.on_both(*SCHEMA)
        world.watch()
        for transactions, max_rows, max_bytes in parts:
            for changes in transactions:
                statements = "; ".join(text.format(a=a, b=b, c=c) for text, a, b, c in changes)
                # A transaction that the source refuses is one that never was.
                with contextlib.suppress(psycopg.errors.UniqueViolation):
                    world.on_source(f"BEGIN; {statements}; COMMIT")
            world.replay(max_rows=max_rows, max_bytes=max_bytes)
            world.check()
    finally:
        world.drop()
        with logical_cluster.connect() as session:
            for name in (world.source, world.target):
                session.execute(f"DROP DATABASE {name} WITH (FORCE)")
