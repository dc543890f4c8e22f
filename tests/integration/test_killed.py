"""A command killed at any moment, and a cloud that died: the next command goes on, or says why it cannot."""

import os
import random
import re
import signal
import time

import psutil
import pytest

from sandbox.cloud import control
from tests.integration.conftest import Sandbox


def kill_during_up(sandbox: Sandbox, resources: int, *, engine_too: bool) -> None:
    """Kill an `up` with SIGKILL as soon as the state holds so many resources; with its engine and plugins, or without.

    One that ends before that has to have succeeded.
    """
    with sandbox.start("up") as process:
        while process.poll() is None and len(sandbox.state().live) < resources:
            time.sleep(0.02)
        if process.poll() is None:
            children = psutil.Process(process.pid).children(recursive=True) if engine_too else []
            os.kill(process.pid, signal.SIGKILL)
            cloud = control.status(sandbox.home).pid
            for child in children:
                if child.pid != cloud:
                    child.kill()
        text, _ = process.communicate()
    assert process.returncode in {0, -signal.SIGKILL}, text


@pytest.mark.parametrize(("engine_too", "seed"), [(False, 11), (True, 23)], ids=["command alone", "command and engine"])
def test_an_up_killed_at_any_moment_converges_and_leaves_nothing_unknown(
    fresh: Sandbox, seed: int, *, engine_too: bool
) -> None:
    moments = sorted(random.Random(seed).sample(range(1, 90), 3))  # noqa: S311 - moments, no secrets
    for resources in moments:
        kill_during_up(fresh, resources, engine_too=engine_too)
        # A sidecar of the state that was cut off while it was written would make the whole state unreadable.
        assert list((fresh.home.root / "state").rglob("*.attrs")) == []
    fresh.must("up")
    assert fresh.state().pending == [], f"killed at {moments}"
    assert set(fresh.must("up").counts) == {"unchanged"}
    # What a killed command made and no state knows would be left now.
    answer = fresh.run("down")
    assert answer.code == 0, f"killed at {moments}: {answer.text}"


def test_a_dead_cloud_is_explained_and_forgotten_on_request(fresh: Sandbox) -> None:
    kill_during_up(fresh, 5, engine_too=True)
    resources = len(fresh.state().live)
    cloud = control.status(fresh.home)
    assert cloud.pid is not None
    psutil.Process(cloud.pid).kill()
    before = fresh.state()
    for command in ("up", "refresh", "preview", "down"):
        answer = fresh.run(command)
        assert answer.code == 2, answer.text
        assert re.search(rf"the {resources} resources\s+in the state are gone", answer.text), answer.text
        assert "make reset" in answer.text
    assert fresh.run("status").code == 1
    assert fresh.state() == before, "explaining must change nothing"
    assert "forgot the stack development" in fresh.must("reset").text
    assert fresh.state().empty
