"""docs/database/adoption.md, rehearsed: an instance that somebody made by hand becomes the stack's primary."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

from sandbox import inventory
from sandbox.cloud import control
from sandbox.engine.cli import Interrupts
from sandbox.engine.progress import Progress
from sandbox.engine.run import FailedError, run
from sandbox.engine.workspace import open_stack
from sandbox.home import Home
from tests.integration.test_settings import copied

NAME = "jobr-development-primary"
PASSWORD = "the-old-password"
# What the policies ask of every database; the rest comes with the deployment after the adoption.
BY_HAND: dict[str, Any] = {
    "DBInstanceIdentifier": NAME,
    "Engine": "postgres",
    "EngineVersion": "18",
    "DBInstanceClass": "db.t4g.medium",
    "AllocatedStorage": 20,
    "MaxAllocatedStorage": 100,
    "StorageType": "gp3",
    "StorageEncrypted": True,
    "MasterUsername": "jobr_admin",
    "MasterUserPassword": PASSWORD,
    "DBName": "jobr",
    "BackupRetentionPeriod": 1,
    "EnableIAMDatabaseAuthentication": True,
    "CopyTagsToSnapshot": True,
    "MonitoringInterval": 60,
    "MonitoringRoleArn": "arn:aws:iam::123456789012:role/monitoring",
    "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
    "EnablePerformanceInsights": True,
    "PubliclyAccessible": False,
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    root = tmp_path / "home"
    root.mkdir()
    found = Home(root.resolve())
    control.start(found)
    yield found
    control.stop(found)


def _made_by_hand(home: Home) -> dict[str, Any]:
    """The instance, with a table of the master user's in it and a key of its own."""
    rds, kms = inventory.client(home, "rds"), inventory.client(home, "kms")
    rds.create_db_instance(**BY_HAND, KmsKeyId=kms.create_key()["KeyMetadata"]["Arn"])
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=NAME, WaiterConfig={"Delay": 1})
    with _connected(home, "jobr_admin", PASSWORD) as session:
        session.execute("CREATE TABLE candidates (name text)")
        session.execute("INSERT INTO candidates VALUES ('Ada')")
    return _instance(home)


def _instance(home: Home) -> dict[str, Any]:
    found = inventory.client(home, "rds").describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"]
    instance: dict[str, Any] = found[0]
    return instance


def _connected(home: Home, user: str, password: str) -> "psycopg.Connection[tuple[Any, ...]]":
    place: dict[str, Any] = _instance(home)["Endpoint"]
    return psycopg.connect(
        host=place["Address"],
        port=place["Port"],
        dbname="jobr",
        user=user,
        password=password,
        sslmode="verify-full",
        sslrootcert=str(home.certificate_authority),
        autocommit=True,
    )


def _engine(home: Home, source: Path, what: Callable[[Any], Callable[..., Any]]) -> tuple[Progress, str]:
    """One command on this source: its steps, and what it told of its failure."""
    file = io.StringIO()
    console = Console(file=file, width=300)
    progress = Progress("t")
    with Interrupts(console.print) as interrupts:
        workspace = open_stack(home, "development", interrupts, source=source)
        try:
            run(console, workspace, interrupts, progress, what(workspace.stack))
        except FailedError:
            return progress, file.getvalue()
    return progress, ""


def test_an_instance_that_was_made_by_hand_is_adopted_without_losing_a_row(home: Home, tmp_path: Path) -> None:
    before = _made_by_hand(home)
    adopting = copied(tmp_path / "adopting", databaseAdopt="true", databaseReplica="false")
    adopted = copied(tmp_path / "adopted", databaseReplica="false")
    # It is imported; only the roles wait for the password that the next deployment gives it.
    _, why = _engine(home, adopting, lambda stack: stack.up)
    assert "password authentication failed" in why
    assert _instance(home)["DbiResourceId"] == before["DbiResourceId"]
    preview, why = _engine(home, adopted, lambda stack: stack.preview)
    assert why == ""
    assert ("updated", "aws:rds/instance:Instance", NAME) in _steps(preview)
    assert {word for word, _, _ in _steps(preview)} <= {"created", "updated"}
    _, why = _engine(home, adopted, lambda stack: stack.up)
    assert why == ""
    after = _instance(home)
    assert (after["DbiResourceId"], after["KmsKeyId"]) == (before["DbiResourceId"], before["KmsKeyId"])
    secrets = inventory.client(home, "secretsmanager")
    (arn,) = [s["ARN"] for s in secrets.list_secrets()["SecretList"] if "-application-login" in s["Name"]]
    login = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    with _connected(home, login["username"], login["password"]) as session:
        assert session.execute("SELECT name FROM candidates").fetchall() == [("Ada",)]
    last, _ = _engine(home, adopted, lambda stack: stack.preview)
    assert set(last.planned) == {"unchanged"}


def _steps(progress: Progress) -> list[tuple[str, str, str]]:
    """What is done to which type, by its name."""
    return [(step.word, *_type_and_name(step.urn)) for step in progress.steps]


def _type_and_name(urn: str) -> tuple[str, str]:
    *_, types, name = urn.split("::")
    return types.rpartition("$")[2], name
