import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from runtime.common.aws import secrets_manager_client
from runtime.common.errors import SecretError, SettingsError
from runtime.common.logging import Redactor
from runtime.common.postgres import Connection
from runtime.database_roles.handler import handle, run
from runtime.database_roles.roles import Role
from runtime.database_roles.settings import DatabaseRolesSettings, secret_field
from tests.runtime.conftest import PLAIN
from tests.runtime.database_roles.conftest import MAXIMUM, Database

CONTEXT = SimpleNamespace(aws_request_id="request")


def _store(name: str, login: Connection) -> str:
    value = json.dumps({"username": login.user, "password": login.password})
    arn: str = secrets_manager_client().create_secret(Name=name, SecretString=value)["ARN"]
    return arn


@pytest.fixture
def settings(aws: str, database: Database) -> DatabaseRolesSettings:
    del aws  # the calls find it by the environment
    arns: dict[str, Any] = {secret_field(role): _store(role, login) for role, login in database.logins.items()}
    return DatabaseRolesSettings(
        environment="test",
        database_host=database.master.host,
        database_port=database.master.port,
        database_name=database.master.database,
        maximum_connections=MAXIMUM,
        master_secret_arn=_store("master", database.master),
        **arns,
    )


def test_every_login_works_with_what_is_in_its_secret(database: Database, settings: DatabaseRolesSettings) -> None:
    report = run(settings, secrets_manager_client(), PLAIN, Redactor())
    assert "jobr_application made" in report.changes
    for role in Role:
        database.open(role).close()


def test_a_secret_of_another_login_is_refused_before_anything_is_changed(
    database: Database, settings: DatabaseRolesSettings
) -> None:
    swapped = settings.model_copy(update={"backup_secret_arn": settings.application_secret_arn})
    with pytest.raises(SecretError, match="is for jobr_application, and not for jobr_backup"):
        run(swapped, secrets_manager_client(), PLAIN, Redactor())
    with database.open_superuser() as session:
        assert session.execute("SELECT FROM pg_roles WHERE rolname = 'jobr_application'").rowcount == 0


def test_a_secret_without_a_password_is_named_without_its_value(settings: DatabaseRolesSettings) -> None:
    secrets_manager_client().put_secret_value(
        SecretId=settings.backup_secret_arn, SecretString='{"username": "jobr_backup", "pass": "s3cr3t"}'
    )
    with pytest.raises(SecretError, match="wrong in it: password") as caught:
        run(settings, secrets_manager_client(), PLAIN, Redactor())
    assert "s3cr3t" not in str(caught.value)


def test_the_log_says_what_was_changed_and_holds_no_password(
    database: Database,
    settings: DatabaseRolesSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("runtime.database_roles.handler.Tls.verified", lambda: PLAIN)
    for field, variable in DatabaseRolesSettings.variables().items():
        monkeypatch.setenv(variable, str(getattr(settings, field)))
    answer = handle({}, CONTEXT)
    said = capsys.readouterr().out
    assert json.loads(said)["changes"] == answer["changes"]
    assert not any(login.password in said for login in [database.master, *database.logins.values()])
    assert "SCRAM" not in said


def test_a_failure_is_logged_and_raised_with_every_problem(
    aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del aws
    for variable in DatabaseRolesSettings.variables().values():
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(SettingsError, match="MASTER_SECRET_ARN is not set"):
        handle({}, CONTEXT)
    assert json.loads(capsys.readouterr().out)["event"] == "roles not applied"


def test_the_data_of_the_roles_is_read_without_a_library() -> None:
    code = (
        "import sys, runtime.database_roles.roles; print(sorted({'boto3', 'psycopg', 'pydantic'} & set(sys.modules)))"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"
