"""Security groups and their rules."""

from typing import Any

from sandbox.provider.mapping import At, Call, Name, Resource, Text

_DESCRIPTION = "Managed by Pulumi"  # the official provider's default


def _arn(kind: str) -> Text:
    return Text("arn:aws:ec2:{region}:{account}:" + kind + "/{id}")


SECURITY_GROUP = Resource(
    token="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    create=Call("create_security_group", carries=("name", "description", "vpcId"), rename={"name": "GroupName"}),
    id=At("GroupId"),
    read=Call("describe_security_groups", {"GroupIds": ["{id}"]}, at="SecurityGroups[0]", rename={"name": "GroupName"}),
    delete=Call("delete_security_group", {"GroupId": "{id}"}),
    # A new group lets everything out; the official provider takes that rule away, so that only declared rules exist.
    after_create=(
        Call(
            "revoke_security_group_egress",
            {"GroupId": "{id}", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
            (),
        ),
    ),
    replace=("name", "description", "vpcId"),
    name=Name(),
    defaults={"description": _DESCRIPTION},
    local=("revokeRulesOnDelete",),
    outputs={"arn": _arn("security-group")},
    gone=("InvalidGroup.NotFound", "InvalidGroupId.Malformed"),
    unserved=dict.fromkeys(("ingress", "egress"), "rules are resources of their own"),
)

_EVERYTHING = {"GroupId": "{id}", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}
_EACH_OTHER = {
    "GroupId": "{id}",
    "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "{id}", "UserId": "{account}"}]}],
}
# It exists since its VPC does: the official provider takes it over, revokes its rules, and leaves it where it is.
DEFAULT_SECURITY_GROUP = Resource(
    token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    service="ec2",
    create=Call(
        "describe_security_groups",
        {"Filters": [{"Name": "vpc-id", "Values": ["{vpcId}"]}, {"Name": "group-name", "Values": ["default"]}]},
        (),
    ),
    id=At("SecurityGroups[0].GroupId"),
    read=Call("describe_security_groups", {"GroupIds": ["{id}"]}, at="SecurityGroups[0]", rename={"name": "GroupName"}),
    after_create=(
        Call("revoke_security_group_egress", _EVERYTHING, ()),
        Call("revoke_security_group_ingress", _EACH_OTHER, ()),
    ),
    delete=None,
    replace=("vpcId",),
    local=("revokeRulesOnDelete",),
    tags_in_create=False,
    outputs={"arn": _arn("security-group")},
    gone=("InvalidGroup.NotFound", "InvalidGroupId.Malformed"),
    unserved=dict.fromkeys(("ingress", "egress"), "a rule that is added to it by hand is not found")
    | {"namePrefix": "a VPC names its default group itself"},
)


def _rule(direction: str) -> Resource:
    properties = (
        "cidrIpv4",
        "cidrIpv6",
        "description",
        "fromPort",
        "toPort",
        "ipProtocol",
        "prefixListId",
        "referencedSecurityGroupId",
    )
    source = {"Description": "{description}"}
    permission: dict[str, Any] = {
        "IpProtocol": "{ipProtocol}",
        "FromPort": "{fromPort}",
        "ToPort": "{toPort}",
        "IpRanges": [{"CidrIp": "{cidrIpv4!}", **source}],
        "Ipv6Ranges": [{"CidrIpv6": "{cidrIpv6!}", **source}],
        "PrefixListIds": [{"PrefixListId": "{prefixListId!}", **source}],
        "UserIdGroupPairs": [{"GroupId": "{referencedSecurityGroupId!}", **source}],
    }
    changed = {
        "CidrIpv4": "{cidrIpv4}",
        "CidrIpv6": "{cidrIpv6}",
        "Description": "{description}",
        "FromPort": "{fromPort}",
        "ToPort": "{toPort}",
        "IpProtocol": "{ipProtocol}",
        "PrefixListId": "{prefixListId}",
        "ReferencedGroupId": "{referencedSecurityGroupId}",
    }
    owner = {"GroupId": "{securityGroupId}"}
    return Resource(
        token=f"aws:vpc/securityGroup{direction.title()}Rule:SecurityGroup{direction.title()}Rule",
        service="ec2",
        create=Call(
            f"authorize_security_group_{direction}",
            {**owner, "IpPermissions": [permission]},
            (),
            {"tags": "security-group-rule"},
        ),
        id=At("SecurityGroupRules[0].SecurityGroupRuleId"),
        read=Call(
            "describe_security_group_rules",
            {"SecurityGroupRuleIds": ["{id}"]},
            at="SecurityGroupRules[0]",
            rename={"referencedSecurityGroupId": "ReferencedGroupInfo.GroupId", "securityGroupId": "GroupId"},
        ),
        update=Call(
            "modify_security_group_rules",
            {**owner, "SecurityGroupRules": [{"SecurityGroupRuleId": "{id}", "SecurityGroupRule": changed}]},
            (),
        ),
        delete=Call(f"revoke_security_group_{direction}", {**owner, "SecurityGroupRuleIds": ["{id}"]}),
        replace=("securityGroupId",),
        computed=tuple(name for name in properties if name in {"fromPort", "toPort"}),
        outputs={"arn": _arn("security-group-rule")},
        gone=("InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"),
    )


RESOURCES: tuple[Resource, ...] = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP, _rule("ingress"), _rule("egress"))
