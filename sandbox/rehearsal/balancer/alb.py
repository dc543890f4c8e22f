"""The Application Load Balancer: listeners on loopback, kept up to date with the account and published to CloudWatch."""

import asyncio
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from infra.network.flows import HTTP_PORT, HTTPS_PORT, TEST_LISTENER_PORT
from sandbox.cloud.certificates import issue
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer.forwarding import IDLE_SECONDS, Forwarder
from sandbox.rehearsal.balancer.health import DRAINING, HEALTHY, Checks, HealthChange
from sandbox.rehearsal.balancer.table import Reader, Table
from sandbox.rehearsal.counters import Counters
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.loop import Loop
from sandbox.rehearsal.pace import Pace

# Seconds of the wall between two looks at the account. AWS does not document how long its own load balancer takes.
LOOK_SECONDS = 0.5
ADDRESS = 241
NAMES = "*.sandbox.internal"
BACKLOG = 512
# What is still asked when the rehearsal is over is cut off; 0 would be for ever to aiohttp.
END_SECONDS = 0.1
# The same shares of traffic in the same order each time.
SEED = 1


@dataclass(frozen=True)
class Listener:
    """Where a listener is: a free port on the load balancer's address, as 443 and 80 are for superusers."""

    scheme: str
    address: str
    port: int

    @property
    def url(self) -> str:
        """The same as a URL."""
        return f"{self.scheme}://{self.address}:{self.port}"


class Balancer:
    """Serves until `end`. `balancer` is the load balancer's ARN, `certificate` the files of its certificate and key: one for NAMES by default.

    `changes` are the health of every target as it changed.
    """

    def __init__(
        self,
        account: Account,
        balancer: str,
        counters: Counters,
        pace: Pace,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.address = f"{account.home.subnet}.{ADDRESS}"
        self._account, self._counters, self._pace = account, counters, pace
        self._reader = Reader(account, balancer)
        self._table = self._reader.read()
        self._checks = Checks(pace)
        self._runners: list[web.ServerRunner] = []
        self._ended = threading.Event()
        self._failures: list[Exception] = []
        tls = _tls(certificate or issue(account.home, "rehearsal", addresses=[self.address], dns_names=[NAMES]))
        self._loop = Loop("load balancer")
        self._forwarder = self._loop.run(self._begin())
        self.production = self._loop.run(self._listen(HTTPS_PORT, tls))
        self.test = self._loop.run(self._listen(TEST_LISTENER_PORT, tls))
        self.plain = self._loop.run(self._listen(HTTP_PORT, None))
        self._thread = threading.Thread(target=self._run, daemon=True, name="load balancer's looks")
        self._thread.start()

    @property
    def weights(self) -> Mapping[str, int]:
        """The production rule's, by the groups' ARNs, as they are used now."""
        return self._table.forward(HTTPS_PORT).weights

    @property
    def groups(self) -> tuple[str, str]:
        """The ARNs of the two target groups of the production rule, in the rule's order."""
        first, second = self.weights
        return first, second

    @property
    def changes(self) -> list[HealthChange]:
        """The health of each target, as it changed."""
        return self._checks.changes

    @property
    def left(self) -> list[str]:
        """Each time that a healthy target left before it was drained, as text."""
        return [
            f"{change.target} at {change.at:%H:%M:%S}"
            for change in list(self.changes)
            if change.before == HEALTHY and change.state != DRAINING
        ]

    def health(self, group: str) -> Mapping[str, str]:
        """The state of each target (`address:port`) of a group, by the group's ARN: initial, healthy or unhealthy."""
        return self._checks.of(group)

    def end(self) -> None:
        """Listen no more, and publish what was not. A RehearsalError when the account could not be read meanwhile."""
        self._ended.set()
        self._thread.join()
        self._loop.run(self._close())
        self._loop.end()
        self._counters.publish(self._account, everything=True)
        if self._failures:
            raise RehearsalError(f"the load balancer could not follow the account: {self._failures[0]}")

    async def _begin(self) -> Forwarder:
        forwarder = Forwarder(self._table, self._checks, self._counters, SEED)
        self._checks.follow(self._table)
        return forwarder

    async def _listen(self, port: int, tls: ssl.SSLContext | None) -> Listener:
        if port not in self._table.rules:
            raise RehearsalError(f"the load balancer has no listener on {port}: run `make up`")
        server = web.Server(partial(self._forwarder.answer, port=port), access_log=None, keepalive_timeout=IDLE_SECONDS)
        runner = web.ServerRunner(server, shutdown_timeout=END_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, self.address, 0, ssl_context=tls, backlog=BACKLOG)
        await site.start()
        self._runners.append(runner)
        return Listener("https" if tls else "http", self.address, int(runner.addresses[0][1]))

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self._loop.run(self._follow(self._reader.read()))
                for group in self._table.groups:
                    self._counters.hosts(group, self.health(group).values())
                self._counters.publish(self._account)
            except (BotoCoreError, ClientError, RehearsalError) as error:
                self._failures.append(error)

    async def _follow(self, table: Table) -> None:
        before, self._table, self._forwarder.table = self._table, table, table
        for arn, target in self._checks.follow(table):
            delay = before.groups[arn].drain / self._pace.speed
            asyncio.get_running_loop().call_later(delay, self._cut, target)

    def _cut(self, target: str) -> None:
        """Unless it is registered again by now."""
        if not any(target in targets for targets in self._table.targets.values()):
            self._forwarder.cut(target)

    async def _close(self) -> None:
        self._checks.follow(Table())
        for runner in self._runners:
            await runner.cleanup()
        await self._forwarder.end()


def _tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*certificate)
    return context
