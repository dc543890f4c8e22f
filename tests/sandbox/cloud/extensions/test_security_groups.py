"""Rules that refer to a group or a prefix list keep their description and change in place, as on AWS."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest


class Rules:
    """One security group's rules, through the API alone."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        self.vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        self.group = self.new_group()

    def new_group(self) -> str:
        made = self.ec2.create_security_group(GroupName=f"g-{uuid4().hex[:8]}", Description="d", VpcId=self.vpc)
        return str(made["GroupId"])

    def allow(self, direction: str, **source: Any) -> str:
        """The id of a new rule for port 443."""
        permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **source}
        authorize = getattr(self.ec2, f"authorize_security_group_{direction}")
        made = authorize(GroupId=self.group, IpPermissions=[permission])
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def modify(self, rule: str, **new: Any) -> None:
        whole = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **new}
        self.ec2.modify_security_group_rules(
            GroupId=self.group, SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": whole}]
        )

    def describe(self, rule: str) -> Any:
        return self.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"][0]

    def prefixes(self) -> list[str]:
        return [found["PrefixListId"] for found in self.ec2.describe_managed_prefix_lists()["PrefixLists"]]


@pytest.fixture
def rules(aws: Callable[[str], Any]) -> Rules:
    return Rules(aws("ec2"))


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_rule_that_refers_to_a_group_is_described_with_its_description(rules: Rules, direction: str) -> None:
    other = rules.new_group()
    rule = rules.allow(direction, UserIdGroupPairs=[{"GroupId": other, "Description": "the application"}])
    found = rules.describe(rule)
    assert found["Description"] == "the application"
    assert found["ReferencedGroupInfo"]["GroupId"] == other


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_rule_that_refers_to_a_prefix_list_is_described_with_its_description(rules: Rules, direction: str) -> None:
    prefixes = rules.prefixes()[0]
    rule = rules.allow(direction, PrefixListIds=[{"PrefixListId": prefixes, "Description": "a service"}])
    found = rules.describe(rule)
    assert found["Description"] == "a service"
    assert found["PrefixListId"] == prefixes


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_rules_of_addresses_keep_theirs_too(rules: Rules, direction: str) -> None:
    rule = rules.allow(direction, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "the office"}])
    six = rules.allow(direction, Ipv6Ranges=[{"CidrIpv6": "2001:db8::/32", "Description": "the new office"}])
    assert rules.describe(rule)["Description"] == "the office"
    assert rules.describe(six)["Description"] == "the new office"


def test_a_rule_without_a_description_has_none(rules: Rules) -> None:
    rule = rules.allow("ingress", UserIdGroupPairs=[{"GroupId": rules.new_group()}])
    assert not rules.describe(rule).get("Description")


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_modification_changes_the_group_that_a_rule_refers_to_and_its_description(
    rules: Rules, direction: str
) -> None:
    first, second = rules.new_group(), rules.new_group()
    rule = rules.allow(direction, UserIdGroupPairs=[{"GroupId": first, "Description": "the first"}])
    rules.modify(rule, ReferencedGroupId=second, Description="the second")
    found = rules.describe(rule)
    assert found["ReferencedGroupInfo"]["GroupId"] == second
    assert found["Description"] == "the second"
    assert found["IsEgress"] == (direction == "egress")


def test_a_modification_of_one_rule_leaves_the_others_alone(rules: Rules) -> None:
    groups = [rules.new_group() for _ in range(3)]
    first, second = (
        rules.allow("ingress", UserIdGroupPairs=[{"GroupId": group, "Description": group}]) for group in groups[:2]
    )
    rules.modify(first, ReferencedGroupId=groups[2], Description="changed")
    assert rules.describe(second)["ReferencedGroupInfo"]["GroupId"] == groups[1]
    assert rules.describe(second)["Description"] == groups[1]


def test_a_modified_rule_can_still_be_revoked(rules: Rules) -> None:
    rule = rules.allow("ingress", UserIdGroupPairs=[{"GroupId": rules.new_group(), "Description": "the first"}])
    rules.modify(rule, ReferencedGroupId=rules.new_group(), Description="the second")
    rules.ec2.revoke_security_group_ingress(GroupId=rules.group, SecurityGroupRuleIds=[rule])
    found = rules.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [rules.group]}])
    assert [item["IsEgress"] for item in found["SecurityGroupRules"]] == [True]


def test_the_members_of_a_default_group_may_talk_to_each_other_until_the_rule_is_taken_away(rules: Rules) -> None:
    vpc = rules.ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    (group,) = rules.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    (permission,) = group["IpPermissions"]
    assert [pair["GroupId"] for pair in permission["UserIdGroupPairs"]] == [group["GroupId"]]
    each_other = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group["GroupId"]}]}]
    rules.ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=each_other)
    (left,) = rules.ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"]
    assert left["IpPermissions"] == []
