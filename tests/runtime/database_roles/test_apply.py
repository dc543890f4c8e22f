import psycopg
import pytest
from psycopg import errors

from runtime.database_roles.roles import DEFINITIONS, OWNER, Definition, Role
from tests.runtime.database_roles.conftest import MASTER, Database


@pytest.fixture
def applied(database: Database) -> Database:
    """A database with its roles, and a table that a migration made."""
    database.apply()
    with database.open(Role.MIGRATIONS) as session:
        session.execute("CREATE TABLE jobs (id bigserial PRIMARY KEY, title text)")
        session.execute("INSERT INTO jobs (title) VALUES ('welder')")
    return database


def test_the_first_run_tells_what_it_made_and_the_second_changes_nothing(database: Database) -> None:
    first, second = database.apply(), database.apply()
    assert {f"{role.username} made" for role in Role} <= set(first.changes)
    assert second.changes == ()
    assert second.warnings == first.warnings


def test_what_a_migration_makes_belongs_to_the_owner_and_is_the_applications_to_use_at_once(applied: Database) -> None:
    with applied.open_superuser() as session:
        owner = session.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'jobs'").fetchone()
    assert owner == (OWNER,)
    with applied.open(Role.APPLICATION) as session:
        session.execute("INSERT INTO jobs (title) VALUES ('baker')")
        session.execute("UPDATE jobs SET title = 'smith' WHERE title = 'welder'")
        session.execute("DELETE FROM jobs WHERE title = 'smith'")
        assert session.execute("SELECT title FROM jobs").fetchall() == [("baker",)]
    assert applied.apply().changes == ()


def test_a_schema_of_a_migration_is_open_to_the_application_too(applied: Database) -> None:
    with applied.open(Role.MIGRATIONS) as session:
        session.execute("CREATE SCHEMA billing")
        session.execute("CREATE TABLE billing.invoices (id int GENERATED ALWAYS AS IDENTITY)")
    with applied.open(Role.APPLICATION) as session:
        session.execute("INSERT INTO billing.invoices DEFAULT VALUES")


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.APPLICATION, "CREATE TABLE mine (id int)"),
        (Role.APPLICATION, "DROP TABLE jobs"),
        (Role.APPLICATION, "TRUNCATE jobs"),
        (Role.APPLICATION, "ALTER TABLE jobs ADD COLUMN more text"),
        (Role.APPLICATION, "CREATE TEMPORARY TABLE scratch (id int)"),
        (Role.APPLICATION, "CREATE ROLE another"),
        (Role.APPLICATION, f"SET ROLE {OWNER}"),
        (Role.READ_ONLY, "BEGIN READ WRITE; INSERT INTO jobs (title) VALUES ('x')"),
        (Role.READ_ONLY, "BEGIN READ WRITE; CREATE TABLE mine (id int)"),
        (Role.BACKUP, "BEGIN READ WRITE; DELETE FROM jobs"),
        (Role.BACKUP, f"SET ROLE {OWNER}"),
        (Role.REPLICATION, "SELECT * FROM jobs"),
        (Role.REPLICATION, "BEGIN READ WRITE; DELETE FROM jobs"),
        (Role.REPLICATION, "SELECT nextval('jobs_id_seq')"),
        (Role.REPLICATION, "SELECT setval('jobs_id_seq', 1)"),
        (Role.MIGRATIONS, "CREATE ROLE another"),
        (Role.MIGRATIONS, "CREATE DATABASE another"),
    ],
)
def test_no_login_can_do_more_than_its_purpose(applied: Database, role: Role, statement: str) -> None:
    with applied.open(role) as session, pytest.raises(errors.InsufficientPrivilege):
        session.execute(statement.encode())


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.BACKUP])
def test_who_only_reads_reads_everything_and_starts_read_only(applied: Database, role: Role) -> None:
    with applied.open(role) as session:
        assert session.execute("SELECT title FROM jobs").fetchall() == [("welder",)]
        assert session.execute("SELECT last_value FROM jobs_id_seq").fetchall() == [(1,)]
        with pytest.raises(errors.ReadOnlySqlTransaction):
            session.execute("INSERT INTO jobs (title) VALUES ('x')")


def test_the_archiver_samples_every_sequence_of_the_owner_those_to_come_included(applied: Database) -> None:
    with applied.open(Role.MIGRATIONS) as session:
        session.execute("CREATE SCHEMA billing")
        session.execute("CREATE TABLE billing.invoices (id int GENERATED ALWAYS AS IDENTITY)")
        session.execute("INSERT INTO billing.invoices DEFAULT VALUES")
    with applied.open(Role.REPLICATION) as session:
        # Of a sequence that the login may not read, the view knows no value.
        found = session.execute("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences").fetchall()
        named = session.execute("SELECT has_sequence_privilege('billing.invoices_id_seq', 'SELECT')").fetchone()
    assert dict(found) == {"public.jobs_id_seq": 1, "billing.invoices_id_seq": 1}
    assert named == (True,), "by its name, which takes USAGE on the schema"
    assert applied.apply().changes == ()


def test_sequences_that_were_there_before_are_opened_to_the_archiver_and_their_tables_are_not(
    database: Database,
) -> None:
    with database.open_master() as session:
        session.execute("CREATE SCHEMA old")
        session.execute("CREATE TABLE old.jobs (id serial)")
    database.apply()
    with database.open(Role.REPLICATION) as session:
        assert session.execute("SELECT last_value FROM old.jobs_id_seq").fetchall() == [(1,)]
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute("SELECT id FROM old.jobs")


def test_a_privilege_to_come_that_nobody_wrote_down_is_told(applied: Database) -> None:
    with applied.open_master() as session:
        session.execute("ALTER DEFAULT PRIVILEGES FOR ROLE jobr_owner GRANT SELECT ON TABLES TO jobr_replication")
    report = applied.apply()
    assert report.changes == ()
    assert any("jobr_replication gets SELECT on the tables to come, by hand" in text for text in report.warnings)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.role)
def test_every_session_of_a_login_begins_with_the_settings_of_the_data(
    applied: Database, definition: Definition
) -> None:
    with applied.open(definition.role) as session:
        for name, value in definition.settings.items():
            shown = session.execute("SELECT current_setting(%s)::text", [name]).fetchone()
            expected = session.execute("SELECT set_config(%s, %s, true)", [name, value]).fetchone()
            assert shown == expected, name


def test_the_application_gets_four_fifths_of_the_connections_and_the_others_a_few(applied: Database) -> None:
    with applied.open_superuser() as session:
        rows = session.execute("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname LIKE 'jobr\\_%'").fetchall()
    limits = dict(rows)
    assert limits[Role.APPLICATION.username] == 80
    assert all(0 < limits[role.username] <= 10 for role in Role if role is not Role.APPLICATION)


def test_nobody_else_may_connect_or_make_anything(applied: Database) -> None:
    with applied.open_superuser() as session:
        session.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
        try:
            may = "SELECT has_database_privilege('stranger', current_database(), %s)"
            assert [session.execute(may, [p]).fetchone() for p in ("CONNECT", "TEMP", "CREATE")] == [(False,)] * 3
            make = session.execute("SELECT has_schema_privilege('stranger', 'public', 'CREATE')").fetchone()
            assert make == (False,)
        finally:
            session.execute("DROP ROLE stranger")


def test_a_server_without_rds_replication_gives_the_attribute_where_the_master_user_has_it(database: Database) -> None:
    with database.open_superuser() as session:
        session.execute(f"ALTER ROLE {MASTER} REPLICATION")
    database.apply()
    with database.open_superuser() as session:
        found = session.execute("SELECT rolname FROM pg_roles WHERE rolreplication AND rolname LIKE 'jobr\\_%'")
        assert {row[0] for row in found} == {MASTER, Role.REPLICATION.username}


def test_where_the_server_has_rds_replication_the_login_is_a_member(applied: Database) -> None:
    with applied.open_superuser() as session:
        member = session.execute("SELECT pg_has_role(%s, 'rds_replication', 'USAGE')", [Role.REPLICATION.username])
        assert member.fetchone() == (True,)
        attribute = session.execute(
            "SELECT rolreplication FROM pg_roles WHERE rolname = %s", [Role.REPLICATION.username]
        )
        assert attribute.fetchone() == (False,)


def test_objects_that_the_master_user_made_before_are_handed_over(database: Database) -> None:
    with database.open_master() as session:
        session.execute("CREATE SCHEMA old")
        session.execute("CREATE TYPE old.state AS ENUM ('open', 'shut')")
        session.execute('CREATE TABLE old."Odd name" (id serial, state old.state)')
        session.execute("CREATE VIEW old.open AS SELECT id FROM old.\"Odd name\" WHERE state = 'open'")
        session.execute("CREATE FUNCTION old.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    database.apply()
    with database.open_superuser() as session:
        left = session.execute(
            "SELECT count(*) FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o' AND dbid <> 0", [MASTER]
        )
        assert left.fetchone() == (0,)
    with database.open(Role.APPLICATION) as session:
        session.execute("INSERT INTO old.\"Odd name\" (state) VALUES ('open')")
        assert session.execute("SELECT id FROM old.open").fetchall() == [(1,)]
    assert database.apply().changes == ()


def test_objects_of_somebody_out_of_reach_are_named_with_the_remedy(database: Database) -> None:
    with database.open_superuser() as session:
        session.execute("CREATE TABLE theirs (id int)")
    report = database.apply()
    (warning,) = [text for text in report.warnings if "theirs" in text]
    assert "postgres owns table public.theirs" in warning
    assert "GRANT postgres TO the master user" in warning


def test_drift_of_attributes_settings_and_memberships_is_mended(applied: Database) -> None:
    with applied.open_superuser() as session:
        for statement in (
            "ALTER ROLE jobr_application CREATEDB CONNECTION LIMIT 3 VALID UNTIL '2001-01-01'",
            "ALTER ROLE jobr_application SET statement_timeout = '1h'",
            "ALTER ROLE jobr_application SET work_mem = '1GB'",
            "ALTER ROLE jobr_read_only RESET default_transaction_read_only",
            "ALTER ROLE jobr_owner LOGIN",
            "GRANT pg_write_all_data TO jobr_read_only GRANTED BY postgres",
        ):
            session.execute(statement.encode())
    # What a superuser granted, a master user cannot take back; it says so.
    report = applied.apply()
    assert {
        "jobr_application: NOCREATEDB",
        "jobr_application: CONNECTION LIMIT 80",
        "jobr_application: VALID UNTIL 'infinity'",
        "jobr_application: statement_timeout = 30s",
        "jobr_application: work_mem taken back",
        "jobr_read_only: default_transaction_read_only = on",
        "jobr_owner: NOLOGIN",
    } == set(report.changes)
    assert any(text.startswith("not done: jobr_read_only: membership in pg_write_all_data") for text in report.warnings)


def test_a_membership_that_the_master_user_gave_by_hand_is_taken_back(applied: Database) -> None:
    with applied.open_master() as session:
        session.execute("GRANT jobr_owner TO jobr_application")
        session.execute("GRANT pg_read_all_data TO jobr_application WITH ADMIN OPTION")
    report = applied.apply()
    assert set(report.changes) == {
        "jobr_application: membership in jobr_owner taken back",
        "jobr_application: membership in pg_read_all_data taken back",
    }


def test_grants_by_hand_are_told_and_left(applied: Database) -> None:
    with applied.open_master() as session:
        session.execute("GRANT TRUNCATE ON jobs TO jobr_application")
        session.execute("GRANT SELECT ON jobs TO PUBLIC")
        session.execute("CREATE ROLE carol")
        session.execute("GRANT jobr_owner TO carol")
    try:
        report = applied.apply()
        assert report.changes == ()
        said = "\n".join(report.warnings)
        assert "jobr_application has TRUNCATE on table jobs, by hand" in said
        assert "PUBLIC has SELECT on table jobs, by hand" in said
        assert "carol is a member of jobr_owner, by hand" in said
    finally:
        with applied.open_superuser() as session:
            session.execute("DROP ROLE carol")


def test_what_a_dump_could_not_read_is_told_before_the_dump(applied: Database) -> None:
    with applied.open(Role.MIGRATIONS) as session:
        session.execute("SELECT lo_create(0)")
        session.execute("ALTER TABLE jobs ENABLE ROW LEVEL SECURITY")
    said = "\n".join(applied.apply().warnings)
    assert "jobr_backup cannot read 1 large objects" in said
    assert "jobr_backup cannot read 1 tables with row-level security" in said


def test_a_table_that_was_closed_to_the_application_is_opened_again(applied: Database) -> None:
    with applied.open_master() as session:
        session.execute("REVOKE INSERT ON jobs FROM jobr_application")
    assert applied.apply().changes == ("jobr_application: SELECT, INSERT, UPDATE, DELETE on table jobs",)


def test_a_failure_changes_nothing_at_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(_work: object) -> None:
        raise psycopg.errors.InternalError_("the disk is on fire")

    monkeypatch.setattr("runtime.database_roles.grants.keep_grants", explode)
    with pytest.raises(Exception, match="the disk is on fire"):
        database.apply()
    with database.open_superuser() as session:
        made = session.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [[r.username for r in Role]])
        assert made.fetchone() == (0,)
