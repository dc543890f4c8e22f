"""Security groups and their rules."""

from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift
from tests.sandbox.provider.types.surroundings import WholeContract, groups, new_vpc, vpc

TAGS = {"Name": "a rule"}
_GROUP = Call("describe_security_groups", {"GroupIds": ["{id}"]}, at="SecurityGroups[0]")
_RULE = Call("describe_security_group_rules", {"SecurityGroupRuleIds": ["{id}"]}, at="SecurityGroupRules[0]")


def _tag(value: str) -> Call:
    return Call("create_tags", {"Resources": ["{id}"], "Tags": [{"Key": "Name", "Value": value}]})


def _owner(bench: Bench) -> str:
    made = bench.client("ec2").create_security_group(GroupName=bench.unique(), Description="d", VpcId=vpc(bench.cloud))
    return str(made["GroupId"])


def _rule(bench: Bench, **source: str) -> dict[str, Any]:
    return {
        "securityGroupId": _owner(bench),
        "ipProtocol": "tcp",
        "fromPort": 5432,
        "toPort": 5432,
        "description": "from the application",
        "tags": TAGS,
        **source,
    }


def _prefixes(bench: Bench) -> str:
    lists = bench.client("ec2").describe_managed_prefix_lists()["PrefixLists"]
    return str(next(found["PrefixListId"] for found in lists if found["PrefixListName"].endswith(".s3")))


def _rewritten(**rule: Any) -> Call:
    """The rule changed by hand."""
    whole = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **rule}
    changed = [{"SecurityGroupRuleId": "{id}", "SecurityGroupRule": whole}]
    return Call("modify_security_group_rules", {"GroupId": "{securityGroupId}", "SecurityGroupRules": changed})


def _cases(direction: str) -> tuple[Case, ...]:
    token = f"aws:vpc/securityGroup{direction.title()}Rule:SecurityGroup{direction.title()}Rule"
    vanish = Call(
        f"revoke_security_group_{direction}", {"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]}
    )
    outputs = {"arn": "arn:aws:ec2:us-east-1:123456789012:security-group-rule/{id}", "securityGroupRuleId": "{id}"}
    of_addresses = Case(
        token,
        lambda bench: _rule(bench, cidrIpv4="10.0.0.0/8"),
        _RULE,
        {
            "CidrIpv4": "10.0.0.0/8",
            "FromPort": 5432,
            "ToPort": 5432,
            "IpProtocol": "tcp",
            "IsEgress": direction == "egress",
            "Description": "from the application",
            "GroupId": "{securityGroupId}",
            "Tags[0].Value": "a rule",
        },
        outputs=outputs,
        changes=(
            Change("toPort", 5433, {"FromPort": 5432, "ToPort": 5433, "CidrIpv4": "10.0.0.0/8"}),
            Change("fromPort", 5431, {"FromPort": 5431, "ToPort": 5433}),
            Change("cidrIpv4", "10.0.0.0/16", {"CidrIpv4": "10.0.0.0/16", "Description": "from the application"}),
            Change("description", "from elsewhere", {"Description": "from elsewhere", "CidrIpv4": "10.0.0.0/16"}),
            Change("ipProtocol", "udp", {"IpProtocol": "udp", "ToPort": 5433}),
            Change("tags", {"Name": "another"}, {"Tags[0].Value": "another"}),
            Change("tags", None, {"Tags || `[]`": []}),
        ),
        replaces={"securityGroupId": "sg-0123456789abcdef0"},
        drift=(
            Drift(_rewritten(CidrIpv4="0.0.0.0/0", Description="from the application"), "cidrIpv4", "0.0.0.0/0"),
            Drift(_rewritten(CidrIpv4="10.0.0.0/8", Description="by hand"), "description", "by hand"),
            Drift(_tag("by hand"), "tags", {"Name": "by hand"}),
        ),
        vanish=vanish,
        name=f"{direction} of addresses",
    )
    of_a_group = Case(
        token,
        lambda bench: _rule(bench, referencedSecurityGroupId=groups(bench.cloud)[0]),
        _RULE,
        {"ReferencedGroupInfo.GroupId": "{referencedSecurityGroupId}", "Description": "from the application"},
        outputs=outputs,
        changes=(
            Change(
                "description",
                "another",
                {"Description": "another", "ReferencedGroupInfo.GroupId": "{referencedSecurityGroupId}"},
            ),
        ),
        vanish=vanish,
        name=f"{direction} of a group",
    )
    of_prefixes = Case(
        token,
        lambda bench: _rule(bench, prefixListId=_prefixes(bench)),
        _RULE,
        {"PrefixListId": "{prefixListId}", "Description": "from the application"},
        changes=(Change("description", "another", {"Description": "another", "PrefixListId": "{prefixListId}"}),),
        vanish=vanish,
        name=f"{direction} of a prefix list",
    )
    of_six = Case(
        token,
        lambda bench: _rule(bench, cidrIpv6="::/0"),
        _RULE,
        {"CidrIpv6": "::/0"},
        vanish=vanish,
        name=f"{direction} of IPv6",
    )
    return of_addresses, of_a_group, of_prefixes, of_six


class TestSecurityGroups(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:ec2/securityGroup:SecurityGroup",
            lambda bench: {"vpcId": vpc(bench.cloud), "name": bench.unique(), "tags": TAGS},
            _GROUP,
            {
                "GroupName": "{name}",
                "Description": "Managed by Pulumi",
                "IpPermissions": [],
                "IpPermissionsEgress": [],
                "VpcId": "{vpcId}",
            },
            outputs={"arn": "arn:aws:ec2:us-east-1:123456789012:security-group/{id}", "ownerId": "123456789012"},
            changes=(
                Change("tags", {"Name": "another"}, {"Tags[0].Value": "another"}),
                Change("tags", None, {"Tags || `[]`": []}),
            ),
            replaces={"name": "another", "description": "another", "vpcId": "vpc-1"},
            drift=(Drift(_tag("by hand"), "tags", {"Name": "by hand"}),),
            vanish=Call("delete_security_group", {"GroupId": "{id}"}),
        ),
        Case(
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            lambda bench: {"vpcId": new_vpc(bench), "tags": TAGS},
            _GROUP,
            {"GroupName": "default", "IpPermissions": [], "IpPermissionsEgress": [], "VpcId": "{vpcId}"},
            outputs={"name": "default", "arn": "arn:aws:ec2:us-east-1:123456789012:security-group/{id}"},
            changes=(Change("tags", {"Name": "another"}, {"Tags[0].Value": "another"}),),
            replaces={"vpcId": "vpc-1"},
            drift=(Drift(_tag("by hand"), "tags", {"Name": "by hand"}),),
        ),
        *_cases("ingress"),
        *_cases("egress"),
    )
