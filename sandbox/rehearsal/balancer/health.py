"""The load balancer's own health checks, by each target group's settings, on the rehearsal's clock.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html: one passed check makes a new target
healthy; after that it takes as many in a row as the thresholds say; each check has a connection of its own, and begins an interval after
the one before whatever that took; a group of unhealthy targets alone gets its requests all the same.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from sandbox.rehearsal.balancer.table import Group, Table
from sandbox.rehearsal.pace import Pace

INITIAL, HEALTHY, UNHEALTHY, DRAINING = "initial", "healthy", "unhealthy", "draining"
Key = tuple[str, str]


@dataclass(frozen=True)
class HealthChange:
    """A target of a group (by its ARN) came into this state, at this moment of the rehearsal's clock."""

    at: datetime
    group: str
    target: str
    before: str
    state: str


@dataclass
class Health:
    """A target's state, and how many checks in a row said otherwise."""

    state: str = INITIAL
    streak: int = 0

    def take(self, group: Group, *, passed: bool) -> None:
        """Count a check."""
        said = HEALTHY if passed else UNHEALTHY
        if said == self.state:
            self.streak = 0
            return
        self.streak += 1
        needed = group.unhealthy if not passed else 1 if self.state == INITIAL else group.healthy
        if self.streak >= needed:
            self.state, self.streak = said, 0


class Checks:
    """Checks every registered target. Its methods belong to one loop; `states` and `changes` may be read by any thread."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._running: dict[Key, asyncio.Task[None]] = {}
        self.states: dict[Key, Health] = {}
        self.changes: list[HealthChange] = []

    def follow(self, table: Table) -> set[Key]:
        """Check these targets from now on, and no others; those that are gone since the last call."""
        wanted = {(arn, target): table.groups[arn] for arn, targets in table.targets.items() for target in targets}
        gone = self._running.keys() - wanted.keys()
        for key in gone:
            self._running.pop(key).cancel()
            self._note(key, self.states.pop(key).state, DRAINING)
        for key in wanted.keys() - self._running.keys():
            self.states[key] = Health()
            self._note(key, "", INITIAL)
            self._running[key] = asyncio.create_task(self._check(key, wanted[key]))
        return gone

    def of(self, group: str) -> Mapping[str, str]:
        """The state of each target of a group."""
        return {target: health.state for (arn, target), health in self.states.copy().items() if arn == group}

    def usable(self, group: str, targets: tuple[str, ...]) -> list[str]:
        """The targets that get requests: the healthy ones, or all when there are unhealthy ones alone."""
        found = {target: self.states[group, target].state for target in targets if (group, target) in self.states}
        healthy = [target for target, state in found.items() if state == HEALTHY]
        if not healthy and found and all(state == UNHEALTHY for state in found.values()):
            return list(found)
        return healthy

    async def _check(self, key: Key, group: Group) -> None:
        steady, due = self._pace.clock.steady, self._pace.clock.steady()
        while True:
            passed = await _passes(group, key[1])
            health = self.states[key]
            before = health.state
            health.take(group, passed=passed)
            if health.state != before:
                self._note(key, before, health.state)
            # A check that took longer than the interval delays the next ones on a busy machine.
            due = max(due + group.interval, steady())
            await asyncio.sleep((due - steady()) / self._pace.speed)

    def _note(self, key: Key, before: str, state: str) -> None:
        self.changes.append(HealthChange(self._pace.clock.now(), *key, before, state))


async def _passes(group: Group, target: str) -> bool:
    """Whether a check passes. Its time limit is the wall's, as the answer is a real one."""
    timeout = aiohttp.ClientTimeout(total=group.timeout)
    headers = {"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{target}{group.path}", headers=headers, allow_redirects=False) as answer,
        ):
            return group.passes(answer.status)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
