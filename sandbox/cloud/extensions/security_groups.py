"""Security group rules that refer to another group or a prefix list keep their description, and change in place.

A VPC's default group lets its members talk to each other (https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html);
moto's has no such rule, so that nothing would be there to take away.

AWS describes every rule's Description and lets ModifySecurityGroupRules set it, and the group that a rule refers to:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html. Moto reads the description of
address ranges only, and leaves references as they were.
"""

import inspect
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from sandbox.cloud.patching import replace
from sandbox.home import Home


def install(home: Home) -> None:
    """Patch moto's rules and their modification."""
    del home

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        original_init(self, *arguments, **named)
        given = inspect.signature(original_init).bind(self, *arguments, **named).arguments
        sources = (given.get(name) for name in ("ip_range", "source_group", "prefix_list_id"))
        found = (source["Description"] for source in sources if isinstance(source, dict) and source.get("Description"))
        self.told_description = next(found, None)

    def modify(self: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
        original_modify(self, group_id, rules)
        group = self.get_security_group_by_name_or_id(group_id)
        for rule_id, new in rules.items():
            rule = group.get_rule(rule_id)
            if new.get("ReferencedGroupId"):
                rule.source_group["GroupId"] = new["ReferencedGroupId"]
            rule.told_description = new.get("Description")

    def create(self: Any, *arguments: Any, **named: Any) -> Any:
        group = original_create(self, *arguments, **named)
        if named.get("is_default"):
            each_other = [{"GroupId": group.group_id}]
            self.authorize_security_group_ingress(
                group.group_id, "-1", "-1", "-1", [], source_groups=each_other, vpc_id=group.vpc_id
            )
        return group

    original_create = replace(SecurityGroupBackend, "create_security_group", create)
    original_init = replace(SecurityGroupRule, "__init__", init)
    original_modify = replace(SecurityGroupBackend, "modify_security_group_rules", modify)
    replace(SecurityGroupRule, "description", property(lambda rule: rule.told_description))
