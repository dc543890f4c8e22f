"""The demonstration application as a process, with its real database."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

from runtime.common.clock import Clock, Deadline
from runtime.deployments.smoke.requests import Target
from runtime.deployments.smoke.run import Runner
from runtime.deployments.smoke.suite import Suite
from runtime.deployments.verdict import Finding, Level
from sandbox.home import PROJECT
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.application.dependencies import MIB, login
from sandbox.rehearsal.application.faults import Share
from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.tasks import Tasks
from sandbox.rehearsal.third_parties import ThirdParties
from tests.sandbox.rehearsal.conftest import Until
from tests.sandbox.rehearsal.world import DIGEST, DOMAIN, World

SUITE = Suite.load(DIGEST)
Answer = tuple[int, dict[str, str], Any]


class Started:
    """A process of the application, and what it answers."""

    def __init__(self, address: str, environment: dict[str, str]) -> None:
        self.url = f"http://{address}:5000"
        command = [sys.executable, "-m", "sandbox.rehearsal.application", address, "5000"]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def ask(self, path: str, method: str = "GET", body: str | None = None) -> Answer:
        answer = urllib3.request(method, self.url + path, body=body, retries=False)
        kind = answer.headers.get("content-type", "")
        said = answer.json() if kind.startswith("application/json") else answer.data.decode()
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, said

    def is_live(self) -> bool:
        try:
            return self.ask("/live")[0] == 200
        except urllib3.exceptions.HTTPError:
            return False

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture
def start(account: Account, url: str, extra: dict[str, str], ends: ExitStack, until: Until) -> Callable[..., Started]:
    def make(**environment: str) -> Started:
        usual = {"APP_VERSION": DIGEST, "DATABASE_URL": url, "OPENAI_API_KEY": "sk-x", "MEMORY_LIMIT": "1024"}
        made = Started(f"{account.home.subnet}.211", {**usual, **extra, **environment})
        ends.callback(made.process.kill)
        until(made.is_live)
        return made

    return make


def test_every_answer_names_the_version_and_keeps_browsers_safe(start: Callable[..., Started]) -> None:
    application = start()
    for path in ("/live", "/jobs", "/metrics", "/.well-known/anything"):
        _, headers, _ = application.ask(path)
        assert headers["x-app-version"] == DIGEST
        assert headers["x-content-type-options"] == "nosniff"
    assert application.ask("/.well-known/anything")[0] == 404
    assert application.ask("/api/v1/auth/login", "POST", "{")[0] == 400
    assert application.ask("/uploads?seconds=0", "POST", "abc")[2] == {"received": 3}
    assert 'http_requests_total{status="404"} 2' in application.ask("/metrics")[2]


def test_a_third_party_that_is_down_degrades_health_and_touches_no_readiness(
    start: Callable[..., Started], parties: ThirdParties, until: Until
) -> None:
    application = start()
    status, _, said = application.ask("/health")
    assert (status, said["status"], said["version"]) == (200, "healthy", DIGEST)
    parties.down.add("openai")
    until(lambda: application.ask("/health")[0] == 503)
    _, _, said = application.ask("/health")
    assert said["status"] == "degraded"
    assert (said["checks"]["database"]["healthy"], said["checks"]["external_services"]["healthy"]) == (True, False)
    assert application.ask("/ready")[0] == 200


def test_memory_is_the_applications_own_and_not_that_of_whoever_started_it(start: Callable[..., Started]) -> None:
    ballast = b"x" * (600 * MIB)
    del ballast
    memory = start(MEMORY_LIMIT="500").ask("/health")[2]["checks"]["memory"]
    assert memory["healthy"]
    assert 0 < memory["usedMib"] < 500


def test_readiness_ends_with_the_database(start: Callable[..., Started], url: str) -> None:
    application = start(DATABASE_URL=url.replace(":5432/", ":5433/"))
    assert application.ask("/ready")[0] == 503
    assert application.ask("/live")[0] == 200
    assert application.ask("/health")[2]["checks"]["database"]["healthy"] is False


def test_a_database_whose_certificate_nobody_trusts_is_none(
    start: Callable[..., Started], tmp_path: Any, account: Account
) -> None:
    stranger = tmp_path / "ca.pem"
    other = account.home.root / "tls" / "third-parties.pem"
    stranger.write_bytes(other.read_bytes())
    assert start(PGSSLROOTCERT=str(stranger)).ask("/ready")[0] == 503


def test_sigterm_lets_the_upload_in_flight_end_and_takes_nothing_new(
    start: Callable[..., Started], until: Until
) -> None:
    application = start()
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(application.ask("/uploads?seconds=2", "POST", "abc")))
    thread.start()
    # The upload does not count itself before it is answered, so its connection is what shows that it is in flight.
    until(lambda: _connections(application) == 1)
    application.process.send_signal(signal.SIGTERM)
    until(lambda: not application.is_live())
    assert application.process.poll() is None
    thread.join()
    assert answers[0][0] == 200
    assert application.process.wait(60) == 0


def test_it_ends_with_whoever_started_it(start: Callable[..., Started]) -> None:
    application = start()
    assert application.process.stdin
    application.process.stdin.close()
    assert application.process.wait(60) == 0


def _connections(application: Started) -> int:
    import psutil

    found = psutil.Process(application.process.pid).net_connections("tcp")
    return sum(one.status == "ESTABLISHED" and one.laddr.port == 5000 for one in found)


def test_faults_are_of_what_people_use(start: Callable[..., Started]) -> None:
    application = start(FAULT_FAIL_RATIO="1")
    assert [application.ask(path)[0] for path in ("/live", "/ready", "/health", "/jobs")] == [200, 200, 200, 500]


def test_a_share_is_spread_evenly() -> None:
    share = Share(0.02)
    assert [number for number in range(200) if share.next()] == [49, 99, 149, 199]


def test_a_release_that_never_is_ready_lives(start: Callable[..., Started]) -> None:
    application = start(FAULT_NEVER_READY="true")
    assert (application.ask("/live")[0], application.ask("/ready")[0]) == (200, 503)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"FAULT_CRASH": "true", "DATABASE_URL": "x", "PGSSLROOTCERT": "x"}, ""),
        ({}, "DATABASE_URL and PGSSLROOTCERT must be set"),
    ],
)
def test_a_release_that_cannot_start_ends_at_once(environment: dict[str, str], said: str, account: Account) -> None:
    ended = Started(f"{account.home.subnet}.212", environment)
    assert ended.process.wait(60) == 1
    assert ended.process.stderr
    assert said in ended.process.stderr.read().decode()


def test_the_databases_login_trusts_what_the_rehearsal_says_and_not_a_path_of_the_real_image() -> None:
    url = "postgresql://a%40b:p%3Aw@db:5433/app?sslmode=disable&sslrootcert=/etc/ssl/certs/rds.pem"
    found = login({"DATABASE_URL": url, "PGSSLROOTCERT": "/home/ca.pem"})
    assert (found["user"], found["password"], found["host"], found["port"]) == ("a@b", "p:w", "db", 5433)
    assert (found["sslmode"], found["sslrootcert"]) == ("verify-full", "/home/ca.pem")


def smoke(account: Account, balancer: Balancer) -> dict[str, Finding]:
    target = Target(balancer.address, DOMAIN, balancer.test.port, balancer.plain.port)
    clock = Clock()
    authority = account.home.certificate_authority.read_text()
    runner = Runner(target, authority, clock, Deadline.never(clock), lambda _: None)
    return {finding.check: finding for finding in runner.run(SUITE)}


@dataclass(frozen=True)
class Service:
    """A service of an embedded account with its load balancer."""

    world: World
    tasks: Tasks
    balancer: Balancer


@pytest.fixture
def service(whole: World, tasks: Tasks, balance: Callable[[World], Balancer]) -> Service:
    return Service(whole, tasks, balance(whole))


@pytest.mark.parametrize(("faults", "bad"), [({}, set()), ({"FAULT_FAIL_RATIO": "1"}, {"a broken body is refused"})])
def test_the_projects_smoke_suite_tells_a_good_release_from_a_bad_one(
    account: Account, service: Service, until: Until, faults: dict[str, str], bad: set[str]
) -> None:
    blue = service.world.groups[0]
    service.tasks.start(service.world.revision(faults), blue, 1)
    until(lambda: list(service.balancer.health(blue).values()) == ["healthy"])
    found = smoke(account, service.balancer)
    said = json.dumps({name: finding.message for name, finding in found.items()})
    assert {name for name, finding in found.items() if finding.outcome is not Level.OK} == bad, said
