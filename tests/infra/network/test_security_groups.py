import pytest

from infra.network.flows import Flow, Group, Outside, flows, groups
from infra.network.security_groups import ANYWHERE
from tests.infra.recording import DEVELOPMENT, SECRET_KEYS, Recorded, Recording, record, run_program

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
Way = tuple[str, str, int]


@pytest.fixture(params=["development", "production"])
def declared(request: pytest.FixtureRequest) -> tuple[Recording, list[Flow]]:
    has = request.param == "production"
    return request.getfixturevalue(request.param), list(flows(proxy=has, endpoints=has, redis=None))


def _group(group_id: str) -> str:
    return group_id.removesuffix("-id").split("-", 2)[2]


def _ways(rules: list[Recorded], source: str, target: str) -> set[Way]:
    return {
        (_group(rule.inputs[source]), _group(rule.inputs[target]), int(rule.inputs["fromPort"]))
        for rule in rules
        if "referencedSecurityGroupId" in rule.inputs
    }


def _addresses(rules: list[Recorded], port: int) -> set[str]:
    return {rule.inputs["cidrIpv4"] for rule in rules if "cidrIpv4" in rule.inputs and rule.inputs["fromPort"] == port}


def test_groups_talk_along_the_flows_alone_and_both_ends_agree(declared: tuple[Recording, list[Flow]]) -> None:
    stack, its_flows = declared
    between = {
        (str(f.source), str(f.target), f.port)
        for f in its_flows
        if isinstance(f.source, Group) and isinstance(f.target, Group)
    }
    assert _ways(stack.all(EGRESS), "securityGroupId", "referencedSecurityGroupId") == between
    assert _ways(stack.all(INGRESS), "referencedSecurityGroupId", "securityGroupId") == between


def test_everyone_gets_in_where_the_flows_say_so_alone(declared: tuple[Recording, list[Flow]]) -> None:
    stack, its_flows = declared
    everyone = {
        (_group(rule.inputs["securityGroupId"]), rule.inputs["fromPort"])
        for rule in stack.all(INGRESS)
        if rule.inputs.get("cidrIpv4") == ANYWHERE
    }
    assert everyone == {(str(f.target), f.port) for f in its_flows if f.source is Outside.INTERNET}


def test_groups_get_out_to_the_internet_on_the_ports_of_the_flows_alone(
    declared: tuple[Recording, list[Flow]],
) -> None:
    stack, its_flows = declared
    outward = {
        (_group(rule.inputs["securityGroupId"]), rule.inputs["fromPort"])
        for rule in stack.all(EGRESS)
        if "cidrIpv4" in rule.inputs
    }
    assert outward == {(str(f.source), f.port) for f in its_flows if f.target is Outside.INTERNET}


def test_every_rule_is_for_one_port_of_tcp_and_says_why(stack: Recording) -> None:
    for rule in (*stack.all(INGRESS), *stack.all(EGRESS)):
        assert rule.inputs["ipProtocol"] == "tcp"
        assert rule.inputs["fromPort"] == rule.inputs["toPort"]
        assert rule.inputs["description"]


def test_the_test_listener_lets_in_each_nat_gateway_by_its_own_address(
    development: Recording, production: Recording
) -> None:
    for stack, zones in ((development, {"a"}), (production, {"a", "b", "c"})):
        rules = [rule for rule in stack.all(INGRESS) if "-testers-" in rule.name]
        assert {rule.name.rpartition("nat-")[2] for rule in rules} == zones
        assert _addresses(stack.all(INGRESS), 8443) == {"192.0.2.1/32"}


def test_people_test_from_the_settings_networks_alone() -> None:
    cidrs = "198.51.100.0/24, 203.0.113.7/32"
    stack = record(run_program, {**DEVELOPMENT, "testClientCidrs": cidrs})
    assert _addresses(stack.all(INGRESS), 8443) == {"198.51.100.0/24", "203.0.113.7/32", "192.0.2.1/32"}


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("rediss://:planted-password@master.jobr.abc123.use1.cache.amazonaws.com:6380/0", {("10.20.0.0/16", 6380)}),
        ("rediss://jobr:planted-password@redis.example.com", {(ANYWHERE, 6379)}),
    ],
)
def test_the_application_gets_out_to_redis_and_its_password_goes_nowhere_else(
    development: Recording, url: str, opened: set[tuple[str, int]]
) -> None:
    stack = record(run_program, {**DEVELOPMENT, "redisUrl": url}, secrets={*SECRET_KEYS, "redisUrl"})
    known = {rule.name for rule in development.all(EGRESS)}
    more = [rule for rule in stack.all(EGRESS) if rule.name not in known]
    assert {(rule.inputs["cidrIpv4"], rule.inputs["fromPort"]) for rule in more} == opened
    assert all(_group(rule.inputs["securityGroupId"]) == "application" for rule in more)
    assert not any("planted" in str(r.inputs) for r in (*stack.all(EGRESS), *stack.all(INGRESS), *stack.all(GROUP)))


def test_a_group_that_the_stack_has_no_use_for_does_not_exist(declared: tuple[Recording, list[Flow]]) -> None:
    stack, its_flows = declared
    has = any(flow.target is Group.ENDPOINTS for flow in its_flows)
    assert {_group(f"{group.name}-id") for group in stack.all(GROUP)} == set(groups(proxy=has, endpoints=has))


def test_no_rule_stands_inside_a_group_where_it_would_fight_with_the_rules_outside(stack: Recording) -> None:
    assert not any({"ingress", "egress"} & group.inputs.keys() for group in stack.all(GROUP))
