"""A real PostgreSQL and real S3 calls for the functions' tests."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from runtime.backups.backup import Surroundings
from runtime.backups.settings import BackupSettings
from runtime.common.aws import s3_client, secrets_manager_client
from runtime.common.clock import Clock, Deadline
from runtime.common.logging import Redactor
from runtime.common.postgres import Connection, Tls
from tests.postgres_cluster import PostgresCluster, postgres_cluster

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["postgres_cluster"]

BUCKET = "jobr-test-backups"
KEY = "arn:aws:kms:us-east-1:123456789012:key/5d3f2c8a-8f0a-4a55-9c5e-2f4f7e1f0b11"
PLAIN = Tls("disable", None)


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    """The URL of an AWS on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty AWS, with an environment that leads the SDK there and nowhere else."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "PG"))]:
        monkeypatch.delenv(name)
    variables = {
        "AWS_ENDPOINT_URL": aws_server,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    # A client of an earlier test must not be handed out again by boto3's default session.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield aws_server
    connection = HTTPConnection(aws_server.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def bucket(aws: str) -> "S3Client":
    """A client of an S3 that has the bucket of the backups, with versions."""
    client = s3_client()
    assert client.meta.endpoint_url == aws, "no call may leave this machine"
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def programs(postgres_cluster: PostgresCluster, monkeypatch: pytest.MonkeyPatch) -> PostgresCluster:
    """The cluster, with its own pg_dump and pg_restore first on PATH."""
    monkeypatch.setenv("PATH", f"{postgres_cluster.binaries}{os.pathsep}{os.environ['PATH']}")
    return postgres_cluster


@dataclass(frozen=True)
class Scene:
    """Everything that a backup needs: a database, a bucket, a secret and the settings that name them."""

    cluster: PostgresCluster
    settings: BackupSettings
    around: Surroundings

    def connection(self, database: str) -> Connection:
        """How to log in to a database of the cluster."""
        return Connection(
            self.cluster.host, self.cluster.port, database, self.cluster.user, self.cluster.password, PLAIN
        )

    def never(self) -> Deadline:
        """All the time in the world."""
        return Deadline.never(self.around.clock)

    def left_behind(self) -> dict[str, list[Any]]:
        """What is in the bucket: finished objects, and uploads that are still open."""
        objects = self.around.s3.list_object_versions(Bucket=BUCKET).get("Versions", [])
        uploads = self.around.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return {"objects": [item["Key"] for item in objects], "uploads": [item["Key"] for item in uploads]}


@pytest.fixture
def scene(bucket: "S3Client", programs: PostgresCluster) -> Scene:
    """A scene whose database is empty."""
    secrets = secrets_manager_client()
    value = json.dumps({"username": programs.user, "password": programs.password, "engine": "postgres"})
    arn = secrets.create_secret(Name="database", SecretString=value)["ARN"]
    settings = BackupSettings(
        environment="test",
        database_host=programs.host,
        database_port=programs.port,
        database_name=programs.create_database(),
        database_secret_arn=arn,
        backup_bucket=BUCKET,
        backup_kms_key_arn=KEY,
    )
    return Scene(programs, settings, Surroundings(bucket, secrets, PLAIN, Clock(), Redactor()))
