import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from sandbox.cloud import control
from sandbox.cloud.postgres import leftovers
from sandbox.cloud.postgres.cluster import Cluster
from sandbox.cloud.postgres.installation import prepare
from sandbox.home import Home
from tests.sandbox.cloud.postgres.support import Bench


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bench]:
    """A cloud of this test's own."""
    home = Home(tmp_path / "home")
    control.start(home)
    session: Any = boto3.session.Session("sandbox", "sandbox", "sandbox", "us-east-1")
    yield Bench(home, session.client("rds", endpoint_url=home.endpoint, verify=str(home.certificate_authority)))
    control.stop(home)


def test_a_cloud_that_ends_takes_its_databases_along(own: Bench) -> None:
    own.create("one")
    own.available("one")
    place = own.installation
    assert leftovers.processes(place.data)
    control.stop(own.home)
    assert leftovers.processes(place.data) == []
    assert not place.data.exists()
    assert not place.sockets.exists()


def test_what_a_killed_cloud_leaves_is_gone_after_the_next_start(own: Bench) -> None:
    own.create("one")
    own.available("one")
    place = own.installation
    left = leftovers.processes(place.data)
    pid = control.status(own.home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert (place.data / "one").exists(), "a killed cloud cannot tidy up"
    control.start(own.home)
    assert not [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert own.folders() == (set(), set())
    own.create("one")
    own.available("one")
    own.connect("one").close()


def test_servers_of_a_killed_cloud_are_ended_even_if_nobody_else_did(tmp_path: Path) -> None:
    place = prepare(Home(tmp_path / "home"))
    cluster = Cluster(place, "orphan", 0, 5432)
    cluster.initialise()
    cluster.configure({})
    cluster.start()
    found = leftovers.processes(place.data)
    assert found
    assert sorted(leftovers.remove(place)) == sorted(process.pid for process in found)
    cluster.stop()
    assert leftovers.processes(place.data) == []
    assert list(place.data.iterdir()) == []
    assert list(place.sockets.iterdir()) == []
    place.data.rmdir()
    place.sockets.rmdir()
