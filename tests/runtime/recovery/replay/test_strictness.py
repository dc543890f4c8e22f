"""A target that is not what the stream takes it for stops the replay, by name and without values."""

import pytest

from runtime.common.errors import TargetError
from runtime.recovery.errors import ReplayError
from runtime.recovery.transactions import Transaction
from runtime.wal.pgoutput import Relation
from tests.runtime.recovery.replay.world import LINE, World, no_statements

SECRET = 4242424242


def schema(world: World) -> None:
    world.on_both(
        "CREATE TABLE t (id bigint PRIMARY KEY, note text, u int UNIQUE)",
        "CREATE TABLE f (id bigint)",
        "ALTER TABLE f REPLICA IDENTITY FULL",
        "INSERT INTO t VALUES (4242424242, 'a', 1), (2, (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 400) g), 2)",
        "INSERT INTO f VALUES (4242424242), (4242424242)",
    )
    world.watch()


@pytest.mark.parametrize(
    ("diverging", "statement", "said"),
    [
        ("DELETE FROM t WHERE id = 4242424242", "DELETE FROM t WHERE id = 4242424242", r"public\.t has 0 of the 1 rows .* to delete or change \(key: id;"),
        ("DELETE FROM t WHERE id = 4242424242", "UPDATE t SET note = 'b' WHERE id = 4242424242", r"public\.t has 0 of the 1 rows .* to delete or change \(key: id;"),
        ("DELETE FROM t WHERE id = 2", "UPDATE t SET u = 5 WHERE id = 2", r"public\.t has 0 of the 1 rows .* to change \(key: id;"),
        ("INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (3, '4242424242')", r"public\.t refuses rows: duplicate key .* \"t_pkey\" \(23505\) \(key: id;"),
        ("INSERT INTO t VALUES (9, NULL, 77)", "INSERT INTO t VALUES (3, NULL, 77)", r"duplicate key value violates unique constraint \"t_u_key\""),
        ("DELETE FROM f WHERE ctid = (SELECT min(ctid) FROM f)", "DELETE FROM f", r"public\.f has 1 of the 2 rows .* \(no key;"),
        ("ALTER TABLE t DROP COLUMN note", "UPDATE t SET u = 3 WHERE id = 4242424242", r"columns of public\.t that the target has not: note"),
        ("ALTER TABLE t ADD COLUMN more int", "UPDATE t SET u = 3 WHERE id = 4242424242", r"columns of public\.t that the stream has not: more"),
        ("ALTER TABLE t DROP CONSTRAINT t_pkey", "DELETE FROM t", r"public\.t is identified by id, over which the target has no valid unique index"),
        ("DROP TABLE t", "DELETE FROM t", r"rows of public\.t \(of the transaction .*no such table"),
        ("ALTER TABLE t ALTER note TYPE date USING NULL", "UPDATE t SET note = '4242424242 secret' WHERE id = 2", r"InvalidDatetimeFormat \(22007\)|DatetimeFieldOverflow"),
        ("ALTER TABLE f RENAME TO g; CREATE VIEW f AS SELECT * FROM g", "INSERT INTO f VALUES (1)", r"public\.f is no plain table"),
        ("CREATE TABLE child (t bigint REFERENCES t)", "TRUNCATE t", r"public\.t refuses rows: cannot truncate a table referenced in a foreign key constraint"),
    ],
)  # fmt: skip
def test_a_divergence_is_named_and_nothing_of_the_batch_stays(
    world: World, diverging: str, statement: str, said: str
) -> None:
    schema(world)
    world.on_target(diverging)
    before = world.contents(world.target)
    world.on_source("INSERT INTO t VALUES (100)", statement)
    with pytest.raises(ReplayError, match=said) as raised:
        world.replay()
    assert str(SECRET) not in str(raised.value), "a row's values may be secret"
    assert raised.value.__cause__ is None
    assert world.contents(world.target) == before
    with pytest.raises(ReplayError):
        world.replay(max_rows=1)


def test_a_stream_that_contradicts_itself_is_refused(world: World) -> None:
    schema(world)
    world.on_source("DELETE FROM t WHERE id = 2", "INSERT INTO t VALUES (7, 'x', 7)")
    stream = world.read()
    world.stream = [stream[0], stream[1], stream[0]]
    with pytest.raises(ReplayError, match=r"public\.t changes or deletes a row that is gone \(key: id; changes of"):
        world.replay()
    world.stream = [stream[0], stream[1], stream[1]]
    with pytest.raises(ReplayError, match="inserts a row whose key is taken"):
        world.replay()


def test_a_change_of_a_table_that_was_never_described_is_refused(world: World) -> None:
    schema(world)
    world.on_source("INSERT INTO t VALUES (7)", "INSERT INTO t VALUES (8)")
    told = world.read()[1]
    world.stream = [
        Transaction(told.begin, lambda: (item for item in told.changes() if not isinstance(item, Relation)))
    ]
    with pytest.raises(ReplayError, match="never described it: the archive is not whole"):
        world.replay()


def test_a_role_that_may_not_silence_triggers_is_told_the_grant(world: World) -> None:
    schema(world)
    role = f"plain_{world.target}"
    world.on_target(f"CREATE ROLE {role} LOGIN PASSWORD 'p'", f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    world.on_source("INSERT INTO t VALUES (7)", "UPDATE t SET u = 9 WHERE id = 7", "DELETE FROM f")
    plain = world.login(role, "p")
    with pytest.raises(TargetError, match=f'GRANT SET ON PARAMETER session_replication_role TO "{role}"'):
        plain.replay()
    world.on_target(f"GRANT SET ON PARAMETER session_replication_role TO {role}")
    with pytest.raises(TargetError, match=f'GRANT CREATE ON DATABASE "{world.target}" TO "{role}"'):
        plain.replay()
    world.on_target(f"GRANT CREATE ON DATABASE {world.target} TO {role}")
    plain.replay()
    world.check()


def test_rows_that_a_policy_hides_stop_the_replay(world: World) -> None:
    schema(world)
    role = f"hidden_{world.target}"
    world.on_target(
        f"CREATE ROLE {role} LOGIN PASSWORD 'p'",
        f"GRANT ALL ON DATABASE {world.target} TO {role}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT SET ON PARAMETER session_replication_role TO {role}",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (id < 10)",
    )
    world.on_source("DELETE FROM t")
    with pytest.raises(ReplayError, match=r"public\.t refuses rows: .*row-level security policy .*\(42501\)"):
        world.login(role, "p").replay()


def test_another_line_and_an_older_base_are_refused(world: World) -> None:
    schema(world)
    world.on_source("INSERT INTO t VALUES (7)")
    world.replay()
    with pytest.raises(TargetError, match="is another history"):
        world.replay(line=LINE.replace("1", "2"))
    with pytest.raises(TargetError, match="was restored from an older base"):
        world.replay(start=world.stream[-1].begin.final_lsn + 2)


def test_what_the_base_holds_is_skipped(world: World) -> None:
    schema(world)
    world.on_source("INSERT INTO t VALUES (7)", "INSERT INTO t VALUES (8)")
    world.read()
    world.on_target("INSERT INTO t VALUES (7)")
    outcome = world.replay(start=world.stream[1].begin.final_lsn)
    assert outcome.transactions == 1
    world.check()


def test_two_replays_at_once_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.recovery.replay.session.LOCK_SECONDS", 0.2)
    schema(world)
    world.on_source("INSERT INTO t VALUES (7)")
    with world.cluster.connect(world.target) as other:
        other.execute("SELECT pg_advisory_lock(117026625576818)")
        with pytest.raises(TargetError, match="Another replay works on"):
            world.replay()
    world.replay(apply_ddl=no_statements)
    world.check()
