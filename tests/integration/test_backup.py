"""The first promise kept: the deployed function dumps the database, and the object restores into an equal one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

import psycopg
import pytest

from runtime.common.postgres import Connection, Tls
from sandbox.cloud import certificates
from sandbox.home import PROJECT, Home
from tests.integration.conftest import Sandbox
from tests.runtime.backups.example_database import EVERYTHING, LARGE_OBJECTS, READER, ROW_SECURITY, contents, schema

COPY = "restored"


class Primary:
    """The stack's database, as an operator reaches it: by the outputs, the secret and verified TLS."""

    def __init__(self, sandbox: Sandbox) -> None:
        outputs = sandbox.state().outputs
        self.name: str = outputs["databaseName"]
        secrets = sandbox.client("secretsmanager")
        named = {"Filters": [{"Key": "name", "Values": ["jobr-development-master-login"]}]}
        (self.secret_arn,) = [secret["ARN"] for secret in secrets.list_secrets(**named)["SecretList"]]
        login = json.loads(secrets.get_secret_value(SecretId=self.secret_arn)["SecretString"])
        self._login: dict[str, str] = {"user": login["username"], "password": login["password"]}
        self.host, self.port = str(outputs["databaseHost"]), int(outputs["databasePort"])
        self.replica_host = str(outputs["databaseReplicaHost"])
        self._authority = str(sandbox.home.certificate_authority)

    def connection(self, database: str) -> Connection:
        return Connection(self.host, self.port, database, **self._login, tls=Tls("verify-full", self._authority))

    def connect(self, database: str, host: str | None = None) -> "psycopg.Connection[tuple[Any, ...]]":
        place: dict[str, Any] = {"host": host or self.host, "port": self.port, "dbname": database, **self._login}
        return psycopg.connect(**place, sslmode="verify-full", sslrootcert=self._authority, autocommit=True)


@pytest.fixture(scope="module")
def primary(sandbox: Sandbox, first_up: Any) -> Primary:
    del first_up
    found = Primary(sandbox)
    with found.connect(found.name) as session:
        session.execute(READER)
        session.execute(EVERYTHING)
    return found


@pytest.fixture(scope="module")
def manifest_url(sandbox: Sandbox, primary: Primary, tmp_path_factory: pytest.TempPathFactory) -> str:
    del primary
    event = tmp_path_factory.mktemp("event") / "event.json"
    event.write_text("{}")
    printed = sandbox.must("invoke", "database-backup", "--event", str(event)).text
    url = json.loads(printed[printed.index("\n{\n") :])["manifest_url"]
    assert url.startswith(f"s3://{sandbox.state().outputs['backupsBucketName']}/database/")
    return str(url)


def environment(sandbox: Sandbox) -> dict[str, str]:
    clients = sandbox.home.root / "image-bin"
    return {
        **sandbox.environment,
        **sandbox.home.environment(),
        "PATH": f"{clients}{os.pathsep}{os.environ['PATH']}",
        "PGSSLROOTCERT": str(sandbox.home.certificate_authority),
    }


def test_the_deployed_backup_restores_into_an_equal_database(
    sandbox: Sandbox, primary: Primary, manifest_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with primary.connect(primary.name) as session:
        session.execute(f"CREATE DATABASE {COPY}")
    command = [
        sys.executable, "-m", "runtime.backups", "restore", "--manifest", manifest_url,
        "--host", primary.host, "--port", str(primary.port), "--database", COPY, "--secret", primary.secret_arn,
    ]  # fmt: skip
    ended = subprocess.run(
        command, cwd=PROJECT, env=environment(sandbox), capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr
    monkeypatch.setenv("PATH", environment(sandbox)["PATH"])
    assert schema(primary.connection(COPY)) == schema(primary.connection(primary.name))
    assert contents(primary, COPY) == contents(primary, primary.name)  # type: ignore[arg-type]  # only `connect` is used
    assert contents(primary, COPY)["public.bulky"][0] == 2000, "the comparison compares something"  # type: ignore[arg-type]  # as above


def test_the_backup_is_encrypted_with_the_stacks_own_key(sandbox: Sandbox, manifest_url: str) -> None:
    bucket, _, key = manifest_url.removeprefix("s3://").partition("/")
    head = sandbox.client("s3").head_object(Bucket=bucket, Key=key)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert head["SSEKMSKeyId"] == sandbox.state().outputs["storageKeyArn"]


def test_the_replica_follows_and_takes_no_writes(primary: Primary) -> None:
    with primary.connect(primary.name) as session:
        session.execute("CREATE TABLE IF NOT EXISTS follows (n int)")
        session.execute("INSERT INTO follows VALUES (42)")
        row = session.execute("SELECT pg_current_wal_lsn()").fetchone()
    assert row is not None
    with primary.connect(primary.name, primary.replica_host) as session:
        while session.execute("SELECT pg_last_wal_replay_lsn() >= %s", row).fetchone() != (True,):
            session.execute("SELECT pg_sleep(0.05)")
        assert session.execute("SELECT count(*) > 0 FROM follows WHERE n = 42").fetchone() == (True,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.execute("INSERT INTO follows VALUES (43)")


def test_the_database_refuses_plain_text_and_strangers_certificates(primary: Primary, tmp_path: Path) -> None:
    certificates.ensure_authority(Home(tmp_path))
    place: dict[str, Any] = {"host": primary.host, "port": primary.port, "dbname": primary.name, "user": "jobr_admin"}
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(**place, sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(**place, sslmode="verify-full", sslrootcert=str(Home(tmp_path).certificate_authority))


class Unreadable(NamedTuple):
    """What makes something that the backup's login cannot read, what takes it away again, and how a person is told."""

    made: LiteralString
    undone: LiteralString
    reason: str


@pytest.mark.parametrize(
    "what",
    [
        Unreadable(
            ROW_SECURITY,
            "DROP POLICY only_glad ON everything; ALTER TABLE everything DISABLE ROW LEVEL SECURITY",
            "row-level security",
        ),
        Unreadable(LARGE_OBJECTS, "SELECT lo_unlink(oid) FROM pg_largeobject_metadata", "large object"),
    ],
    ids=["row-level security", "large objects"],
)
def test_what_the_backups_login_cannot_read_fails_the_backup_and_is_never_left_out_in_silence(
    sandbox: Sandbox, primary: Primary, manifest_url: str, what: Unreadable
) -> None:
    bucket = manifest_url.removeprefix("s3://").partition("/")[0]
    s3 = sandbox.client("s3")
    before = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="database/")["Contents"]]
    with primary.connect(primary.name) as session:
        session.execute(what.made)
        answer = sandbox.run("invoke", "database-backup")
        session.execute(what.undone)
    assert answer.code == 1
    assert what.reason in answer.text
    assert "To mend it" in answer.text
    after = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="database/")["Contents"]]
    assert after == before
