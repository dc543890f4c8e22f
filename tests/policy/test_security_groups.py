from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.security_groups import HIGH_RISK_PORTS, check, is_world

GROUP = Resource("aws:ec2/securityGroup:SecurityGroup", "front", "urn:front", {"id": "sg-1"})
BALANCER = Resource("aws:lb/loadBalancer:LoadBalancer", "lb", "urn:lb", {"securityGroups": ["sg-1"]})


def rule(first: Any, last: Any = None, **properties: Any) -> Resource:
    kind = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    ports = {"ipProtocol": "tcp", "fromPort": first, "toPort": first if last is None else last}
    return Resource(
        kind, "rule", "urn:rule", {"securityGroupId": "sg-1", "cidrIpv4": "0.0.0.0/0", **ports, **properties}
    )


def controls(*resources: Resource) -> list[str]:
    return [finding.control.id for finding in check(resources)]


@pytest.mark.parametrize("port", [80, 443])
def test_the_world_may_reach_a_load_balancer(port: int) -> None:
    assert controls(GROUP, BALANCER, rule(port)) == []


def test_the_world_may_not_reach_anything_else_on_the_same_ports() -> None:
    assert controls(GROUP, rule(443)) == ["EC2.18"]


def test_a_load_balancer_is_recognised_by_what_its_groups_were_made_from() -> None:
    balancer = Resource(BALANCER.type, "lb", "urn:lb", {"securityGroups": UNKNOWN}, {"securityGroups": ("urn:front",)})
    group = Resource(GROUP.type, "front", "urn:front", {"id": UNKNOWN})
    opening = rule(443, securityGroupId=UNKNOWN)
    linked = Resource(opening.type, "rule", "urn:rule", opening.properties, {"securityGroupId": ("urn:front",)})

    assert controls(group, balancer, linked) == []
    assert controls(group, balancer, opening) == ["EC2.18"], "nothing says whose rule it is"


@pytest.mark.parametrize("ports", [(8443, 8443), (80, 443), (443, 444)])
def test_other_ports_and_ranges_stay_closed_even_on_a_load_balancer(ports: tuple[int, int]) -> None:
    expected = "EC2.19" if HIGH_RISK_PORTS & set(range(ports[0], ports[1] + 1)) else "EC2.18"

    assert controls(GROUP, BALANCER, rule(*ports)) == [expected]


def test_every_protocol_means_every_port() -> None:
    (finding,) = check([GROUP, BALANCER, rule(-1, ipProtocol="-1")])

    assert finding.control.id == "EC2.19"
    assert "all ports of every protocol" in finding.problem


def test_udp_on_443_is_not_https() -> None:
    assert controls(GROUP, BALANCER, rule(443, ipProtocol="udp")) == ["EC2.18"]


def test_ipv6_is_the_world_too() -> None:
    assert controls(GROUP, rule(22, cidrIpv4=None, cidrIpv6="::/0")) == ["EC2.19"]


def test_a_private_network_may_reach_any_port() -> None:
    assert controls(GROUP, rule(5432, cidrIpv4="10.0.0.0/8")) == []


def test_a_rule_that_refers_to_a_group_or_is_unknown_passes() -> None:
    assert controls(GROUP, rule(5432, cidrIpv4=None, referencedSecurityGroupId="sg-2")) == []
    assert controls(GROUP, rule(5432, cidrIpv4=UNKNOWN)) == []
    assert controls(GROUP, rule(UNKNOWN)) == []


def test_rules_inside_a_group_and_in_the_older_form_are_seen() -> None:
    inside = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    group = Resource(GROUP.type, "g", "urn:g", {"ingress": [inside]})
    legacy = Resource("aws:ec2/securityGroupRule:SecurityGroupRule", "old", "urn:old", {"type": "ingress", **inside})
    egress = Resource(legacy.type, "out", "urn:out", {**legacy.properties, "type": "egress"})

    assert controls(group) == ["EC2.19"]
    assert controls(legacy) == ["EC2.19"]
    assert controls(egress) == []


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "128.0.0.0/1", "0.0.0.0/1", "64.0.0.0/2", "2000::/3"])
def test_halves_of_the_internet_are_the_internet(network: str) -> None:
    assert is_world(network)


@pytest.mark.parametrize("network", ["10.0.0.0/8", "203.0.113.7/32", "2001:db8::/32", "not a network"])
def test_one_network_is_not(network: str) -> None:
    assert not is_world(network)
