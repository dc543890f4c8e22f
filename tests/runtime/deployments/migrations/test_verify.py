"""The verification on a real PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.common.errors import SettingsError
from runtime.common.postgres import Connection
from runtime.deployments.migrations.errors import NotReadyError, VerificationError
from runtime.deployments.migrations.expected import Expected, Index, Query
from runtime.deployments.migrations.sessions import check
from runtime.deployments.migrations.verify import verify
from tests.postgres_cluster import PostgresCluster
from tests.runtime.conftest import PLAIN

TABLE = "CREATE TABLE users (id int, email text); INSERT INTO users VALUES (1, 'a'), (2, 'a');"


@pytest.fixture
def login(postgres_cluster: PostgresCluster) -> Connection:
    cluster, name = postgres_cluster, postgres_cluster.create_database()
    return Connection(cluster.host, cluster.port, name, cluster.user, cluster.password, PLAIN)


@pytest.fixture
def run(postgres_cluster: PostgresCluster, login: Connection) -> Callable[..., None]:
    def statements(*texts: str) -> None:
        with postgres_cluster.connect(login.database) as session:
            for text in texts:
                session.execute(text)

    return statements


def problems(login: Connection, expected: Expected) -> tuple[str, ...]:
    with pytest.raises(VerificationError) as caught:
        verify(login, expected)
    return caught.value.problems


def test_the_file_of_the_team_holds_what_the_guide_names() -> None:
    expected = Expected.read()
    assert set(expected.tables) == {"users", "jobs", "applications", "cvs", "subscriptions", "payments"}
    required = {index.name for index in expected.indexes if index.required}
    assert required == {"idx_users_email", "idx_applications_user_status", "idx_jobs_posted_date"}
    assert {query.sql.split(" FROM ")[1].split()[0] for query in expected.queries} == {"users", "jobs"}
    assert set(expected.extensions) == {"pg_stat_statements"}


def test_everything_that_is_missing_is_told_at_once(login: Connection) -> None:
    expected = Expected(
        tables=("users", "audit.log"),
        indexes=(Index(name="idx_users_email", table="users"),),
        queries=(Query(sql="SELECT * FROM users LIMIT 1"),),
    )
    assert problems(login, expected) == (
        "the table users is missing",
        "the table audit.log is missing",
        "the index idx_users_email of users is missing",
        'the query "SELECT * FROM users LIMIT 1" fails: relation "users" does not exist',
    )


def test_a_view_is_no_table_and_a_partitioned_table_is_one(login: Connection, run: Callable[..., None]) -> None:
    run("CREATE VIEW users AS SELECT 1 AS id", "CREATE TABLE jobs (id int) PARTITION BY RANGE (id)")
    assert problems(login, Expected(tables=("users", "jobs"))) == ("the table users is missing",)


def test_an_index_of_another_table_or_schema_is_not_the_one_that_is_expected(
    login: Connection, run: Callable[..., None]
) -> None:
    run(TABLE, "CREATE TABLE jobs (id int)", "CREATE INDEX idx_users_email ON jobs (id)")
    expected = Expected(indexes=(Index(name="idx_users_email", table="users"),))
    assert problems(login, expected) == ("the index idx_users_email of users is missing",)


def test_an_index_in_another_schema_is_found_by_its_tables_name(login: Connection, run: Callable[..., None]) -> None:
    run("CREATE SCHEMA audit", "CREATE TABLE audit.log (id int)", "CREATE INDEX idx_log ON audit.log (id)")
    assert verify(login, Expected(tables=("audit.log",), indexes=(Index(name="idx_log", table="audit.log"),))) == ()


def test_an_invalid_index_is_found_although_nobody_expects_it(login: Connection, run: Callable[..., None]) -> None:
    run(TABLE)
    with pytest.raises(Exception, match="could not create unique index"):
        run("CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON users (email)")
    (problem,) = problems(login, Expected())
    assert problem.startswith("the index idx_users_email of users is invalid; to mend it: DROP INDEX CONCURRENTLY")
    run("DROP INDEX CONCURRENTLY idx_users_email")
    assert verify(login, Expected()) == ()


def test_an_index_that_may_be_missing_is_only_warned_of(login: Connection, run: Callable[..., None]) -> None:
    run(TABLE)
    expected = Expected(indexes=(Index(name="idx_jobs_search", table="users", required=False),))
    assert verify(login, expected) == ("the index idx_jobs_search of users is missing",)


@pytest.mark.parametrize(
    ("rows", "where", "problem"),
    [("some", "id > 9", "brings no row, and must bring some"), ("none", "id = 1", "brings a row, and must bring none")],
)
def test_a_query_may_ask_for_rows_or_for_none(
    login: Connection, run: Callable[..., None], rows: str, where: str, problem: str
) -> None:
    run(TABLE)
    query = {"sql": f"SELECT 1 FROM users WHERE {where}", "rows": rows}  # noqa: S608  # constants of this test
    (found,) = problems(login, Expected.model_validate({"queries": [query]}))
    assert found.endswith(problem)


def test_a_query_that_writes_is_refused_and_changes_nothing(login: Connection, run: Callable[..., None]) -> None:
    run(TABLE)
    (problem,) = problems(login, Expected(queries=(Query(sql="DELETE FROM users"),)))
    assert "read-only transaction" in problem
    assert verify(login, Expected(queries=(Query(sql="SELECT * FROM users", rows="some"),))) == ()


def test_an_old_extension_fails_and_one_that_is_behind_the_server_is_warned_of(
    login: Connection, run: Callable[..., None]
) -> None:
    # The embedded server has plpgsql alone, at 1.0.
    assert verify(login, Expected(extensions={"plpgsql": "1.0"})) == ()
    (problem,) = problems(login, Expected(extensions={"plpgsql": "1.10"}))
    assert problem == "the extension plpgsql is 1.0, and must be 1.10 or newer: ALTER EXTENSION plpgsql UPDATE"
    run("UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'")
    (warning,) = verify(login, Expected())
    assert warning == "the extension plpgsql is 0.9, the server has 1.0: ALTER EXTENSION plpgsql UPDATE"
    run("DROP EXTENSION plpgsql")
    assert problems(login, Expected(extensions={"plpgsql": "0.5"})) == (
        "the extension plpgsql is missing: CREATE EXTENSION plpgsql",
    )


def test_an_extension_that_the_server_does_not_offer_is_only_warned_of(login: Connection) -> None:
    (warning,) = verify(login, Expected(extensions={"pg_nothing": "1.0"}))
    assert "this server does not offer it" in warning


def test_a_file_with_mistakes_tells_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "expected.toml"
    path.write_text('tabels = ["users"]\n[[queries]]\nsql = ""\n')
    with pytest.raises(SettingsError) as caught:
        Expected.read(path)
    assert {problem.partition(":")[0] for problem in caught.value.problems} == {"tabels", "queries.0.sql"}
    path.write_text("tables = [")
    with pytest.raises(SettingsError, match="it is no TOML"):
        Expected.read(path)


def test_a_login_without_a_limit_for_locks_is_not_fit_to_migrate(login: Connection) -> None:
    with pytest.raises(NotReadyError, match="has no lock_timeout"):
        check(login)
