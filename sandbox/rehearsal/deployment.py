"""A service deployment as whoever walks it sees it: what is deployed, where it stands, and whether something asks for the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.rehearsal.account import Account
from sandbox.rehearsal.errors import RehearsalError
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.pace import Pace

EVERYTHING = 100.0
# Whom ECS tells of a change of the deployment: the name of its event, and a reason.
Tell = Callable[[str, str], None]


class GoBackError(Exception):
    """The deployment goes back, for the reason that is its text."""


class StoppedError(Exception):
    """The deployment was stopped without going back."""


@dataclass(frozen=True)
class Colour:
    """A revision and the target group that it uses."""

    revision: str
    group: str


@dataclass(frozen=True)
class Deployment:
    """One service deployment of the account. `green` and `blue` are its revisions; a first deployment has no blue."""

    account: Account
    pace: Pace
    journal: Journal
    tell: Tell
    arn: str
    service: str
    green: Colour
    blue: Colour | None
    tasks: int
    configuration: Mapping[str, Any]
    rules: Mapping[str, str]
    alarms: frozenset[str]
    triggered: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, account: Account, pace: Pace, journal: Journal, tell: Tell, arn: str) -> "Deployment":
        """The deployment as ECS has it. Alarms that are in ALARM now are not watched, as AWS does it."""
        found = account.deployment(arn)
        target = found["targetServiceRevision"]
        sources = [source["arn"] for source in found["sourceServiceRevisions"]]
        advanced = account.revision(target["arn"])["loadBalancers"][0].get("advancedConfiguration", {})
        watched = found["deploymentConfiguration"].get("alarms") or {}
        names = frozenset(watched.get("alarmNames", [])) if watched.get("enable") and watched.get("rollback") else set()
        return cls(
            account=account,
            pace=pace,
            journal=journal,
            tell=tell,
            arn=arn,
            service=found["serviceArn"],
            green=_colour(account, target["arn"]),
            blue=_colour(account, sources[0]) if sources else None,
            tasks=int(target["requestedTaskCount"]),
            configuration=found["deploymentConfiguration"],
            rules={name: advanced[name] for name in ("productionListenerRule", "testListenerRule") if name in advanced},
            alarms=frozenset() if account.in_alarm(names) else frozenset(names),
        )

    def begin(self) -> None:
        """PENDING no more."""
        now = self.pace.clock.now().isoformat()
        self.account.walk(self.arn, status="IN_PROGRESS", createdAt=now, updatedAt=now)
        self.tell("SERVICE_DEPLOYMENT_IN_PROGRESS", "")

    def change(self, **members: Any) -> None:
        """Change members of it, at this moment of the rehearsal's clock."""
        self.account.walk(self.arn, updatedAt=self.pace.clock.now().isoformat(), **members)

    def end(self, status: str, reason: str) -> str:
        """Give it its last status."""
        self.change(status=status, statusReason=reason)
        self.journal.note(f"{status}: {reason}", stage=status)
        failed = status != "SUCCESSFUL"
        self.tell("SERVICE_DEPLOYMENT_FAILED" if failed else "SERVICE_DEPLOYMENT_COMPLETED", reason)
        return status

    def check(self) -> None:
        """Raise when somebody stopped it, or an alarm of it went off."""
        found = self.account.deployment(self.arn)
        if found["status"] == "ROLLBACK_REQUESTED":
            raise GoBackError(str(found.get("statusReason", "the rollback was requested")))
        if found["status"] in {"STOP_REQUESTED", "STOPPED"}:
            raise StoppedError
        if fired := self.account.in_alarm(self.alarms):
            raise GoBackError(f"Service deployment rolled back because of alarms: {', '.join(sorted(fired))}.")

    def is_under_way(self) -> bool:
        """Whether ECS still waits for its hooks."""
        return self.account.deployment(self.arn)["status"] in {"IN_PROGRESS", "ROLLBACK_IN_PROGRESS"}

    def go_back(self, reason: str) -> None:
        """From now on it is on its way back."""
        self.journal.note(f"goes back: {reason}")
        self.change(
            status="ROLLBACK_IN_PROGRESS",
            statusReason=reason,
            rollback={"reason": reason, **({"serviceRevisionArn": self.blue.revision} if self.blue else {})},
        )
        self.tell("SERVICE_DEPLOYMENT_IN_PROGRESS", reason)

    def shift(self, rule: str, share: float) -> None:
        """Set a rule's weights: green's percent, and the rest for the other target group."""
        elb, arn = self.account.client("elbv2"), self.rules[rule]
        (found,) = elb.describe_rules(RuleArns=[arn])["Rules"]
        groups = [group for action in found["Actions"] for group in action["ForwardConfig"]["TargetGroups"]]
        if self.green.group not in {group["TargetGroupArn"] for group in groups}:
            raise RehearsalError(f"the rule {arn} does not know green's target group {self.green.group}")
        for group in groups:
            group["Weight"] = round(share if group["TargetGroupArn"] == self.green.group else EVERYTHING - share)
        elb.modify_rule(RuleArn=arn, Actions=found["Actions"])

    def move(self, share: float) -> None:
        """Give green its percent of production traffic."""
        self.shift("productionListenerRule", share)
        blue = [self._summary(self.blue, EVERYTHING - share)] if self.blue else []
        self.change(targetServiceRevision=self._summary(self.green, share), sourceServiceRevisions=blue)
        self.journal.note(f"green has {share:g} % of production traffic", share=share)

    def _summary(self, colour: Colour, percent: float) -> dict[str, Any]:
        tasks = {"requestedTaskCount": self.tasks, "runningTaskCount": self.tasks, "pendingTaskCount": 0}
        return {"arn": colour.revision, **tasks, "requestedProductionTrafficWeight": percent}

    def weights(self, share: float) -> dict[str, float]:
        """Percent by revision; a first deployment has green alone."""
        return {self.green.revision: share, **({self.blue.revision: EVERYTHING - share} if self.blue else {})}


def _colour(account: Account, revision: str) -> Colour:
    (resolved,) = account.revision(revision)["resolvedConfiguration"]["loadBalancers"]
    return Colour(revision, resolved["targetGroupArn"])
