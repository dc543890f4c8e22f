"""One scenario from its first task to its result."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from infra.releases.lifecycle import Judge
from runtime.deployments.traffic.settings import TrafficSettings
from sandbox.rehearsal.asking import Asking
from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.balancer.health import HEALTHY
from sandbox.rehearsal.conditions import Actions, down
from sandbox.rehearsal.controller import Controller
from sandbox.rehearsal.counters import Counters
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.fleet import Fleet
from sandbox.rehearsal.functions import EmbeddedLambda, Invoker, WarmFunctions
from sandbox.rehearsal.hooks import Hooks
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.load import Load
from sandbox.rehearsal.mailbox import Mailbox
from sandbox.rehearsal.one_off import OneOff
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.releases import Releases
from sandbox.rehearsal.result import Result
from sandbox.rehearsal.scenarios import Scenario
from sandbox.rehearsal.stack import DOMAIN, WATCH
from sandbox.rehearsal.tasks import Tasks
from sandbox.rehearsal.third_parties import ThirdParties
from sandbox.rehearsal.watcher import Watcher

# What serves before a rehearsal begins is deployed without hooks and bake.
BEFORE: Mapping[str, Any] = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0, "lifecycleHooks": []}
# runtime/deployments/traffic/settings.py: with so much for the look itself the metrics' delay is two minutes.
LOOK_SECONDS = 10.0
SERVES_SECONDS = 300.0
DONE, KILLED_AT = "DONE", "SCALE_UP"


@dataclass(frozen=True)
class Part:
    """A scenario by its name, and the variables that it gives to functions."""

    name: str
    scenario: Scenario
    variables: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Play:
    """A scenario under way, as the live picture sees it."""

    name: str
    scenario: Scenario
    pace: Pace
    journal: Journal
    load: Load
    balancer: Balancer
    versions: tuple[str, str]


Show = Callable[[Play], None]


class Stage:
    """Everything that one scenario needs, until `ends` is left."""

    def __init__(self, releases: Releases, table: Mapping[str, Any], part: Part, pace: Pace, ends: ExitStack) -> None:
        scenario, account = part.scenario, releases.stack.account
        self._stack, self._releases, self._table = releases.stack, releases, table
        self._part, self._scenario, self._ends, self._pace = part, scenario, ends, pace
        self._journal = Journal(self._pace.clock.now)
        ends.callback(self._releases.restore)
        self._stack.clear_targets()
        ends.callback(self._stack.clear_targets)
        self._parties = self._ending(ThirdParties(account.home))
        self._counters = Counters(self._stack.balancer, self._pace.clock.now)
        self._balancer = self._ending(
            Balancer(account, self._stack.balancer, self._counters, self._pace, certificate=self._stack.certificate)
        )
        extra = {"PGSSLROOTCERT": str(account.home.certificate_authority), **self._parties.environment}
        self._tasks = self._ending(Tasks(account, self._pace, extra, self._releases.of))
        self._load = self._ending(
            Load(account, self._pace, self._balancer.production, DOMAIN, scenario.rate, scenario.uploads)
        )
        self._ending(OneOff(account, self._stack.cluster, extra, self._releases.of)).start()
        self._mailbox = Mailbox.open(self._stack)
        self._actions = self._ending(Actions(self._stack, self._journal))
        self._variables = self._configured()
        self._stack.configure(self._variables)
        self._invoker = self._ending(self._make_invoker(extra))
        self._watcher = Watcher(self._invoker, self._stack.functions[WATCH], self._pace, self._journal)
        self._hooks = Hooks(self._invoker, self._pace, scenario.faults)
        self._asking = Asking(self._releases, self._invoker, self._journal, self._actions, self._variables)

    def _ending(self, made: Any) -> Any:
        self._ends.callback(made.end)
        return made

    def _configured(self) -> dict[str, dict[str, str]]:
        """The variables of the functions: what only the rehearsal knows, and the scenario's."""
        found = {name: dict(values) for name, values in self._part.variables.items()}
        found.setdefault(Judge.SMOKE, {}).update(
            LOAD_BALANCER_HOST=self._balancer.address,
            TEST_PORT=str(self._balancer.test.port),
            PLAIN_PORT=str(self._balancer.plain.port),
            # The stack imports its certificate without a chain, so infra can name nobody who signed it.
            CERTIFICATE_AUTHORITY=self._stack.account.home.certificate_authority.read_text(),
        )
        found.setdefault(Judge.GATE, {}).update(self._parties.urls)
        return found

    def _make_invoker(self, extra: Mapping[str, str]) -> Invoker:
        account = self._stack.account
        if self._scenario.speed == 1 and not self._scenario.faults:
            return EmbeddedLambda(account)
        return WarmFunctions(account, self._pace, extra)

    def play(self, show: Show | None) -> Result:
        """Play the scenario from blue's first task to the result."""
        scenario = self._scenario
        blue = self._releases.push("blue", {})
        green = [
            self._releases.push(f"{self._part.name}-{number}", scenario.green) for number in range(scenario.releases)
        ]
        for arn in self._stack.functions.values():
            self._invoker.warm(arn)
        versions = (blue.digest, green[-1].digest)
        if show:
            show(Play(self._part.name, scenario, self._pace, self._journal, self._load, self._balancer, versions))
        if not scenario.first:
            self._set_up(self._releases.deploy(blue, {**self._stack.declared, **BEFORE}))
            self._begin_load()
            self._pace.sleep(scenario.before)
            self._releases.restore()
        self._watcher.start()
        begun, printed = self._pace.clock.steady(), None
        with down(self._stack, self._parties, scenario.down, self._journal):
            walked = []
            for image in green:
                arn, status, printed = self._asking.deploy(image, scenario, self._controller(self._at).walk)
                walked.append(status)
            if scenario.first:
                self._begin_load()
            self._at(DONE)
            self._pace.sleep(scenario.after)
            self._load.end()
            self._watcher.end()
        return self._result(arn, begun, walked, printed, versions)

    def _begin_load(self) -> None:
        """Once the load balancer has seen what serves."""

        def serves() -> bool:
            live = [group for group, weight in self._balancer.weights.items() if weight]
            return all(HEALTHY in self._balancer.health(group).values() for group in live)

        if not self._pace.wait(SERVES_SECONDS, serves):
            raise RehearsalError("nothing serves although the deployment ended well: look at tasks.log of the home")
        self._load.start()

    def _set_up(self, arn: str) -> None:
        """Walk the deployment of what serves before; nobody does anything in the middle of it."""
        status = self._controller(lambda _: None).walk(arn)
        if status != "SUCCESSFUL":
            raise RehearsalError(f"what serves before the rehearsal could not be deployed: {status}")

    def _controller(self, at: Callable[[str], None]) -> Controller:
        fleet = Fleet(self._tasks, self._balancer, self._pace, self._journal)
        account, table = self._stack.account, self._table
        return Controller(account, fleet, self._pace, table, self._journal, self._hooks, self._watcher.tell, at)

    def _at(self, stage: str) -> None:
        if stage == KILLED_AT:
            self._asking.kill()
        if action := self._scenario.at.get(stage):
            self._actions.do(action)

    def _result(
        self, arn: str, begun: float, walked: list[str], printed: tuple[int, str] | None, versions: tuple[str, str]
    ) -> Result:
        found = self._stack.account.deployment(arn)
        journal = self._journal
        return Result(
            name=self._part.name,
            scenario=self._scenario,
            pace=self._pace,
            begun=begun,
            walked=tuple(walked),
            reason=found.get("statusReason", ""),
            entries=tuple(journal.entries),
            requests=tuple(self._load.requests),
            late=self._load.late,
            minutes=tuple(self._counters.series()),
            groups=self._balancer.groups,
            versions=versions,
            verdicts=self._stack.verdicts(self._pace.moment(begun)),
            notices=tuple(self._mailbox.read()),
            shares=tuple(journal.shares(self._pace.moment(begun))),
            left=tuple(self._balancer.left),
            printed=printed,
            metrics_delay=self._metrics_delay(),
            problems=(*self._actions.misses, *self._hooks.differed),
        )

    def _metrics_delay(self) -> float:
        delay = self._variables.get(Judge.TRAFFIC, {}).get("METRICS_DELAY_SECONDS")
        return float(delay or TrafficSettings.model_fields["metrics_delay_seconds"].default) + LOOK_SECONDS
