from tests.infra.recording import Recorded, Recording

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def _group(group_id: str) -> str:
    return group_id.removesuffix("-id").split("-", 2)[2]


def _ways(rules: list[Recorded], source: str, target: str) -> set[tuple[str, str, int]]:
    return {
        (_group(rule.inputs[source]), _group(rule.inputs[target]), int(rule.inputs["fromPort"]))
        for rule in rules
        if "referencedSecurityGroupId" in rule.inputs
    }


def test_the_internet_gets_in_on_the_load_balancers_two_ports_alone(stack: Recording) -> None:
    everyone = [rule for rule in stack.all(INGRESS) if "cidrIpv4" in rule.inputs]
    assert {
        (_group(rule.inputs["securityGroupId"]), rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in everyone
    } == {
        ("load-balancer", 443, 443),
        ("load-balancer", 80, 80),
    }


def test_groups_talk_along_these_ways_alone_and_both_ends_agree(stack: Recording) -> None:
    ways = {("load-balancer", "application", 5000), ("application", "database", 5432), ("backup", "database", 5432)}
    assert _ways(stack.all(EGRESS), "securityGroupId", "referencedSecurityGroupId") == ways
    assert _ways(stack.all(INGRESS), "referencedSecurityGroupId", "securityGroupId") == ways


def test_only_the_application_and_the_backup_reach_the_internet_and_only_over_https(stack: Recording) -> None:
    outward = [rule for rule in stack.all(EGRESS) if "cidrIpv4" in rule.inputs]
    assert {
        (_group(rule.inputs["securityGroupId"]), rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in outward
    } == {
        ("application", 443, 443),
        ("backup", 443, 443),
    }


def test_the_database_opens_no_connection_itself(stack: Recording) -> None:
    assert "database" not in {_group(rule.inputs["securityGroupId"]) for rule in stack.all(EGRESS)}


def test_every_rule_says_why_it_is_there(stack: Recording) -> None:
    assert all(rule.inputs["description"] for rule in (*stack.all(INGRESS), *stack.all(EGRESS)))


def test_no_rule_stands_inside_a_group_where_it_would_fight_with_the_rules_outside(stack: Recording) -> None:
    groups = stack.all("aws:ec2/securityGroup:SecurityGroup")
    assert len(groups) == 4
    assert not any({"ingress", "egress"} & group.inputs.keys() for group in groups)
