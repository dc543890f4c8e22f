"""Rows of every kind arrive as they were."""

from typing import Any

import pytest

from runtime.recovery.replay import finish
from tests.runtime.recovery.replay.world import World

Bounds = dict[str, Any]
SMALL: Bounds = {"max_rows": 3}


@pytest.mark.parametrize(
    "bounds", [{}, SMALL, {"max_bytes": 1}], ids=["one batch", "three rows a batch", "each row alone"]
)
def test_inserts_updates_deletes_and_changes_of_keys_arrive(world: World, bounds: Bounds) -> None:
    world.on_both(
        'CREATE TABLE "Odd Name" (id int PRIMARY KEY, "Value" text, n numeric)',
        """INSERT INTO "Odd Name" SELECT g, 'base ' || g, g / 3.0 FROM generate_series(1, 20) g""",
    )
    world.watch()
    world.on_source(
        """INSERT INTO "Odd Name" VALUES (21, 'new', 1.0), (22, NULL, NULL), (23, '', 1.00)""",
        """UPDATE "Odd Name" SET "Value" = 'changed' WHERE id IN (1, 21)""",
        """UPDATE "Odd Name" SET id = 101 WHERE id = 1""",
        """UPDATE "Odd Name" SET id = 102 WHERE id = 101""",
        """DELETE FROM "Odd Name" WHERE id IN (2, 22, 102)""",
        """INSERT INTO "Odd Name" VALUES (2, 'again', 2)""",
        """BEGIN; DELETE FROM "Odd Name" WHERE id = 3; INSERT INTO "Odd Name" VALUES (3, 'again', 3); DELETE FROM "Odd Name" WHERE id = 3; COMMIT""",
        """BEGIN; INSERT INTO "Odd Name" VALUES (50, 'short-lived', 3); DELETE FROM "Odd Name" WHERE id = 50; COMMIT""",
        """UPDATE "Odd Name" SET id = id + 1000 WHERE id > 10""",
    )
    outcome = world.replay(**bounds)
    world.check()
    assert (outcome.transactions, outcome.changes) == (9, 28)


@pytest.mark.parametrize("bounds", [{}, SMALL])
def test_two_rows_swap_what_is_unique(world: World, bounds: Bounds) -> None:
    world.on_both(
        "CREATE TABLE seats (id int PRIMARY KEY, seat text UNIQUE, period int4range, EXCLUDE USING gist (period WITH &&))",
        "INSERT INTO seats VALUES (1, 'a', '[1,5)'), (2, 'b', '[5,9)')",
    )
    world.watch()
    world.on_source(
        "BEGIN; UPDATE seats SET seat = 'c', period = '[10,11)' WHERE id = 1; UPDATE seats SET seat = 'a', period = '[1,5)' WHERE id = 2;"
        "UPDATE seats SET seat = 'b', period = '[5,9)' WHERE id = 1; COMMIT",
        "BEGIN; UPDATE seats SET id = 3 WHERE id = 1; UPDATE seats SET id = 1 WHERE id = 2; UPDATE seats SET id = 2 WHERE id = 3; COMMIT",
    )
    world.replay(**bounds)
    world.check()


@pytest.mark.parametrize("bounds", [{}, {"max_rows": 1}])
def test_constraints_that_are_checked_at_the_commit_may_be_broken_before_it(world: World, bounds: Bounds) -> None:
    world.on_both(
        "CREATE TABLE queue (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE steps (id int PRIMARY KEY DEFERRABLE, note text)",
        "ALTER TABLE steps REPLICA IDENTITY FULL",
        "INSERT INTO queue SELECT g, g FROM generate_series(1, 5) g",
        "INSERT INTO steps SELECT g, 'x' FROM generate_series(1, 5) g",
    )
    world.watch()
    world.on_source(
        "UPDATE queue SET place = place + 1", "UPDATE steps SET id = id + 1", "UPDATE queue SET place = 7 - place"
    )
    world.replay(**bounds)
    world.check()


@pytest.mark.parametrize("bounds", [{}, SMALL, {"max_bytes": 1}])
def test_large_values_that_an_update_left_alone_survive(world: World, bounds: Bounds) -> None:
    world.on_both(
        "CREATE FUNCTION large(n int) RETURNS text LANGUAGE sql AS $$SELECT string_agg(md5((g * n)::text), '') FROM generate_series(1, 400) g$$",
        "CREATE DOMAIN needed AS text NOT NULL CHECK (VALUE <> '')",
        "CREATE TABLE documents (id int PRIMARY KEY, n int, body text, extra needed, tag text UNIQUE)",
        "ALTER TABLE documents ALTER body SET STORAGE EXTERNAL",
        "ALTER TABLE documents ALTER extra SET STORAGE EXTERNAL",
        "INSERT INTO documents SELECT i, 0, large(i), 'x' || large(i + 7), i FROM generate_series(1, 8) i",
    )
    world.watch()
    world.on_source(
        "UPDATE documents SET n = 1",
        "UPDATE documents SET id = id + 100 WHERE id < 4",
        "UPDATE documents SET body = NULL WHERE id = 101",
        "BEGIN; UPDATE documents SET body = repeat('short', 2) WHERE id = 102; UPDATE documents SET n = 5 WHERE id = 102; COMMIT",
        "BEGIN; UPDATE documents SET id = 0 WHERE id = 5; UPDATE documents SET id = 5 WHERE id = 6; UPDATE documents SET id = 6 WHERE id = 0; COMMIT",
        "BEGIN; UPDATE documents SET tag = 'free' WHERE id = 7; UPDATE documents SET tag = '7' WHERE id = 8; UPDATE documents SET tag = '8' WHERE id = 7; COMMIT",
        "INSERT INTO documents VALUES (50, 0, large(50), 'y', 'z')",
        "UPDATE documents SET n = 3, id = 51 WHERE id = 50",
        "DELETE FROM documents WHERE id = 4",
        "INSERT INTO documents VALUES (4, 9, large(51), 'w', 'w')",
        "UPDATE documents SET n = 10 WHERE id = 4",
    )
    world.replay(**bounds)
    world.check()


@pytest.mark.parametrize("bounds", [{}, SMALL])
def test_a_table_without_a_key_loses_exactly_as_many_rows_as_its_source(world: World, bounds: Bounds) -> None:
    world.on_both(
        "CREATE TABLE log (n numeric, note text, body json, place point, big text)",
        "ALTER TABLE log REPLICA IDENTITY FULL",
        """INSERT INTO log SELECT 1.0, NULL, '{"a": 1}', '(1,2)', NULL FROM generate_series(1, 5)""",
        """INSERT INTO log SELECT 1.00, '', '{"a":1}', NULL, NULL FROM generate_series(1, 5)""",
        "INSERT INTO log SELECT 2, 'large', NULL, NULL, (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 400) g) FROM generate_series(1, 3)",
    )
    world.watch()
    world.on_source(
        "DELETE FROM log WHERE ctid IN (SELECT ctid FROM log WHERE note IS NULL LIMIT 2)",
        "DELETE FROM log WHERE ctid IN (SELECT ctid FROM log WHERE note = '' LIMIT 3)",
        "UPDATE log SET n = 1.000 WHERE ctid IN (SELECT ctid FROM log WHERE note = '' LIMIT 1)",
        "UPDATE log SET n = 3 WHERE ctid IN (SELECT ctid FROM log WHERE note = 'large' LIMIT 1)",
        "BEGIN; INSERT INTO log VALUES (9, 'x'), (9, 'x'), (9, 'x'); DELETE FROM log WHERE ctid IN (SELECT ctid FROM log WHERE n = 9 LIMIT 2); COMMIT",
        "INSERT INTO log SELECT * FROM log WHERE note IS NULL",
    )
    world.replay(**bounds)
    world.check()


def test_a_full_identity_uses_the_key_that_the_table_has(world: World) -> None:
    world.on_both(
        "CREATE TABLE keyed (id int PRIMARY KEY, big text, n int)",
        "ALTER TABLE keyed REPLICA IDENTITY FULL",
        "INSERT INTO keyed SELECT i, (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 400) g), i FROM generate_series(1, 5) i",
    )
    world.watch()
    world.on_source(
        "UPDATE keyed SET n = 7 WHERE id = 1", "UPDATE keyed SET id = 9 WHERE id = 2", "DELETE FROM keyed WHERE id = 3"
    )
    world.replay()
    world.check()


def test_the_identity_may_be_another_index_of_another_equality(world: World) -> None:
    world.on_both(
        """CREATE COLLATION "Own" FROM "POSIX" """,
        """CREATE TABLE people (id int PRIMARY KEY, "Name" text COLLATE "Own" NOT NULL, part numeric NOT NULL, note text)""",
        """CREATE UNIQUE INDEX people_name ON people (part, "Name") INCLUDE (note)""",
        "ALTER TABLE people REPLICA IDENTITY USING INDEX people_name",
        "INSERT INTO people VALUES (1, 'Ada', 1.0, 'a'), (2, 'Grace', 2, 'b'), (3, 'Alan', 1.50, 'c')",
    )
    world.watch()
    world.on_source(
        """UPDATE people SET "Name" = 'ADA', part = 1.00 WHERE id = 1""",
        """UPDATE people SET id = 20 WHERE id = 2""",
        """BEGIN; DELETE FROM people WHERE id = 3; INSERT INTO people VALUES (3, 'ALAN', 1.5, 'd'); COMMIT""",
    )
    world.replay()
    world.check()


def test_tables_without_identity_take_rows_and_truncates(world: World) -> None:
    world.on_both("CREATE TABLE events (n int, note text)", "INSERT INTO events VALUES (0, 'base')")
    world.watch()
    world.on_source(
        "INSERT INTO events VALUES (1, NULL), (1, NULL)",
        "TRUNCATE events",
        r"INSERT INTO events VALUES (2, E'\\N'), (3, '\.')",
    )
    world.replay()
    world.check()


def test_what_copy_must_escape_comes_back(world: World) -> None:
    world.on_both("CREATE TABLE texts (id int PRIMARY KEY, a text, b text)")
    world.watch()
    world.on_source(
        r"""INSERT INTO texts VALUES (1, E'tab\there', E'line\nbreak'), (2, E'\\N', '\.'), (3, '', NULL), (4, NULL, ''), (5, E'\r\n', E'\\'), (6, E'a\\tb', 'ü€𝄞'),
        (7, E'\x01\x7f', '\n'), (8, repeat(E'\t\\', 100000), 'x')"""
    )
    world.replay()
    world.check()


def test_generated_identity_and_reordered_columns(world: World) -> None:
    world.on_source(
        """CREATE TABLE mixed (gone int, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED,
        virtual int GENERATED ALWAYS AS (a * 3) VIRTUAL, "B" text)""",
        "ALTER TABLE mixed DROP COLUMN gone",
    )
    world.on_target(
        """CREATE TABLE mixed ("B" text, virtual int GENERATED ALWAYS AS (a * 3) VIRTUAL, a int, twice int GENERATED ALWAYS AS (a * 2) STORED,
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)"""
    )
    world.watch()
    world.on_source("ALTER PUBLICATION everything SET (publish_generated_columns = stored)")
    world.on_source(
        """INSERT INTO mixed (a, "B") SELECT g, (SELECT string_agg(md5(h::text), '') FROM generate_series(1, 400) h) FROM generate_series(1, 5) g""",
    )
    world.replay()
    world.on_source("UPDATE mixed SET a = a + 1 WHERE id < 4", "DELETE FROM mixed WHERE id = 5")
    world.replay()
    world.check()


def test_partitions_and_inheritance_children_are_tables_of_their_own(world: World) -> None:
    world.on_both(
        "CREATE TABLE measured (id int, day date, v int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE early PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2026-07-01')",
        "CREATE TABLE late PARTITION OF measured FOR VALUES FROM ('2026-07-01') TO ('2027-01-01')",
        "CREATE TABLE parent (id int PRIMARY KEY, v int)",
        "CREATE TABLE child (extra text, PRIMARY KEY (id)) INHERITS (parent)",
        "INSERT INTO child VALUES (1, 1, 'x'), (2, 2, 'x')",
        "INSERT INTO parent VALUES (1, 1), (2, 2)",
    )
    world.watch()
    world.on_source(
        "INSERT INTO measured SELECT g, '2026-01-01'::date + g, g FROM generate_series(1, 300) g",
        "UPDATE measured SET day = day + 100 WHERE id % 7 = 0 AND day < '2026-09-01'",
        "DELETE FROM ONLY parent WHERE id = 1",
        "UPDATE ONLY parent SET v = 9 WHERE id = 2",
        "UPDATE child SET v = 8 WHERE id = 1",
    )
    world.replay(max_rows=50)
    world.check()
    world.on_source("TRUNCATE measured", "TRUNCATE ONLY parent", "INSERT INTO measured VALUES (1, '2026-02-02', 5)")
    world.replay()
    world.check()


def test_truncates_take_their_options_along(world: World) -> None:
    world.on_both(
        "CREATE TABLE orders (id serial PRIMARY KEY, note text)",
        "CREATE TABLE items (id serial PRIMARY KEY, of int REFERENCES orders)",
        "INSERT INTO orders (note) VALUES ('a'), ('b')",
        "INSERT INTO items (of) VALUES (1), (2)",
    )
    world.watch()
    world.on_source(
        "INSERT INTO items (of) VALUES (1)",
        "TRUNCATE orders RESTART IDENTITY CASCADE",
        "INSERT INTO orders VALUES (7, 'c')",
    )
    world.replay()
    world.check()
    with world.cluster.connect(world.target) as session:
        assert session.execute("SELECT nextval('orders_id_seq'), nextval('items_id_seq')").fetchone() == (1, 1)


def test_nothing_fires_and_no_order_of_tables_matters(world: World) -> None:
    world.on_both(
        "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a)",
        "CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a ON DELETE CASCADE)",
        "ALTER TABLE a ADD b int REFERENCES b DEFERRABLE INITIALLY DEFERRED",
        "CREATE TABLE audit (what text)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.audit VALUES (TG_OP || TG_NAME); RETURN NULL; END$$",
        "CREATE TRIGGER usual AFTER INSERT OR UPDATE OR DELETE ON a FOR EACH ROW EXECUTE FUNCTION note()",
        "CREATE TRIGGER always AFTER INSERT OR UPDATE OR DELETE ON a FOR EACH ROW EXECUTE FUNCTION note()",
        "ALTER TABLE a ENABLE ALWAYS TRIGGER always",
        "CREATE TRIGGER emptied AFTER TRUNCATE ON b FOR EACH STATEMENT EXECUTE FUNCTION note()",
        "ALTER TABLE b ENABLE ALWAYS TRIGGER emptied",
        "CREATE RULE remember AS ON DELETE TO b DO ALSO INSERT INTO public.audit VALUES ('rule')",
        "ALTER TABLE b ENABLE ALWAYS RULE remember",
    )
    world.watch()
    world.on_source(
        "BEGIN; INSERT INTO a VALUES (1, NULL, 1), (2, 1, 1); INSERT INTO b VALUES (1, 2), (2, 1); COMMIT",
        "UPDATE a SET b = NULL",
        "DELETE FROM a WHERE id = 2",
        "DELETE FROM b",
        "INSERT INTO b VALUES (3, 1)",
        "UPDATE a SET up = 1",
        "BEGIN; UPDATE a SET b = NULL; TRUNCATE a, b; COMMIT",
        "INSERT INTO a VALUES (5)",
    )
    world.replay(max_rows=2)
    world.check()
    with world.cluster.connect(world.target) as session:
        assert session.execute(
            "SELECT tgenabled::text FROM pg_trigger WHERE tgname IN ('always', 'emptied')"
        ).fetchall() == [("A",), ("A",)]
        assert session.execute("SELECT ev_enabled::text FROM pg_rewrite WHERE rulename = 'remember'").fetchone() == (
            "A",
        )


def test_tables_of_no_columns_count_rows(world: World) -> None:
    world.on_both("CREATE TABLE nothing ()", "ALTER TABLE nothing REPLICA IDENTITY FULL", "CREATE TABLE less ()")
    world.on_both("INSERT INTO nothing DEFAULT VALUES")
    world.watch()
    world.on_source(
        *["INSERT INTO nothing DEFAULT VALUES"] * 3,
        "INSERT INTO less DEFAULT VALUES",
        "DELETE FROM nothing WHERE ctid IN (SELECT ctid FROM nothing LIMIT 2)",
    )
    world.replay()
    world.check()


def test_keys_without_overlaps(world: World) -> None:
    world.on_both(
        "CREATE TABLE booked (rooms int4range, period daterange, note text, PRIMARY KEY (rooms, period WITHOUT OVERLAPS))",
        "INSERT INTO booked VALUES ('[1,2)', '[2026-01-01,2026-02-01)', 'a'), ('[1,2)', '[2026-02-01,2026-03-01)', 'b')",
    )
    world.watch()
    world.on_source(
        "UPDATE booked SET note = 'c' WHERE note = 'a'",
        "UPDATE booked SET period = '[2026-05-01,2026-06-01)' WHERE note = 'b'",
        "DELETE FROM booked WHERE note = 'c'",
    )
    world.replay()
    world.check()


def test_the_publication_that_the_base_brought_along_is_no_obstacle(world: World) -> None:
    world.on_both(
        "CREATE TABLE keyed (id int PRIMARY KEY, large text)",
        "CREATE TABLE whole (n int)",
        "ALTER TABLE whole REPLICA IDENTITY FULL",
        "CREATE TABLE bare (n int)",
        "INSERT INTO keyed SELECT g, (SELECT string_agg(md5(h::text), '') FROM generate_series(1, 400) h) FROM generate_series(1, 5) g",
        "INSERT INTO whole VALUES (1), (1)",
    )
    world.watch()
    world.on_target("CREATE PUBLICATION everything FOR ALL TABLES")
    world.on_source(
        "UPDATE keyed SET id = id + 10",
        "DELETE FROM whole WHERE ctid = '(0,1)'",
        "INSERT INTO bare VALUES (1)",
        "TRUNCATE bare",
    )
    world.replay(max_rows=1)
    world.check()


def test_finish_leaves_nothing_of_its_own_behind(world: World) -> None:
    world.on_both("CREATE TABLE t (id int PRIMARY KEY)")
    world.watch()
    world.on_source("INSERT INTO t VALUES (1)")
    world.replay()
    with world.cluster.connect(world.target) as session:
        finish(session)
        names = session.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ 'jobr'").fetchall()
    assert not names
    world.check()
