from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.home import Home
from tests.sandbox.cloud.postgres.support import Bench


@pytest.fixture(scope="session")
def bench(cloud: Home, aws: Callable[[str], Any]) -> Bench:
    return Bench(cloud, aws("rds"))


@pytest.fixture(scope="session")
def primary(bench: Bench) -> Iterator[str]:
    """An instance that tests look at and connect to; it is not changed."""
    name = "primary"
    bench.create(name)
    bench.available(name)
    yield name
    bench.delete(name)


@pytest.fixture
def instance(bench: Bench) -> Iterator[str]:
    """An instance for one test alone."""
    name = "alone"
    bench.create(name)
    bench.available(name)
    yield name
    if name in {found["DBInstanceIdentifier"] for found in bench.rds.describe_db_instances()["DBInstances"]}:
        bench.delete(name)
