"""What the embedded account says of a load balancer now: rules by listener, target groups and their registered targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer.rules import Forward, Rule, read
from sandbox.rehearsal.errors import RehearsalError

# What DescribeTargetHealth calls a target that gets no new requests.
GONE = frozenset({"draining", "unused", "unavailable"})


@dataclass(frozen=True)
class Group:
    """A target group's settings. Times are seconds; `statuses` are those of a passed health check."""

    arn: str
    path: str
    interval: float
    timeout: float
    healthy: int
    unhealthy: int
    statuses: tuple[range, ...]
    drain: float
    algorithm: str

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return self.arn.split("/")[1]

    def passes(self, status: int) -> bool:
        """Whether a health check's answer is a good one."""
        return any(status in part for part in self.statuses)


@dataclass(frozen=True)
class Table:
    """Rules by the listener's port, groups by ARN, and each group's targets as `address:port`."""

    rules: Mapping[int, tuple[Rule, ...]] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def forward(self, port: int) -> Forward:
        """Where a listener's traffic goes. A RehearsalError for one that forwards none."""
        found = [rule.action for rule in self.rules.get(port, ()) if isinstance(rule.action, Forward)]
        if not found:
            raise RehearsalError(f"no rule of the listener on {port} forwards requests: run `make up`")
        return found[0]


class Reader:
    """Reads the tables of one load balancer. Its listeners and the groups' settings are read once."""

    def __init__(self, account: Account, balancer: str) -> None:
        self._elb = account.client("elbv2")
        listeners = self._elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        self._listeners = {int(listener["Port"]): listener["ListenerArn"] for listener in listeners}
        self._groups: dict[str, Group] = {}

    def read(self) -> Table:
        """The table of now. Raises what botocore raises."""
        rules = {
            port: read(self._elb.describe_rules(ListenerArn=arn)["Rules"]) for port, arn in self._listeners.items()
        }
        forwards = [rule.action for some in rules.values() for rule in some if isinstance(rule.action, Forward)]
        arns = dict.fromkeys(arn for forward in forwards for arn in forward.weights)
        return Table(rules, {arn: self._group(arn) for arn in arns}, {arn: self._targets(arn) for arn in arns})

    def _targets(self, arn: str) -> tuple[str, ...]:
        described = self._elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return tuple(
            f"{one['Target']['Id']}:{one['Target']['Port']}"
            for one in described
            if one["TargetHealth"]["State"] not in GONE
        )

    def _group(self, arn: str) -> Group:
        if arn not in self._groups:
            (found,) = self._elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
            attributes = self._elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
            self._groups[arn] = _group(found, {one["Key"]: one["Value"] for one in attributes})
        return self._groups[arn]


def _group(found: Mapping[str, Any], attributes: Mapping[str, str]) -> Group:
    return Group(
        arn=found["TargetGroupArn"],
        path=found.get("HealthCheckPath", "/"),
        interval=float(found.get("HealthCheckIntervalSeconds", 30)),
        timeout=float(found.get("HealthCheckTimeoutSeconds", 5)),
        healthy=int(found.get("HealthyThresholdCount", 5)),
        unhealthy=int(found.get("UnhealthyThresholdCount", 2)),
        statuses=tuple(_statuses(str(found.get("Matcher", {}).get("HttpCode", "200")))),
        drain=float(attributes.get("deregistration_delay.timeout_seconds", 300)),
        algorithm=attributes.get("load_balancing.algorithm.type", "round_robin"),
    )


def _statuses(matcher: str) -> list[range]:
    """Of "200,300-399", say."""
    parts = [part.partition("-") for part in matcher.split(",")]
    return [range(int(first), int(last or first) + 1) for first, _, last in parts]
