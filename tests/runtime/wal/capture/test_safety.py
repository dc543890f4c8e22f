"""The capture never stops a change of the schema, gives nobody rights, and lets nothing secret out."""

from collections.abc import Iterator
from threading import Thread
from time import monotonic
from typing import Any

import psycopg
import pytest
from psycopg import sql

from runtime.wal.pgoutput import Message
from tests.runtime.wal.capture.capturing import Source

LOGIN = "capture_login"
TRAPS = "capture_traps"


@pytest.fixture
def login(source: Source) -> Iterator[str]:
    """Somebody who may make tables and nothing else; the capture is installed."""
    source.install()
    with source.cluster.connect() as session:
        password = sql.Literal(source.cluster.password)
        session.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(LOGIN), password))
    source.run(f"GRANT CREATE ON SCHEMA public TO {LOGIN}; CREATE SCHEMA {TRAPS} AUTHORIZATION {LOGIN}")
    source.stream()
    yield LOGIN
    source.run(f"DROP OWNED BY {LOGIN} CASCADE; DROP ROLE {LOGIN}")


def test_a_login_without_rights_in_the_archive_is_captured_as_itself(source: Source, login: str) -> None:
    source.run("CREATE TABLE mine (a int); ALTER TABLE mine ADD b int", user=login)
    said = source.announcements()
    assert [(item["tag"], item["user"]) for item in said] == [
        ("CREATE TABLE", login),
        ("ALTER TABLE", source.cluster.user),
        ("ALTER TABLE", login),
    ]
    assert said[1]["text"] == "ALTER TABLE ONLY public.mine REPLICA IDENTITY FULL"


def test_a_function_with_its_owner_s_rights_is_captured_as_its_owner(source: Source, login: str) -> None:
    source.run(
        "CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN CREATE TABLE made (a int PRIMARY KEY); END $$"
    )
    source.stream()
    source.run("SELECT make()", user=login)
    (said,) = source.announcements()
    assert (said["user"], said["text"], said["nested"]) == (
        source.cluster.user,
        "CREATE TABLE made (a int PRIMARY KEY)",
        True,
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT jobr_archive.emit('{}')",
        "SELECT jobr_archive.keep_tables('{1}')",
        "SELECT jobr_archive.point('x')",
        "INSERT INTO jobr_archive.proof VALUES ('x')",
        "SELECT * FROM jobr_archive.proof",
        "CREATE TABLE jobr_archive.mine (a int)",
        "ALTER PUBLICATION jobr_archive SET (publish = 'insert')",
    ],
)
def test_a_login_without_rights_can_do_nothing_in_the_archive(source: Source, login: str, attempt: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        source.run(attempt, user=login)


def test_names_that_are_statements_are_names(source: Source, login: str) -> None:
    evil = '"x REPLICA IDENTITY FULL; ALTER ROLE capture_login SUPERUSER; --"'
    source.run(f"CREATE TABLE {evil} (a int); CREATE TABLE {TRAPS}.{evil} AS SELECT 1 AS {evil}", user=login)
    source.run(
        f"ALTER TABLE {evil} SET UNLOGGED; ALTER TABLE {evil} SET LOGGED; ALTER TABLE {evil} ADD {evil} timestamptz DEFAULT now()",
        user=login,
    )
    assert source.rows("SELECT rolsuper FROM pg_roles WHERE rolname = %s", login) == [(False,)]
    assert not any(item["kind"] == "failed" for item in source.announcements())


def test_functions_and_operators_of_the_caller_are_never_called(source: Source, login: str) -> None:
    traps = " ".join(
        f"CREATE FUNCTION {TRAPS}.{name} RETURNS {type_} LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER ROLE {LOGIN} SUPERUSER'; RETURN NULL; END $$;"
        for name, type_ in {
            "set_config(text, text, boolean)": "text",
            "current_setting(text)": "text",
            "sha256(bytea)": "bytea",
            "pg_logical_emit_message(boolean, text, bytea)": "pg_lsn",
            "concat(text, text)": "text",
        }.items()
    )
    operators = f"CREATE OPERATOR {TRAPS}.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = {TRAPS}.concat);"
    source.run(traps + operators, user=login)
    source.stream()
    path = f"SET search_path = {TRAPS}, public, pg_catalog;"
    source.run(
        path + "CREATE TABLE t (a int); ALTER TABLE t ADD b int; DROP TABLE t; CREATE TABLE u AS SELECT 1 AS a",
        user=login,
    )
    source.run(path + "CREATE TABLE trapped (a int)")
    assert source.rows("SELECT rolsuper FROM pg_roles WHERE rolname = %s", login) == [(False,)]
    said = source.announcements()
    assert len(said) == 8, "four statements and one, and three identities"
    assert {item["kind"] for item in said} == {"statement"}


@pytest.mark.parametrize("setting", ["caller", "rewrites", "let_go", "statements"])
def test_a_session_that_plays_with_the_capture_s_settings_harms_itself_at_most(
    source: Source, login: str, setting: str
) -> None:
    source.run(
        f"SET jobr_archive.{setting} = 'no such thing'; CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t ADD b int",
        user=login,
    )
    said = source.announcements()
    assert source.rows("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0") == [(2,)]
    assert all(item["kind"] == "statement" or item["base"] for item in said), "what is not captured is said"
    assert all(item["user"] == login for item in said if item["kind"] == "statement")


@pytest.mark.parametrize(
    "harm",
    [
        "CREATE OR REPLACE FUNCTION jobr_archive.describe(tag text, context text, number integer, objects jsonb, reasons text[]) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN RAISE ''broken''; END'",
        "DROP FUNCTION jobr_archive.describe",
        "DROP VIEW jobr_archive.tables",
        "DROP TABLE jobr_archive.proof",
        "DROP PUBLICATION jobr_archive_changes",
    ],
)  # fmt: skip
def test_a_broken_capture_stops_nothing_and_the_archive_hears_of_it(source: Source, harm: str) -> None:
    source.install()
    source.run(harm)
    # The publications and what is captured of them must be there for the slot to be read.
    notices: list[str] = []
    with source.open() as session:
        session.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        for text in (
            "CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 2)",
            "CREATE TABLE keyless AS SELECT 1 AS a",
            "ALTER TABLE t DROP CONSTRAINT t_pkey",
            "UPDATE t SET b = 3; UPDATE keyless SET a = 2; DELETE FROM keyless",
            "DROP TABLE t, keyless",
        ):
            session.execute(text.encode())
    if "PUBLICATION" not in harm:
        assert any("jobr_archive:" in notice for notice in notices)
        assert any(item["kind"] == "failed" and item["base"] for item in source.announcements())
    source.install(slot=False)
    source.run("CREATE TABLE after (a int); INSERT INTO after VALUES (1); UPDATE after SET a = 2")


def test_two_open_transactions_that_make_tables_wait_two_seconds_at_most(source: Source) -> None:
    source.install()
    with source.open() as first:
        first.execute("BEGIN")
        first.execute("CREATE TABLE one (a int PRIMARY KEY)")
        began = monotonic()
        source.run("CREATE TABLE two (a int PRIMARY KEY)", "INSERT INTO two VALUES (1)", "UPDATE two SET a = 2")
        assert monotonic() - began < 10
        first.execute("COMMIT")
    gaps = [item for item in source.announcements() if item["kind"] == "gap"]
    assert [item["objects"][0]["identity"] for item in gaps] == ["public.two"]
    assert "lock timeout" in gaps[0]["objects"][0]["reason"]
    assert "ALTER PUBLICATION jobr_archive_changes ADD TABLE ONLY public.two" in source.install(slot=False).changes


def test_a_cancelled_statement_is_cancelled(source: Source) -> None:
    source.install()
    with source.open() as holder, source.open() as session:
        holder.execute("BEGIN")
        holder.execute("CREATE TABLE one (a int PRIMARY KEY)")
        session.execute("SET statement_timeout = '500ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            session.execute("CREATE TABLE two (a int PRIMARY KEY)")


def test_many_sessions_that_change_the_schema_at_once_are_all_captured(source: Source) -> None:
    source.install()

    def work(number: int) -> None:
        source.run(*(f"CREATE TABLE t{number}_{item} (a int PRIMARY KEY)" for item in range(10)))

    threads = [Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({item["objects"][0]["identity"] for item in source.announcements() if item["kind"] == "statement"}) == 40
    assert source.rows("SELECT count(*) FROM jobr_archive.tables WHERE NOT in_changes OR NOT in_rows") == [(0,)]


def test_a_point_is_named_in_the_stream_by_those_who_may(source: Source, login: str) -> None:
    source.run(
        f"GRANT USAGE ON SCHEMA jobr_archive TO {login}; GRANT EXECUTE ON FUNCTION jobr_archive.point(text) TO {login}"
    )
    source.stream()
    source.run("SELECT jobr_archive.point('before the Überweisung')", user=login)
    (point,) = (item for item in source.stream() if isinstance(item, Message))
    assert (point.prefix, point.content.decode(), point.transactional) == ("jobr.point", "before the Überweisung", True)
    for name in ("NULL", "''", "'  '", "E'two\\nlines'", "repeat('x', 201)"):
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            source.run(f"SELECT jobr_archive.point({name})", user=login)


def _seconds(session: psycopg.Connection[Any], text: str, times: int = 50) -> float:
    began = monotonic()
    for _ in range(times):
        session.execute(text.encode())
    return (monotonic() - began) / times


def test_a_temporary_table_costs_no_more_than_milliseconds(source: Source) -> None:
    source.install()
    with source.open() as session:
        _seconds(session, "CREATE TEMP TABLE t (a int); DROP TABLE t", 5)
        with_capture = _seconds(session, "CREATE TEMP TABLE t (a int); DROP TABLE t")
    assert with_capture < 0.1
    assert not source.announcements()
