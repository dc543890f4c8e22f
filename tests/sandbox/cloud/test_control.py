import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from sandbox.cloud import control
from sandbox.cloud.errors import CloudError
from sandbox.home import PORT, Home
from tests.sandbox.cloud.support import Functions


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    control.stop(home)


def test_a_cloud_is_started_once_and_each_start_has_an_identity_of_its_own(home: Home) -> None:
    assert control.status(home).state == "never started"
    first = control.start(home)
    again = control.start(home)
    assert (again.pid, again.boot_id) == (first.pid, first.boot_id)
    control.stop(home)
    assert control.status(home).state == "dead"
    assert control.start(home).boot_id != first.boot_id


def test_a_killed_cloud_is_recognised_and_started_anew(home: Home) -> None:
    first = control.start(home)
    assert first.pid
    os.kill(first.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(first.pid)] if psutil.pid_exists(first.pid) else [], timeout=5)
    dead = control.status(home)
    assert (dead.state, dead.boot_id) == ("dead", first.boot_id)
    assert control.start(home).boot_id != first.boot_id


def test_what_a_killed_cloud_left_running_ends_with_the_next_stop(home: Home, tmp_path: Path) -> None:
    status = control.start(home)
    assert status.pid
    mark = tmp_path / "function"
    source = f"import os, time\ndef handle(event, context):\n    open({str(mark)!r}, 'w').write(str(os.getpid()))\n    time.sleep(300)"
    session: Any = boto3.session.Session("sandbox", "sandbox", "sandbox", "us-east-1")
    pinned = {"endpoint_url": home.endpoint, "verify": str(home.certificate_authority)}
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = session.client("iam", **pinned).create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client = session.client("lambda", **pinned)
    arn = Functions(client, role).make(source, Timeout=300)
    client.invoke(FunctionName=arn, InvocationType="Event")
    deadline = time.monotonic() + 30
    while not (mark.exists() and mark.read_text()):
        assert time.monotonic() < deadline, "the function does not start"
        time.sleep(0.05)
    left = psutil.Process(int(mark.read_text()))
    os.kill(status.pid, signal.SIGKILL)
    assert left.is_running()
    control.stop(home)
    assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE


def test_a_busy_port_is_explained_with_its_holder(home: Home) -> None:
    code = f"import socket, time; s = socket.create_server(('{home.address}', {PORT})); print('up', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "up\n"
        with pytest.raises(CloudError, match=rf"{home.address}:{PORT} is taken by process {holder.pid} .*SANDBOX_HOME"):
            control.start(home)
    finally:
        holder.kill()
        holder.communicate()
    assert control.status(home).state == "never started"


def test_a_stranger_with_a_recycled_process_id_is_left_alone(home: Home) -> None:
    home.root.mkdir()
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        stale = {"pid": stranger.pid, "created": 1.0, "boot_id": "gone"}
        (home.root / "cloud.json").write_text(json.dumps(stale))
        assert control.status(home).state == "dead"
        control.stop(home)
        assert stranger.poll() is None
        assert control.start(home).pid != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_damaged_record_counts_as_never_started(home: Home) -> None:
    home.root.mkdir()
    (home.root / "cloud.json").write_text("{")
    assert control.status(home).state == "never started"


def test_an_interrupted_start_leaves_nothing_running(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    spawn = control._spawn

    def remember(home: Home) -> subprocess.Popen[bytes]:
        started.append(spawn(home))
        return started[0]

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(control, "_spawn", remember)
    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        control.start(home)
    assert started[0].poll() is not None


def test_a_server_that_cannot_listen_says_why(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from sandbox.cloud import server

    def refuse(*_: object, **__: object) -> None:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "create_server", refuse)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with pytest.raises(CloudError, match=r"cannot listen on .*loopback"):
        server.build(home)
