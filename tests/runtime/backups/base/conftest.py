"""A cluster with logical decoding, one for all tests of this folder, and an empty database with a place for its bases."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.postgres_cluster import PostgresCluster, running_cluster
from tests.runtime.backups.base.making import SETTINGS, Making

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="package")
def logical_cluster() -> Iterator[PostgresCluster]:
    with running_cluster(SETTINGS) as cluster:
        yield cluster


@pytest.fixture
def making(logical_cluster: PostgresCluster, bucket: "S3Client", monkeypatch: pytest.MonkeyPatch) -> Making:
    monkeypatch.setenv("PATH", f"{logical_cluster.binaries}{os.pathsep}{os.environ['PATH']}")
    return Making(logical_cluster, bucket, logical_cluster.create_database("source"))
