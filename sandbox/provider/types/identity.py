"""IAM roles, their inline policies and attachments, and managed policies."""

import json
from typing import Any

from sandbox.provider.mapping import Action, At, Call, Convert, Name, Part, Resource, Text, Values

_ROLE = {"RoleName": "{id}"}


def _document(member: str) -> Convert:
    # boto3 reads the document into a structure; the program has it as text
    return Convert(member, str, json.dumps)


def _detach(cloud: Any, values: Values) -> None:
    """Takes every policy off the role, as forceDetachPolicies promises."""
    if not values.get("forceDetachPolicies"):
        return
    role = {"RoleName": values["id"]}
    for policy in cloud.call("iam", "list_attached_role_policies", role)["AttachedPolicies"]:
        cloud.call("iam", "detach_role_policy", {**role, "PolicyArn": policy["PolicyArn"]})
    for name in cloud.call("iam", "list_role_policies", role)["PolicyNames"]:
        cloud.call("iam", "delete_role_policy", {**role, "PolicyName": name})


def _delete_older(cloud: Any, values: Values) -> None:
    """Deletes all versions but the current one: a policy with older versions cannot be deleted."""
    policy = {"PolicyArn": values["id"]}
    for version in cloud.call("iam", "list_policy_versions", policy)["Versions"]:
        if not version["IsDefaultVersion"]:
            cloud.call("iam", "delete_policy_version", {**policy, "VersionId": version["VersionId"]})


DETACH: Action = _detach
DELETE_OLDER: Action = _delete_older

ROLE = Resource(
    token="aws:iam/role:Role",
    service="iam",
    create=Call(
        "create_role",
        carries=("name", "path", "assumeRolePolicy", "description", "maxSessionDuration", "permissionsBoundary"),
    ),
    id=Text("{name}"),
    read=Call(
        "get_role", _ROLE, at="Role", rename={"permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"}
    ),
    update=Call("update_role", _ROLE, carries=("description", "maxSessionDuration")),
    update_all=True,  # moto's update_role forgets the description that it is not sent
    delete=Call("delete_role", _ROLE),
    before_delete=(DETACH,),
    parts=(
        Part(
            ("assumeRolePolicy",),
            put=Call("update_assume_role_policy", {**_ROLE, "PolicyDocument": "{assumeRolePolicy}"}),
        ),
        Part(
            ("permissionsBoundary",),
            put=Call("put_role_permissions_boundary", {**_ROLE, "PermissionsBoundary": "{permissionsBoundary}"}),
            clear=Call("delete_role_permissions_boundary", _ROLE),
        ),
    ),
    rename={"name": "RoleName", "assumeRolePolicy": _document("AssumeRolePolicyDocument")},
    outputs={"uniqueId": At("RoleId")},
    replace=("name", "path"),
    name=Name(limit=64),
    defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
    documents=("assumeRolePolicy",),
    local=("forceDetachPolicies",),
    gone=("NoSuchEntity",),
    unserved={
        "inlinePolicies": "deprecated upstream: use RolePolicy",
        "managedPolicyArns": "deprecated upstream: use RolePolicyAttachment",
    },
)

_ROLE_POLICY = {"RoleName": "{role}", "PolicyName": "{name}"}

ROLE_POLICY = Resource(
    token="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    create=Call("put_role_policy"),
    id=Text("{role}:{name}"),
    read=Call("get_role_policy", _ROLE_POLICY),
    update=Call("put_role_policy"),
    update_all=True,
    delete=Call("delete_role_policy", _ROLE_POLICY),
    rename={"role": "RoleName", "name": "PolicyName", "policy": _document("PolicyDocument")},
    replace=("name", "role"),
    name=Name(limit=128),
    documents=("policy",),
    gone=("NoSuchEntity",),
    taggable=False,
)

ATTACHMENT = Resource(
    token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    service="iam",
    create=Call("attach_role_policy"),
    id=Text("{role}/{policyArn}"),
    read=Call(
        "list_attached_role_policies", {"RoleName": "{role}"}, at="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]"
    ),
    delete=Call("detach_role_policy", {"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
    rename={"role": "RoleName"},
    replace=("role", "policyArn"),
    gone=("NoSuchEntity",),
    taggable=False,
)

_POLICY = {"PolicyArn": "{id}"}

POLICY = Resource(
    token="aws:iam/policy:Policy",
    service="iam",
    create=Call("create_policy", carries=("name", "path", "description", "policy")),
    id=At("Policy.Arn"),
    read=Call("get_policy", _POLICY, at="Policy"),
    delete=Call("delete_policy", _POLICY),
    before_delete=(DELETE_OLDER,),
    parts=(
        Part(
            ("policy",),
            put=Call("create_policy_version", {**_POLICY, "PolicyDocument": "{policy}", "SetAsDefault": True}),
            # moto lists the documents too, where AWS wants another call for each version
            read=Call(
                "list_policy_versions",
                _POLICY,
                at="Versions[?IsDefaultVersion] | [0]",
                rename={"policy": _document("Document")},
            ),
        ),
    ),
    rename={"name": "PolicyName", "policy": _document("PolicyDocument")},
    replace=("name", "path", "description"),
    name=Name(limit=128),
    defaults={"path": "/"},
    documents=("policy",),
    gone=("NoSuchEntity",),
    tagging="iam:policy",
)

RESOURCES = (ROLE, ROLE_POLICY, ATTACHMENT, POLICY)
