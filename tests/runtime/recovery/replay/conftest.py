"""A cluster with logical decoding, one for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.postgres_cluster import PostgresCluster, running_cluster
from tests.runtime.recovery.replay.world import World


@pytest.fixture(scope="package")
def logical_cluster() -> Iterator[PostgresCluster]:
    """Enough slots for every test that runs at once."""
    with running_cluster({"wal_level": "logical", "max_replication_slots": "20", "max_wal_senders": "20"}) as cluster:
        yield cluster


@pytest.fixture
def world(logical_cluster: PostgresCluster) -> Iterator[World]:
    """Two empty databases; nothing is captured yet."""
    world = World(logical_cluster, logical_cluster.create_database("source"), logical_cluster.create_database("target"))
    yield world
    world.drop()
