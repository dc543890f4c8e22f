"""A database with the whole capture, archived and backed up, to be recovered beside itself."""

from collections.abc import Iterator

import pytest

from tests.postgres_cluster import PostgresCluster
from tests.runtime.recovery.whole.world import Protected
from tests.runtime.wal.conftest import archived, logical_cluster
from tests.runtime.wal.world import Archived

__all__ = ["archived", "logical_cluster"]


@pytest.fixture
def protected(archived: Archived, programs: PostgresCluster) -> Iterator[Protected]:
    """The capture is installed; there is neither a line nor a base yet."""
    assert programs.binaries
    world = Protected(archived)
    world.install()
    yield world
    world.drop()
