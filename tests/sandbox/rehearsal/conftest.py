"""One embedded cloud with a database for the tests of what runs real requests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sandbox.cloud import control
from sandbox.home import Home
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.counters import Counters
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.tasks import Tasks
from sandbox.rehearsal.third_parties import ThirdParties
from tests.sandbox.rehearsal.world import World, database_url

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    home = Home(tmp_path_factory.mktemp("rehearsal"))
    control.start(home)
    yield Account(home)
    control.stop(home)


@pytest.fixture(scope="session")
def url(account: Account) -> str:
    return database_url(account)


@pytest.fixture
def world(account: Account) -> World:
    """One without a database: what its tasks are told leads nowhere."""
    return World(account, f"postgresql://jobr:x@{account.home.subnet}.250:5432/app")


@pytest.fixture
def whole(account: Account, url: str) -> World:
    return World(account, url)


@pytest.fixture
def pace() -> Pace:
    return Pace.of(20.0)


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def parties(account: Account, ends: ExitStack) -> ThirdParties:
    made = ThirdParties(account.home)
    ends.callback(made.end)
    return made


@pytest.fixture
def extra(account: Account, parties: ThirdParties) -> dict[str, str]:
    return {"PGSSLROOTCERT": str(account.home.certificate_authority), **parties.environment}


@pytest.fixture
def tasks(account: Account, pace: Pace, extra: dict[str, str], ends: ExitStack) -> Tasks:
    made = Tasks(account, pace, extra)
    ends.callback(made.end)
    return made


@pytest.fixture
def balance(account: Account, pace: Pace, ends: ExitStack) -> Callable[[World], Balancer]:
    def make(world: World) -> Balancer:
        made = Balancer(account, world.balancer, Counters(world.balancer, pace.clock.now), pace)
        ends.callback(made.end)
        return made

    return make


@pytest.fixture
def until() -> Until:
    """Wait, a minute of the wall at most, until something holds."""
    wall = Pace.of(1.0)

    def wait(holds: Callable[[], bool]) -> None:
        assert wall.wait(60.0, holds, 0.05)

    return wait
