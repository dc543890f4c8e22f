"""What the picture shows, read out of a declaration: who stands in which subnets, who talks to whom, who keeps data where.

Nothing here is known beforehand but words: a group that the program adds appears with its flows, and one that it drops is gone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tools.architecture.words import describe
from tools.declared import Declaration, Declared

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
BUCKET = "aws:s3/bucket:Bucket"
WORKSPACE = "aws:amp/workspace:Workspace"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
SUBNET = "aws:ec2/subnet:Subnet"
INTERNET = "internet"
TIERS = ("public", "private", "database")
_RULES = ("SecurityGroupIngressRule", "SecurityGroupEgressRule")
_TIER = re.compile(rf"-({'|'.join(TIERS)})-[a-z]$")


@dataclass(frozen=True, kw_only=True)
class Box:
    """Something with a name, and what stands behind it in a few lines."""

    key: str
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """Traffic into a port, or (without a label) data that is written or read through AWS's API."""

    source: str
    target: str
    label: str = ""


@dataclass(kw_only=True)
class Picture:
    """All that is drawn: boxes by tier of subnets, the stores beside them, arrows, and counted lists."""

    tiers: dict[str, list[Box]] = field(default_factory=dict)
    stores: list[Box] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)


class Reader:
    """Reads a declaration into a picture."""

    def __init__(self, declaration: Declaration) -> None:
        # In an order of their own: registrations arrive as their inputs become known.
        self._resources = sorted(declaration.resources, key=lambda resource: resource.urn)
        self._prefix = f"jobr-{declaration.stack}-"
        self._by_urn = {resource.urn: resource for resource in self._resources}
        self._groups = self._of(GROUP)

    def picture(self) -> Picture:
        """What is to be drawn."""
        found = Picture(tiers={tier: [] for tier in TIERS})
        for group in self._groups:
            occupants = self._occupants[group.urn]
            tier = self._tier(occupants)
            if tier:
                found.tiers[tier].append(self._box(group, describe(occupants)))
        drawn = {box.key for boxes in found.tiers.values() for box in boxes}
        found.stores = [self._box(store, self._store(store)) for store in self._stores]
        found.arrows = sorted(
            {
                arrow
                for arrow in (*self._traffic(), *self._data())
                if {arrow.source, arrow.target} <= drawn | self._outside
            },
            key=lambda arrow: (arrow.source, arrow.target, arrow.label),
        )
        found.lists = self._lists()
        return found

    @cached_property
    def _outside(self) -> set[str]:
        return {INTERNET, *(store.urn for store in self._stores)}

    @cached_property
    def _stores(self) -> list[Declared]:
        """The stores without those that only hold another one's copies."""
        return [store for store in self._of(BUCKET, WORKSPACE) if store.urn not in self._copies.values()]

    @cached_property
    def _copies(self) -> dict[str, str]:
        """Which bucket is copied into which, by URN."""
        buckets = {bucket.urn: bucket for bucket in self._of(BUCKET)}
        found: dict[str, str] = {}
        for replication in self._of(REPLICATION):
            ends = sorted(
                (urn for urn in replication.dependencies if urn in buckets),
                key=lambda urn, source=replication.inputs["bucket"]: buckets[urn].name not in source,  # type: ignore[misc]  # bound now
            )
            found[ends[0]] = ends[1]
        return found

    def _store(self, store: Declared) -> Iterator[str]:
        yield from describe([store])
        if store.urn in self._copies:
            yield "copied to another region"

    @cached_property
    def _occupants(self) -> dict[str, list[Declared]]:
        """The resources that are in each group."""
        return {
            group.urn: [r for r in self._resources if group.urn in r.dependencies and not r.type.endswith(_RULES)]
            for group in self._groups
        }

    def _box(self, resource: Declared, lines: Iterable[str]) -> Box:
        return Box(key=resource.urn, title=self._short(resource).replace("-", " "), lines=tuple(lines))

    def _short(self, resource: Declared) -> str:
        return resource.name.removeprefix(self._prefix)

    def _of(self, *types: str) -> list[Declared]:
        return [resource for resource in self._resources if resource.type in types]

    def _tier(self, occupants: list[Declared]) -> str | None:
        """The subnets that most of them are placed in, by themselves or by their subnet group."""
        near = [dependency for occupant in occupants for dependency in self._dependencies(occupant)]
        subnets = [
            *near,
            *(d for dependency in near if "ubnetGroup" in dependency.type for d in self._dependencies(dependency)),
        ]
        found = Counter(m[1] for d in subnets if d.type == SUBNET and (m := _TIER.search(d.name)))
        return found.most_common(1)[0][0] if found else None

    def _dependencies(self, resource: Declared) -> list[Declared]:
        return [self._by_urn[urn] for urn in sorted(resource.dependencies) if urn in self._by_urn]

    def _traffic(self) -> Iterator[Arrow]:
        ids = {f"{group.name}-id": group.urn for group in self._groups}
        for rule in self._of(INGRESS):
            source = ids.get(rule.inputs.get("referencedSecurityGroupId", ""))
            if rule.inputs.get("cidrIpv4") == "0.0.0.0/0":
                source = INTERNET
            if source:
                target = ids[rule.inputs["securityGroupId"]]
                yield Arrow(source=source, target=target, label=f"{rule.inputs['fromPort']:g}")

    def _data(self) -> Iterator[Arrow]:
        """Who may read or write which store: through the policies of the roles of what is in a group."""
        for group, occupants in self._occupants.items():
            for policy in self._policies(occupants):
                for urn in policy.dependencies & self._outside:
                    yield Arrow(source=group, target=urn)

    def _policies(self, occupants: list[Declared]) -> Iterator[Declared]:
        roles = {
            urn
            for occupant in self._with_tasks(occupants)
            for urn in occupant.dependencies
            if _is(urn, "aws:iam/role:Role")
        }
        return (r for r in self._resources if r.type == "aws:iam/rolePolicy:RolePolicy" and r.dependencies & roles)

    def _with_tasks(self, occupants: list[Declared]) -> Iterator[Declared]:
        """The occupants, and what a service runs."""
        for occupant in occupants:
            yield occupant
            yield from (d for d in self._dependencies(occupant) if d.type == "aws:ecs/taskDefinition:TaskDefinition")

    def _lists(self) -> dict[str, list[str]]:
        return {title: list(self._counted(kinds)) for title, kinds in LISTS.items()}

    def _counted(self, kinds: dict[str, str]) -> Iterator[str]:
        for type_, word in kinds.items():
            count = len(self._of(type_))
            if count:
                yield f"{count} {word if count == 1 else _plural(word)}"


def _is(urn: str, type_: str) -> bool:
    return urn.split("::")[2].endswith(type_)


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("ry") else f"{word}s"


# What is counted beside the picture, by the words that people use.
LISTS: dict[str, dict[str, str]] = {
    "Keys and secrets": {
        "aws:kms/key:Key": "key",
        "aws:secretsmanager/secret:Secret": "secret",
    },
    "Watching": {
        "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm",
        "aws:cloudwatch/compositeAlarm:CompositeAlarm": "composite alarm",
        "aws:cloudwatch/dashboard:Dashboard": "dashboard",
        "aws:sns/topic:Topic": "topic",
        "aws:cloudwatch/logGroup:LogGroup": "log group",
    },
    "Working": {
        "aws:lambda/function:Function": "function",
        "aws:scheduler/schedule:Schedule": "schedule",
        "aws:ecr/repository:Repository": "image repository",
    },
}
