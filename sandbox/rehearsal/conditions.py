"""What is down during a rehearsal, and what somebody does in the middle of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.scenarios import Action, Down
from sandbox.rehearsal.stack import Stack, up
from sandbox.rehearsal.third_parties import ThirdParties

# Seconds of the wall in which the embedded database stops or starts, and between two looks.
DATABASE_SECONDS, LOOK_SECONDS = 60.0, 0.2


@contextmanager
def down(stack: Stack, parties: ThirdParties, what: tuple[Down, ...], journal: Journal) -> Iterator[None]:
    """So much is down, and comes back afterwards."""
    rds = stack.account.client("rds")
    name = str(rds.describe_db_instances()["DBInstances"][0]["DBInstanceIdentifier"])
    for one in what:
        journal.note(f"{one} goes down")
    if Down.OPENAI in what:
        parties.down.add(Down.OPENAI)
    if Down.DATABASE in what:
        rds.stop_db_instance(DBInstanceIdentifier=name)
        _until(rds, name, "stopped")
    try:
        yield
    finally:
        parties.down.clear()
        if Down.DATABASE in what:
            rds.start_db_instance(DBInstanceIdentifier=name)
            _until(rds, name, "available")


def _until(rds: Any, name: str, status: str) -> None:
    """Wait until the database has a status, by the wall."""
    end = time.monotonic() + DATABASE_SECONDS
    while (
        found := rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DBInstanceStatus"]
    ) != status:
        if time.monotonic() > end:
            raise RehearsalError(f"the database {name} is {found} and not {status} after {DATABASE_SECONDS:g} seconds")
        time.sleep(LOOK_SECONDS)


class Actions:
    """Does what a scenario has somebody do, and remembers what did not go as it must."""

    def __init__(self, stack: Stack, journal: Journal) -> None:
        self._stack = stack
        self._journal = journal
        self._alarm: str | None = None
        self.misses: list[str] = []

    def do(self, action: Action) -> None:
        """Do it now."""
        match action:
            case Action.UP:
                self._up()
            case Action.ALARM:
                self._go_off()

    def end(self) -> None:
        """Whatever went off is over."""
        if self._alarm:
            self._set(self._alarm, "OK")

    def _up(self) -> None:
        """`pulumi up` of what is declared already: it must leave every weight and every resource as it is."""
        before = self.weights()
        text = up(self._stack.account.home).finished()
        self._journal.note("somebody runs `pulumi up`")
        if self.weights() != before:
            self.misses.append(f"`pulumi up` moved the weights from {before} to {self.weights()}")
        changed = [word for word in ("created", "updated", "replaced", "deleted") if f" {word}" in _summary(text)]
        if changed:
            self.misses.append(f"`pulumi up` changed something: {_summary(text)}")

    def weights(self) -> dict[str, Any]:
        """The target groups with their weights of every rule that forwards, by the rule's id."""
        elb, found = self._stack.account.client("elbv2"), {}
        listeners = elb.describe_listeners(LoadBalancerArn=self._stack.balancer)["Listeners"]
        for listener in listeners:
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                forward = [action for action in rule["Actions"] if action["Type"] == "forward"]
                if forward:
                    found[rule["RuleArn"].rpartition("/")[2]] = forward[0]["ForwardConfig"]["TargetGroups"]
        return found

    def _go_off(self) -> None:
        names = (self._stack.declared.get("alarms") or {}).get("alarmNames", [])
        if not names:
            raise RehearsalError("the service declares no alarm that could roll a deployment back")
        self._alarm = min(names)
        self._journal.note(f"the alarm {self._alarm} goes off")
        self._set(self._alarm, "ALARM")

    def _set(self, name: str, state: str) -> None:
        self._stack.account.client("cloudwatch").set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="a rehearsal"
        )


def _summary(text: str) -> str:
    lines = [line for line in text.splitlines() if " in " in line and " s: " in line]
    return lines[-1] if lines else ""
