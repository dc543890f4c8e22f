"""A cluster with logical decoding, one for all tests of this folder, with a source database and an empty one."""

from collections.abc import Iterator

import pytest

from tests.postgres_cluster import PostgresCluster, running_cluster
from tests.runtime.backups.base.conftest import making
from tests.runtime.backups.base.making import SETTINGS, Making
from tests.runtime.recovery.base.restoring import Restoring

__all__ = ["making"]


@pytest.fixture(scope="package")
def logical_cluster() -> Iterator[PostgresCluster]:
    with running_cluster(SETTINGS) as cluster:
        yield cluster


@pytest.fixture
def restoring(making: Making) -> Restoring:
    return Restoring(making, making.cluster.create_database("target"))
