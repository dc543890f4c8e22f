"""A captured source and a target, on a cluster with logical decoding."""

from collections.abc import Iterator

import pytest

from tests.postgres_cluster import PostgresCluster
from tests.runtime.recovery.ddl.pair import Pair
from tests.runtime.wal.capture.capturing import Source
from tests.runtime.wal.capture.conftest import logical_cluster

__all__ = ["logical_cluster"]


@pytest.fixture
def pair(logical_cluster: PostgresCluster) -> Iterator[Pair]:
    """Two empty databases; nothing is captured yet."""
    names = [logical_cluster.create_database(role) for role in ("source", "target")]
    source, target = (Source(logical_cluster, name) for name in names)
    yield Pair(source, target)
    source.drop()
    target.drop()
