"""What is not the capture's is not executed; what cannot be done is said; what is only missing is noted."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from runtime.recovery.ddl import apply
from runtime.recovery.errors import ReplayError
from runtime.wal.pgoutput import Insert, Message
from tests.runtime.recovery.ddl.pair import Pair, text

ROLE = "ddl_role"


def _forged(**parts: Any) -> bytes:
    content = {
        "version": 1,
        "kind": "statement",
        "tag": "CREATE TABLE",
        "text": "CREATE TABLE forged (a int)",
        "exact": True,
    }
    return json.dumps(content | parts).encode()


@pytest.mark.parametrize(
    "content",
    [
        _forged(),
        _forged(text=None, substitute="CREATE TABLE forged (a int)"),
        _forged(kind="failed"),
        _forged(proof="0" * 64),
        _forged(proof="no digits"),
        b"no JSON",
        b"\xff\x00",
    ],
)  # fmt: skip
def test_a_message_that_anybody_may_have_written_does_nothing_and_stops_nothing(
    pair: Pair, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    pair.begin()
    with pair.source.open() as session:
        session.execute("SELECT pg_logical_emit_message(true, 'jobr.ddl', %s::bytea)", [content])
    pair.source.run("CREATE TABLE real (a int PRIMARY KEY)")
    with caplog.at_level(logging.WARNING):
        pair.follow()
    assert pair.target.rows("SELECT to_regclass('forged') IS NULL, to_regclass('real') IS NOT NULL") == [(True, True)]
    assert "somebody forged it" in caplog.text


def test_a_genuine_message_sent_again_does_nothing(pair: Pair) -> None:
    pair.begin("CREATE TABLE t (a int PRIMARY KEY)")
    pair.source.run("DROP TABLE t")
    (transaction,) = pair.source.transactions()
    (content,) = (item.content for item in transaction.changes() if isinstance(item, Message))
    with pair.target.open() as session, session.transaction():
        apply(session, content)
    assert pair.target.rows("SELECT to_regclass('t') IS NOT NULL") == [(True,)], "no proof stood before it"


def test_a_target_without_the_table_of_proofs_is_refused(pair: Pair) -> None:
    with (
        pair.target.open() as session,
        session.transaction(),
        pytest.raises(ReplayError, match=r"no table jobr_archive\.proof"),
    ):
        apply(session, _forged())


def test_a_failed_capture_stops_the_replay_and_says_where_to_go(pair: Pair) -> None:
    pair.begin()
    pair.source.run("DROP FUNCTION jobr_archive.describe; CREATE TABLE t (a int PRIMARY KEY)")
    with pytest.raises(
        ReplayError,
        match=r"CREATE TABLE cannot be replayed: the capture failed with 42883\. Recover to a point before it",
    ):
        pair.follow()


def test_what_a_function_in_sql_did_stops_the_replay(pair: Pair) -> None:
    pair.begin("CREATE FUNCTION sf() RETURNS void LANGUAGE sql AS 'CREATE TABLE by_sql (a int PRIMARY KEY)'")
    pair.source.run("SELECT sf()")
    with pytest.raises(ReplayError, match=r"CREATE TABLE public\.by_sql, .* a function in the language SQL ran it"):
        pair.follow()


def test_what_a_function_in_sql_dropped_is_dropped_by_its_name(pair: Pair) -> None:
    pair.begin(
        "CREATE TABLE gone (a int PRIMARY KEY); CREATE FUNCTION sf() RETURNS void LANGUAGE sql AS 'DROP TABLE gone'"
    )
    pair.source.run("SELECT sf()")
    pair.follow()
    assert pair.target.schema() == pair.source.schema()


def test_a_statement_that_the_target_refuses_is_named_without_its_text(pair: Pair) -> None:
    pair.begin()
    pair.target.run("CREATE TABLE t (other text)")
    pair.source.run("CREATE TABLE t (secret_column int PRIMARY KEY)")
    with pytest.raises(
        ReplayError,
        match=r'CREATE TABLE public\.t, public\.t_pkey is refused by the target \(42P07\): relation "t" already exists',
    ) as caught:
        pair.follow()
    assert "secret_column" not in str(caught.value)


def test_an_index_that_concurrently_left_unfinished_can_be_dropped(pair: Pair) -> None:
    pair.begin("CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 1), (2, 1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        pair.source.run("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (b)")
    pair.source.run("DROP INDEX broken", "CREATE INDEX CONCURRENTLY whole ON t (b)")
    pair.follow()
    assert pair.target.schema() == pair.source.schema()


@pytest.fixture
def role(pair: Pair) -> Iterator[Callable[[], None]]:
    """A role of the source; calling it lets it go from the cluster, as if the target's had never had it."""

    def leave() -> None:
        there = pair.source.rows("SELECT FROM pg_roles WHERE rolname = %s", ROLE)
        if there:
            pair.source.run(f"DROP OWNED BY {ROLE} CASCADE")
            pair.target.run(f"DROP OWNED BY {ROLE} CASCADE", f"DROP ROLE {ROLE}")

    with pair.source.cluster.connect() as session:
        password = sql.Literal(pair.source.cluster.password)
        session.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), password))
    yield leave
    leave()


@pytest.mark.usefixtures("role")
def test_objects_belong_to_whoever_made_them(pair: Pair) -> None:
    pair.begin(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
    pair.source.run("CREATE TABLE mine (a int); CREATE TABLE filled AS SELECT 1 AS a", user=ROLE)
    pair.follow()
    assert pair.target.schema() == pair.source.schema()
    assert f"ALTER TABLE public.mine OWNER TO {ROLE}" in pair.target.schema()


def test_what_is_for_a_role_that_the_target_lacks_is_left_out_and_noted(
    pair: Pair, role: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    pair.begin("CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    pair.source.run(
        f"GRANT SELECT ON t TO {ROLE}, PUBLIC; CREATE POLICY theirs ON t TO {ROLE}; CREATE POLICY ours ON t TO {ROLE}, pg_monitor",
        f"CREATE SCHEMA AUTHORIZATION {ROLE}; ALTER TABLE t OWNER TO {ROLE}; ALTER DEFAULT PRIVILEGES FOR ROLE {ROLE} GRANT SELECT ON TABLES TO PUBLIC",
        f"CREATE TABLE made (a int PRIMARY KEY); REVOKE SELECT ON t FROM {ROLE}",  # noqa: S608 - a constant of this file
    )
    kept = pair.source.transactions()
    role()
    _replay(pair, kept)
    schema = pair.target.schema()
    assert ROLE in caplog.text
    assert "GRANT SELECT ON TABLE public.t TO PUBLIC" in schema
    assert "CREATE POLICY ours ON public.t TO pg_monitor" in schema
    assert "theirs" not in schema, "a policy for nobody would be one for everybody"
    assert "CREATE TABLE public.made" in schema
    assert f"CREATE SCHEMA {ROLE}" in schema


def _replay(pair: Pair, transactions: list[Any]) -> None:
    stand_in = type("Read", (), {"transactions": lambda _: transactions})()
    Pair(stand_in, pair.target).follow()


@pytest.mark.usefixtures("role")
def test_a_role_with_fewer_rights_on_the_target_does_not_stop_the_replay(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    pair.begin(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
    pair.target.run(f"REVOKE CREATE ON SCHEMA public FROM {ROLE}")
    pair.source.run("CREATE TABLE mine (a int PRIMARY KEY)", user=ROLE)
    pair.follow()
    assert pair.target.rows("SELECT to_regclass('mine') IS NOT NULL") == [(True,)]
    assert "was replayed as the restoring user" in caplog.text


@pytest.mark.usefixtures("role")
def test_the_session_is_as_it_was_afterwards(pair: Pair) -> None:
    pair.begin(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
    pair.source.run(
        "SET TimeZone = 'Asia/Tokyo'; SET search_path = public; CREATE TABLE mine (a int PRIMARY KEY)", user=ROLE
    )
    (transaction,) = pair.source.transactions()
    state = "SELECT current_user, current_setting('search_path'), current_setting('TimeZone'), current_setting('event_triggers')"
    with pair.target.open() as session:
        session.execute("SET search_path = ''; SET TimeZone = 'UTC'")
        before = session.execute(state.encode()).fetchall()
        with session.transaction():
            for change in transaction.changes():
                if isinstance(change, Insert):
                    session.execute("INSERT INTO jobr_archive.proof VALUES (%s::text::bytea)", [text(change.new)])
                elif isinstance(change, Message):
                    apply(session, change.content)
                    assert session.execute(state.encode()).fetchall() == before
    assert pair.target.rows("SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE relname = 'mine'") == [(ROLE,)]


def test_privileges_on_what_is_not_archived_are_left_out(pair: Pair) -> None:
    pair.begin()
    pair.source.run(
        "CREATE TEMP TABLE t (a int); GRANT SELECT ON t TO PUBLIC; SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC"
    )
    pair.follow()


def test_the_capture_s_own_upkeep_is_not_replayed(pair: Pair) -> None:
    pair.begin()
    pair.target.run("DROP FUNCTION jobr_archive.point")
    pair.source.run("GRANT EXECUTE ON FUNCTION jobr_archive.point(text) TO PUBLIC; CREATE TABLE t (a int PRIMARY KEY)")
    assert pair.source.install(slot=False).changes == ["PUBLIC: EXECUTE on 1 functions of jobr_archive taken back"]
    pair.follow()
    assert pair.target.schema() == pair.source.schema()


def test_a_server_comes_back_without_its_options(pair: Pair) -> None:
    pair.begin("CREATE FOREIGN DATA WRAPPER w")
    pair.source.run(
        "CREATE SERVER s TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (secret 'x')",
        "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'x')",
        "CREATE FOREIGN TABLE f (a int) SERVER s OPTIONS (name 'n')",
    )
    pair.follow()
    assert pair.target.rows("SELECT srvname, srvtype, srvversion, srvoptions FROM pg_foreign_server") == [
        ("s", "t", "1", None)
    ]
    assert pair.target.rows("SELECT to_regclass('f') IS NOT NULL") == [(True,)]


def test_an_event_trigger_of_the_source_does_its_work_once(pair: Pair) -> None:
    pair.begin(
        """CREATE FUNCTION also() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity ~ 'also_') THEN
                EXECUTE format('CREATE TABLE also_%s (a int PRIMARY KEY)', (SELECT count(*) FROM pg_class WHERE relname ~ '^also_'));
            END IF; END $$;
        CREATE EVENT TRIGGER also ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION also()"""
    )
    pair.source.run("CREATE TABLE t (a int PRIMARY KEY)", "CREATE TABLE u (a int PRIMARY KEY)")
    pair.follow()
    assert pair.target.schema() == pair.source.schema()
