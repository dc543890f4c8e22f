"""A cluster with logical decoding, and an empty database in it."""

from collections.abc import Iterator

import pytest

from tests.postgres_cluster import PostgresCluster, running_cluster
from tests.runtime.wal.capture.capturing import Source

SETTINGS = {"wal_level": "logical", "max_replication_slots": "20", "max_wal_senders": "20"}


@pytest.fixture(scope="package")
def logical_cluster() -> Iterator[PostgresCluster]:
    with running_cluster(SETTINGS) as cluster:
        yield cluster


@pytest.fixture
def source(logical_cluster: PostgresCluster) -> Iterator[Source]:
    """An empty database; each test installs the capture itself."""
    source = Source(logical_cluster, logical_cluster.create_database("source"))
    yield source
    source.drop()
