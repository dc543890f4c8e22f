"""DDL messages are replayed where they stand, and ahead where rows stand before them."""

import pytest

from runtime.recovery.errors import ReplayError
from tests.runtime.recovery.replay.world import World, run_statement

# The simplest capture that there is: the text of what the client sent.
CAPTURE_DDL: tuple[str, ...] = (
    """CREATE FUNCTION told() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_logical_emit_message(true, 'jobr.ddl', current_query()); END$$""",
    "CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION told()",
)


def test_rows_before_and_after_a_change_of_their_table_arrive(world: World) -> None:
    world.on_both("CREATE TYPE mood AS ENUM ('low')", "CREATE TABLE t (id int PRIMARY KEY, m mood)")
    world.on_source(*CAPTURE_DDL)
    world.watch()
    world.on_source("INSERT INTO t VALUES (1, 'low')", "UPDATE t SET m = NULL WHERE id = 1")
    with world.cluster.connect(world.source) as session, session.transaction():
        session.execute("UPDATE t SET m = 'low'")
        session.execute("ALTER TABLE t ADD COLUMN note text")
        session.execute("INSERT INTO t VALUES (2, 'low', 'x')")
        session.execute("ALTER TABLE t RENAME TO renamed")
        session.execute("UPDATE renamed SET id = id + 10")
        session.execute("ALTER TABLE renamed DROP CONSTRAINT t_pkey, ADD UNIQUE (note), REPLICA IDENTITY FULL")
        session.execute("DELETE FROM renamed WHERE id = 11")
    world.on_source(
        "ALTER TYPE mood ADD VALUE 'high'",
        "UPDATE renamed SET m = 'high'",
        "DROP TABLE renamed",
        "CREATE TABLE t (z text)",
        "INSERT INTO t VALUES ('z')",
    )
    outcome = world.replay(apply_ddl=run_statement)
    world.check()
    assert outcome.statements == 6


def test_a_table_made_from_a_query_gets_its_rows_once(world: World) -> None:
    world.on_both(
        "CREATE DOMAIN name AS text NOT NULL",
        "CREATE TABLE t (id int PRIMARY KEY, n name)",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    )
    world.on_source(*CAPTURE_DDL)
    world.watch()
    with world.cluster.connect(world.source) as session, session.transaction():
        session.execute("INSERT INTO t VALUES (3, 'c')")
        session.execute("CREATE TABLE before (id int)")
        session.execute("INSERT INTO before VALUES (1)")
        session.execute("CREATE TABLE made AS SELECT * FROM t")
        session.execute("INSERT INTO made VALUES (4, 'd')")
        session.execute("ALTER TABLE made ADD PRIMARY KEY (id)")
        session.execute("SELECT count(*) AS n INTO counted FROM made")
        session.execute("UPDATE made SET n = 'e'")
    outcome = world.replay(apply_ddl=run_statement)
    world.check()
    assert outcome.statements == 4
    with world.cluster.connect(world.target) as session:
        kind = session.execute(
            "SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = 'made'::regclass AND attname = 'n'"
        )
        assert kind.fetchone() == ("public.name",) or kind.rowcount == 1


def test_rows_of_a_table_that_no_message_makes_are_refused(world: World) -> None:
    world.on_both("CREATE TABLE t (id int)")
    world.watch()
    world.on_source("CREATE TABLE silent (id int)", "INSERT INTO silent VALUES (1)")
    with pytest.raises(
        ReplayError, match=r"rows of public\.silent .* no such table: it was made on the source without a message"
    ):
        world.replay()


def test_a_statement_that_fails_leaves_the_last_commit(world: World) -> None:
    world.on_both("CREATE TABLE t (id int PRIMARY KEY)")
    world.watch()
    world.on_source("INSERT INTO t VALUES (1)")
    world.replay()
    before = world.contents(world.target)
    world.on_source("BEGIN; INSERT INTO t VALUES (2); SELECT pg_logical_emit_message(true, 'jobr.ddl', 'x'); COMMIT")

    def refuse(_session: object, _content: bytes) -> None:
        raise ReplayError("no")

    with pytest.raises(ReplayError, match="no"):
        world.replay(apply_ddl=refuse)
    assert world.contents(world.target) == before
    world.replay(apply_ddl=lambda _session, _content: None)
    world.check()
