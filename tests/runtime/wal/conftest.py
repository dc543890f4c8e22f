"""A cluster with logical decoding, one for all tests of this folder, and a database in it that is archived."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from runtime.common.aws import secrets_manager_client
from tests.postgres_cluster import PostgresCluster, running_cluster
from tests.runtime.conftest import BUCKET, KEY
from tests.runtime.wal.world import PUBLICATIONS, Archived

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="package")
def logical_cluster() -> Iterator[PostgresCluster]:
    """Enough slots for every test that runs at once."""
    with running_cluster({"wal_level": "logical", "max_replication_slots": "20", "max_wal_senders": "20"}) as cluster:
        yield cluster


@pytest.fixture
def archived(logical_cluster: PostgresCluster, bucket: "S3Client") -> Iterator[Archived]:
    """A database with a publication of everything, a bucket and a secret; no slot and no line yet."""
    cluster = logical_cluster
    secret = json.dumps({"username": cluster.user, "password": cluster.password})
    arn = secrets_manager_client().create_secret(Name="replication", SecretString=secret)["ARN"]
    database = cluster.create_database("archived")
    cluster.execute(database, PUBLICATIONS)
    variables = {
        "ENVIRONMENT": "test",
        "DATABASE_HOST": cluster.host,
        "DATABASE_PORT": str(cluster.port),
        "DATABASE_NAME": database,
        "DATABASE_INSTANCE": "db-FIRST",
        "REPLICATION_SECRET_ARN": arn,
        "BACKUP_BUCKET": BUCKET,
        "BACKUP_KMS_KEY_ARN": KEY,
        "WAL_SLOT": database,
        "WAL_SECONDS": "0.2",
        "WAL_IDLE_SECONDS": "1",
    }
    world = Archived(cluster, database, bucket, variables)
    yield world
    world.drop()
