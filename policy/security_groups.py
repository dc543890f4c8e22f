"""The internet reaches ports 80 and 443 of load balancers, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from policy.model import UNKNOWN, Control, Finding, Resource

AUTHORIZED = Control("EC2.18", "Security groups should only allow unrestricted incoming traffic for authorized ports")
HIGH_RISK = Control("EC2.19", "Security groups should not allow unrestricted access to ports with high risk")

GROUPS = {"aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"}
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LEGACY_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
LOAD_BALANCERS = {"aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"}

OPEN_PORTS = {80, 443}  # the default of EC2.18's authorizedTcpPorts
# The ports that EC2.19 lists.
HIGH_RISK_PORTS = frozenset(
    {
        20,
        21,
        22,
        23,
        25,
        110,
        135,
        143,
        445,
        1433,
        1434,
        3000,
        3306,
        3389,
        4333,
        5000,
        5432,
        5500,
        5601,
        8080,
        8088,
        8888,
        9200,
        9300,
    }
)
# A prefix shorter than these is the internet or a large part of it: 0.0.0.0/1 and 128.0.0.0/1 together are 0.0.0.0/0.
NARROWEST_WORLD_IPV4 = 8
NARROWEST_WORLD_IPV6 = 16
TCP = {"tcp", "6"}


@dataclass(frozen=True)
class Opening:
    """What one rule lets in: from which network, by which protocol, to which ports."""

    rule: Resource
    group: Resource | None  # None: a group that is not of this stack
    network: str
    protocol: Any
    first_port: Any
    last_port: Any

    @property
    def ports(self) -> range:
        """The ports that are open; all of them where the rule names none, as with protocol "-1"."""
        ends = [self.first_port, self.last_port]
        if str(self.protocol) not in {"tcp", "udp", "6", "17"} or None in ends or -1 in ends:
            return range(65536)
        return range(int(self.first_port), int(self.last_port) + 1)


def check(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about every rule of a stack that lets the whole world in."""
    balancers = [resource for resource in resources if resource.type in LOAD_BALANCERS]
    for opening in openings(resources):
        if not is_world(opening.network) or UNKNOWN in (opening.protocol, opening.first_port, opening.last_port):
            continue
        if str(opening.protocol) not in TCP or not set(opening.ports) <= OPEN_PORTS:
            yield _too_wide(opening)
        elif not (opening.group and any(balancer.refers_to(opening.group, "securityGroups") for balancer in balancers)):
            problem = f"opens {_ports(opening)} to {opening.network} on a group that no load balancer of the stack uses"
            mend = "Set referenced_security_group_id to the load balancer's group in place of the CIDR block"
            yield Finding(AUTHORIZED, opening.rule, problem, mend)


def openings(resources: Sequence[Resource]) -> Iterator[Opening]:
    """What every ingress rule lets in, however it is declared: on its own, in the older form, or inside its group."""
    groups = [resource for resource in resources if resource.type in GROUPS]
    for resource in resources:
        if resource.type == INGRESS_RULE:
            group = _group_of(resource, groups)
            for network in (resource.get("cidrIpv4"), resource.get("cidrIpv6")):
                if isinstance(network, str):
                    ends = (resource.get("ipProtocol"), resource.get("fromPort"), resource.get("toPort"))
                    yield Opening(resource, group, network, *ends)
        elif resource.type == LEGACY_RULE and resource.get("type") == "ingress":
            yield from _with_lists(resource, _group_of(resource, groups), resource.properties)
        elif resource.type in GROUPS:
            rules = resource.get("ingress")
            for rule in rules if isinstance(rules, list) else []:
                if rule is not UNKNOWN:
                    yield from _with_lists(resource, resource, rule)


def is_world(network: str) -> bool:
    """Whether a CIDR block is the internet or so large a part of it that it makes no difference."""
    try:
        parsed: IPv4Network | IPv6Network = ip_network(network, strict=False)
    except ValueError:
        return False  # the provider refuses it
    return parsed.prefixlen < (NARROWEST_WORLD_IPV4 if parsed.version == 4 else NARROWEST_WORLD_IPV6)  # noqa: PLR2004 - IPv4


def _group_of(rule: Resource, groups: Sequence[Resource]) -> Resource | None:
    return next((group for group in groups if rule.refers_to(group, "securityGroupId")), None)


def _with_lists(owner: Resource, group: Resource | None, rule: Any) -> Iterator[Opening]:
    for name in ("cidrBlocks", "ipv6CidrBlocks"):
        networks = rule.get(name)
        for network in networks if isinstance(networks, list) else []:
            if isinstance(network, str):
                yield Opening(owner, group, network, rule.get("protocol"), rule.get("fromPort"), rule.get("toPort"))


def _too_wide(opening: Opening) -> Finding:
    risky = sorted(HIGH_RISK_PORTS & set(opening.ports))
    named = f", among them {', '.join(map(str, risky))}" if risky and len(opening.ports) > 1 else ""
    problem = f"opens {_ports(opening)}{named} to {opening.network}"
    mend = "Restrict the CIDR block, or reference the security group that needs it; the world may reach ports 80 and 443 only"
    return Finding(HIGH_RISK if risky else AUTHORIZED, opening.rule, problem, mend)


def _ports(opening: Opening) -> str:
    ports = opening.ports
    protocol = "every protocol" if str(opening.protocol) == "-1" else str(opening.protocol)
    if len(ports) == 65536:  # noqa: PLR2004 - all of them
        return f"all ports of {protocol}"
    return f"{protocol} port {ports[0]}" if len(ports) == 1 else f"{protocol} ports {ports[0]} to {ports[-1]}"
