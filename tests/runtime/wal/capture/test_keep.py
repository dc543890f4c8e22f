"""The capture is installed once, mended when something is off, and never in the way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from runtime.common.errors import DatabaseError
from runtime.database_roles.work import Work
from runtime.wal.capture import keep
from runtime.wal.capture.objects import EVENT_TRIGGERS, OBJECTS
from tests.runtime.wal.capture.capturing import Source

MASTER = "capture_master"
OWNER = "capture_owner"


@pytest.fixture
def master(source: Source) -> Iterator[str]:
    """Somebody like RDS's master user: no superuser, owns the database, makes roles, and is a member of the role that owns the tables."""
    with source.cluster.connect() as session:
        for statement in (
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(
                sql.Identifier(MASTER), sql.Literal(source.cluster.password)
            ),
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(OWNER), sql.Literal(source.cluster.password)
            ),
            sql.SQL("GRANT {} TO {} WITH INHERIT TRUE, SET TRUE").format(sql.Identifier(OWNER), sql.Identifier(MASTER)),
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(source.name), sql.Identifier(MASTER)),
        ):
            session.execute(statement)
    source.run(f"GRANT CREATE ON SCHEMA public TO {OWNER}")
    yield MASTER
    source.run(f"DROP OWNED BY {MASTER}, {OWNER} CASCADE")
    with source.cluster.connect() as session:
        session.execute(sql.SQL("ALTER DATABASE {} OWNER TO postgres").format(sql.Identifier(source.name)))
        session.execute(sql.SQL("DROP ROLE {}, {}").format(sql.Identifier(MASTER), sql.Identifier(OWNER)))


def test_the_first_run_says_what_it_made_and_the_second_changes_nothing(source: Source) -> None:
    source.run("CREATE TABLE keyless (a int); CREATE TABLE keyed (a int PRIMARY KEY)")
    first = source.install()
    assert "the schema jobr_archive made" in first.changes
    assert "ALTER TABLE ONLY public.keyless REPLICA IDENTITY FULL" in first.changes
    assert sum("event trigger" in change for change in first.changes) == len(EVENT_TRIGGERS)
    assert first.warnings == []
    source.stream()
    second = source.install(slot=False)
    assert (second.changes, second.warnings) == ([], [])
    assert source.stream() == [], "a run that changes nothing writes nothing into the stream"


@pytest.mark.parametrize(
    ("harm", "mended"),
    [
        (
            "CREATE OR REPLACE FUNCTION jobr_archive.capture_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "function jobr_archive.capture_ddl made",
        ),
        ("ALTER FUNCTION jobr_archive.emit(jsonb) SECURITY DEFINER", "function jobr_archive.emit made"),
        (
            "GRANT EXECUTE ON FUNCTION jobr_archive.emit(jsonb) TO PUBLIC",
            "PUBLIC: EXECUTE on 1 functions of jobr_archive taken back",
        ),
        (
            'ALTER EVENT TRIGGER "00_jobr_archive_2_ddl" DISABLE',
            "the event trigger 00_jobr_archive_2_ddl announces changes of the schema",
        ),
        (
            'DROP EVENT TRIGGER "00_jobr_archive_2_drop"',
            "the event trigger 00_jobr_archive_2_drop announces changes of the schema",
        ),
        (
            "ALTER PUBLICATION jobr_archive SET (publish = 'insert, update, delete, truncate')",
            "the publication jobr_archive publishes insert, truncate, no longer insert, update, delete, truncate",
        ),
        (
            "ALTER PUBLICATION jobr_archive_changes DROP TABLE keyed",
            "ALTER PUBLICATION jobr_archive_changes ADD TABLE ONLY public.keyed",
        ),
        ("DROP PUBLICATION jobr_archive", "the publication jobr_archive of all tables"),
        ("ALTER TABLE jobr_archive.proof OWNER TO pg_monitor", "table jobr_archive.proof belongs to the master user"),
    ],
)
def test_what_somebody_harmed_is_mended_and_named(source: Source, harm: str, mended: str) -> None:
    source.run("CREATE TABLE keyed (a int PRIMARY KEY)")
    source.install()
    source.run(harm)
    assert mended in source.install(slot=False).changes
    assert source.install(slot=False).changes == []


def test_a_schema_of_somebody_else_is_refused_because_its_owner_could_forge_the_archive(
    source: Source, master: str
) -> None:
    source.run(f"CREATE SCHEMA jobr_archive AUTHORIZATION {source.cluster.user}")
    with source.open(master) as session, pytest.raises(DatabaseError, match="belongs to somebody else"):
        keep.keep_capture(Work(session))
    assert source.rows("SELECT count(*) FROM pg_publication") == [(0,)], "nothing was made"


def test_a_table_that_is_published_late_needs_a_new_base_and_the_stream_says_so(source: Source) -> None:
    source.install()
    source.run('ALTER EVENT TRIGGER "00_jobr_archive_2_ddl" DISABLE')
    source.run("CREATE TABLE unheard (a int PRIMARY KEY); CREATE TABLE keyless (a int)")
    source.stream()
    source.install(slot=False)
    (gap,) = (item for item in source.announcements() if item["kind"] == "gap")
    assert gap["base"]
    assert [item["identity"] for item in gap["objects"]] == ["public.keyless", "public.unheard"]


def test_where_event_triggers_and_all_tables_are_refused_the_tables_are_listed_and_it_says_what_is_missing(
    source: Source, master: str
) -> None:
    source.run("CREATE TABLE keyed (a int PRIMARY KEY); CREATE TABLE keyless (a int)", user=OWNER)
    work = source.install(master)
    assert "the publication jobr_archive of a list of tables" in work.changes
    assert sum("must be superuser" in warning or "permission denied" in warning for warning in work.warnings) == len(
        EVENT_TRIGGERS
    )
    assert any("changes of the schema are not in the archive" in warning for warning in work.warnings)
    source.run(
        "INSERT INTO keyed VALUES (1)",
        "UPDATE keyed SET a = 2",
        "INSERT INTO keyless VALUES (1)",
        "UPDATE keyless SET a = 2",
        user=OWNER,
    )
    assert [type(item).__name__ for item in source.stream()].count("Update") == 2
    source.run("CREATE TABLE later (a int); INSERT INTO later VALUES (1); UPDATE later SET a = 2", user=OWNER)
    source.stream()
    assert "ALTER TABLE ONLY public.later REPLICA IDENTITY FULL" in source.install(master, slot=False).changes
    said = {item["tag"]: item for item in source.announcements()}
    assert said["CREATE EVENT TRIGGER"]["base"], "who plans a recovery reads the stream, not this program's warnings"
    assert [item["identity"] for item in said["ALTER PUBLICATION"]["objects"]] == ["public.later"]


def test_where_rds_allows_event_triggers_a_list_of_tables_grows_with_every_new_table(
    source: Source, master: str
) -> None:
    source.install(master)
    # As on RDS, event triggers run functions of a master user that is no superuser.
    with source.open() as session:
        for trigger in EVENT_TRIGGERS:
            keep._keep_event_trigger(Work(session), trigger)
    source.stream()
    source.run(
        "BEGIN; CREATE TABLE made (a int PRIMARY KEY, b int); INSERT INTO made VALUES (1, 1); UPDATE made SET b = 2; COMMIT",
        "CREATE TABLE keyless (a int); INSERT INTO keyless VALUES (1); UPDATE keyless SET a = 2",
        "CREATE TABLE filled AS SELECT 1 AS a",
        user=OWNER,
    )
    assert [type(item).__name__ for item in source.stream()].count("Update") == 2
    source.run(
        "ALTER TABLE made SET UNLOGGED",
        "ALTER TABLE made SET LOGGED",
        "CREATE TABLE again AS SELECT 1 AS a",
        user=OWNER,
    )
    said = {item["objects"][0]["identity"]: item["reasons"] for item in source.announcements() if not item["exact"]}
    assert said["public.again"] == ["its rows came before it was published"]
    source.run("INSERT INTO made VALUES (3)", "UPDATE made SET b = 3", user=OWNER)
    assert [type(item).__name__ for item in source.stream()].count("Update") == 2, "it came back after SET LOGGED"


def test_a_table_that_somebody_holds_is_left_as_it_is_and_mended_by_the_next_run(source: Source) -> None:
    source.run("CREATE TABLE busy (a int); CREATE TABLE calm (a int); INSERT INTO busy VALUES (1)")
    with source.open() as holder:
        holder.execute("BEGIN")
        holder.execute("UPDATE busy SET a = 2")
        work = source.install(slot=False)
        holder.execute("UPDATE busy SET a = 3")
        holder.execute("COMMIT")
    (warning,) = work.warnings
    assert warning.startswith("public.busy: changed and deleted rows are not archived: ALTER TABLE ONLY public.busy")
    assert "lock timeout. To mend it: see to that, and deploy again" in warning
    source.run("UPDATE busy SET a = 4")
    assert source.install().changes == ["ALTER TABLE ONLY public.busy REPLICA IDENTITY FULL"]
    assert source.rows("SELECT in_changes FROM jobr_archive.tables WHERE name = 'public.busy'") == [(True,)]


def test_a_table_that_the_master_user_cannot_alter_is_named_and_its_writes_go_on(source: Source, master: str) -> None:
    source.run(f"CREATE TABLE foreigner (a int); ALTER TABLE foreigner OWNER TO {source.cluster.user}")
    work = source.install(master)
    assert any(
        warning.startswith("public.foreigner: changed and deleted rows are not archived: ALTER")
        for warning in work.warnings
    )
    source.run("INSERT INTO foreigner VALUES (1); UPDATE foreigner SET a = 2; DELETE FROM foreigner")


def test_every_file_of_the_folder_is_installed() -> None:
    files = Path(keep.__file__).with_name("sql").glob("*.sql")
    assert {path.stem for path in files} == {item.name for item in OBJECTS}
