"""Security groups, made from the table of flows. Every rule is a resource of its own and names the other side."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.network.flows import (
    APPLICATION_PORT,
    DATABASE_PORT,
    DESCRIPTIONS,
    HTTP_PORT,
    HTTPS_PORT,
    NFS_PORT,
    TEST_LISTENER_PORT,
    Flow,
    Group,
    Outside,
    Side,
    flows,
    groups,
)
from infra.network.redis import RedisPlace

__all__ = [
    "APPLICATION_PORT",
    "DATABASE_PORT",
    "HTTPS_PORT",
    "HTTP_PORT",
    "NFS_PORT",
    "TEST_LISTENER_PORT",
    "SecurityGroups",
    "SecurityGroupsArgs",
]

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """What the groups are made from.

    Attributes:
        network: the VPC's addresses.
        proxy, endpoints: whether the stack has RDS Proxy, and interface endpoints.
        redis: where the application finds Redis; None where it uses none.
        nat_addresses: the public addresses, by zone, from which private subnets reach the internet.
        test_client_cidrs: further addresses that may reach the test listener.
    """

    vpc_id: pulumi.Input[str]
    network: IPv4Network
    proxy: bool
    endpoints: bool
    redis: RedisPlace | None
    nat_addresses: Mapping[str, pulumi.Output[str]]
    test_client_cidrs: tuple[str, ...]


class SecurityGroups(Component):
    """Produces the security groups and their rules; `proxy` and `endpoints` are None in a stack that has no use for them."""

    room = "network"

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._groups = {group: self._group(group) for group in groups(proxy=args.proxy, endpoints=args.endpoints)}
        self.load_balancer = self._groups[Group.LOAD_BALANCER]
        self.application = self._groups[Group.APPLICATION]
        self.database = self._groups[Group.DATABASE]
        self.proxy = self._groups.get(Group.PROXY)
        self.uploads = self._groups[Group.UPLOADS]
        self.endpoints = self._groups.get(Group.ENDPOINTS)
        self.backup = self._groups[Group.BACKUP]
        self.database_functions = self._groups[Group.DATABASE_FUNCTIONS]
        self.functions = self._groups[Group.FUNCTIONS]
        self.test_clients = self._groups[Group.TEST_CLIENTS]
        for flow in flows(proxy=args.proxy, endpoints=args.endpoints, redis=args.redis):
            self._flow(flow)
        self.finish({})

    def _group(self, group: Group) -> aws.ec2.SecurityGroup:
        name = self.named(group)
        return aws.ec2.SecurityGroup(
            name,
            vpc_id=self._args.vpc_id,
            description=DESCRIPTIONS[group],
            # Rules are resources of their own; one that is unknown to Pulumi goes with the group.
            revoke_rules_on_delete=True,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _flow(self, flow: Flow) -> None:
        """Open both ends of the flow, as far as they are groups."""
        if isinstance(flow.source, Group):
            for suffix, other in self._other_side(flow.target).items():
                self._rule(aws.vpc.SecurityGroupEgressRule, flow, flow.source, suffix=suffix, other=other)
        if isinstance(flow.target, Group):
            for suffix, other in self._other_side(flow.source).items():
                self._rule(aws.vpc.SecurityGroupIngressRule, flow, flow.target, suffix=suffix, other=other)

    def _other_side(self, side: Side) -> dict[str, dict[str, pulumi.Input[str]]]:
        """The members that name a side in a rule, one rule for each entry, by what tells the entries apart."""
        if isinstance(side, Group):
            return {"": {"referenced_security_group_id": self._groups[side].id}}
        if side is Outside.INTERNET:
            return {"": {"cidr_ipv4": ANYWHERE}}
        if side is Outside.NETWORK:
            return {"": {"cidr_ipv4": str(self._args.network)}}
        # From private subnets an internet-facing load balancer is reached through NAT, whose address is all that it sees.
        nat = {f"nat-{zone}": f"{zone}" for zone in self._args.nat_addresses}
        return {
            **{suffix: {"cidr_ipv4": _single(self._args.nat_addresses[zone])} for suffix, zone in nat.items()},
            **{cidr: {"cidr_ipv4": cidr} for cidr in self._args.test_client_cidrs},
        }

    def _rule(self, kind: Any, flow: Flow, group: Group, *, suffix: str, other: dict[str, pulumi.Input[str]]) -> None:
        name = self.named(*filter(None, (flow.name, suffix)))
        kind(
            name,
            security_group_id=self._groups[group].id,
            **other,
            ip_protocol="tcp",
            from_port=flow.port,
            to_port=flow.port,
            description=flow.why,
            tags=self.tags(name),
            opts=self.options(),
        )


def _single(address: pulumi.Output[str]) -> pulumi.Output[str]:
    return address.apply(lambda ip: f"{ip}/32")
