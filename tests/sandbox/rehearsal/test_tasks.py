"""Tasks of an embedded service as processes."""

from collections.abc import Callable

import psutil
import pytest
import urllib3

from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.tasks import Tasks
from tests.sandbox.rehearsal.conftest import Until
from tests.sandbox.rehearsal.world import DIGEST, World


def processes(tasks: Tasks) -> list[psutil.Process]:
    return [psutil.Process(task.process.pid) for task in tasks._all]


def test_tasks_have_the_definitions_environment_its_secrets_and_the_rehearsals_own(
    world: World, tasks: Tasks, extra: dict[str, str]
) -> None:
    tasks._of_image = lambda image: {"FAULT_NEVER_READY": "true"} if image.endswith(DIGEST) else {}
    tasks.start(world.revision({"LOG_LEVEL": "debug"}), world.groups[0], 1)
    environment = processes(tasks)[0].environ()
    expected = {
        "APP_VERSION": DIGEST,
        "LOG_LEVEL": "debug",
        "DATABASE_URL": world.url,
        "OPENAI_API_KEY": "sk-of-a-test",
        "FAULT_NEVER_READY": "true",
        **extra,
    }
    assert expected.items() <= environment.items()
    assert "AWS_ACCESS_KEY_ID" not in environment


def test_each_has_an_address_of_its_own_and_is_a_target_on_the_containers_port(world: World, tasks: Tasks) -> None:
    revision = world.revision()
    tasks.start(revision, world.groups[0], 2)
    tasks.start(revision, world.groups[0], 1)
    assert world.registered(0) == tasks.targets(revision)
    assert len(set(tasks.targets(revision))) == tasks.running(revision) == 3
    assert {target.partition(":")[2] for target in tasks.targets(revision)} == {"5000"}


def test_draining_takes_the_targets_away_first_and_the_oldest_or_the_newest_alone(
    world: World, tasks: Tasks, until: Until
) -> None:
    revision = world.revision()
    tasks.start(revision, world.groups[0], 4)
    oldest, second, third, newest = tasks.targets(revision)
    running = processes(tasks)
    until(lambda: all(_is_live(one) for one in (oldest, newest)))
    tasks.drain_one(revision, world.groups[0])
    assert tasks.targets(revision) == world.registered(0) == [second, third, newest]
    assert not running[0].is_running()
    tasks.drain_newest(revision, world.groups[0])
    assert tasks.targets(revision) == world.registered(0) == [second, third]
    tasks.drain(revision, world.groups[0])
    assert (tasks.running(revision), world.registered(0)) == (0, [])
    assert not any(process.is_running() for process in running)


def test_a_task_that_ended_by_itself_is_replaced_and_one_that_runs_is_not(
    world: World, tasks: Tasks, until: Until
) -> None:
    revision = world.revision()
    tasks.start(revision, world.groups[0], 2)
    killed, kept = tasks.targets(revision)
    assert tasks.replace_ended(revision, world.groups[0]) == 0
    processes(tasks)[0].kill()
    until(lambda: tasks.running(revision) == 1)
    assert tasks.replace_ended(revision, world.groups[0]) == 1
    assert killed not in world.registered(0)
    assert kept in world.registered(0)
    assert len(world.registered(0)) == tasks.running(revision) == 2


def test_a_secret_that_cannot_be_had_is_told_and_starts_nothing(world: World, tasks: Tasks, account: Account) -> None:
    revision = world.revision()
    secrets = account.client("secretsmanager")
    for secret in secrets.list_secrets(Filters=[{"Key": "name", "Values": [world.name]}])["SecretList"]:
        secrets.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
    with pytest.raises(RehearsalError, match="DATABASE_URL"):
        tasks.start(revision, world.groups[0], 1)
    assert tasks.started == 0


def test_the_end_leaves_no_process(world: World, tasks: Tasks) -> None:
    tasks.start(world.revision(), world.groups[0], 2)
    running = processes(tasks)
    tasks.end()
    assert not any(process.is_running() for process in running)


def test_the_load_balancer_calls_a_task_healthy_that_reaches_its_database(
    whole: World, tasks: Tasks, balance: Callable[[World], Balancer], until: Until, pace: Pace
) -> None:
    balancer, revision = balance(whole), whole.revision()
    tasks.start(revision, whole.groups[1], 1)
    until(lambda: balancer.health(whole.groups[1]) == {tasks.targets(revision)[0]: "healthy"})
    assert [change.state for change in balancer.changes] == ["initial", "healthy"]
    assert balancer.changes[0].at <= balancer.changes[1].at <= pace.clock.now()


def _is_live(target: str) -> bool:
    try:
        return urllib3.request("GET", f"http://{target}/live", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
