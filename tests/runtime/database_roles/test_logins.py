from dataclasses import replace

import pytest
from psycopg import sql

from runtime.common.errors import DatabaseError
from runtime.database_roles.roles import Role
from runtime.database_roles.work import Work
from tests.runtime.database_roles.conftest import Database


def test_a_new_secret_becomes_the_password_of_its_login_alone(database: Database) -> None:
    database.apply()
    old = database.logins[Role.BACKUP]
    database.logins[Role.BACKUP] = replace(old, password="another one")
    assert database.apply().changes == ("jobr_backup: the password of its secret",)
    database.open(Role.BACKUP).close()
    assert database.apply().changes == ()


def test_a_login_that_has_no_connection_left_is_not_taken_for_one_with_a_wrong_password(database: Database) -> None:
    database.apply()
    sessions = [database.open(Role.REPLICATION) for _ in range(5)]
    assert database.apply().changes == ()
    for session in sessions:
        session.close()


def test_the_server_keeps_a_scram_verifier_and_never_hears_the_password(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    change = Work.change

    def listening(work: Work, what: str, statement: sql.SQL | sql.Composed) -> None:
        sent.append(statement.as_string(work.session))
        change(work, what, statement)

    monkeypatch.setattr(Work, "change", listening)
    database.apply()
    assert sum("PASSWORD 'SCRAM-SHA-256$" in statement for statement in sent) == len(Role)
    assert not any("secret-of" in statement for statement in sent)
    with database.open_superuser() as session:
        kept = session.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'jobr_application'").fetchone()
    assert kept is not None
    assert kept[0].startswith("SCRAM-SHA-256$")


def test_a_login_that_still_cannot_log_in_is_an_error_with_its_name(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.database_roles.logins.set_password", lambda _work, _login: None)
    with pytest.raises(DatabaseError, match="jobr_application cannot log in") as caught:
        database.apply()
    assert "secret-of" not in str(caught.value)


def test_a_database_that_cannot_be_reached_is_a_clear_error(database: Database) -> None:
    away = Database(database.cluster, replace(database.master, port=1), database.logins)
    with pytest.raises(DatabaseError, match="Look at DATABASE_HOST and DATABASE_PORT"):
        away.apply()


def test_a_wrong_master_password_is_a_clear_error_without_the_password(database: Database) -> None:
    wrong = Database(database.cluster, replace(database.master, password="wrong-one"), database.logins)
    with pytest.raises(DatabaseError, match="The secret and the database disagree") as caught:
        wrong.apply()
    assert "wrong-one" not in str(caught.value)
