import json
from typing import Any

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Contract, Drift

ROLE = {"RoleName": "{id}"}


def trust(service: str = "lambda") -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: str = "s3:GetObject") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": "*"}]}
    )


def new_role(bench: Bench, service: str = "lambda") -> Any:
    name = bench.unique("role")
    return bench.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]


def new_policy(bench: Bench) -> str:
    return str(bench.client("iam").create_policy(PolicyName=bench.unique(), PolicyDocument=allow())["Policy"]["Arn"])


class TestIdentity(Contract):
    CASES = (
        Case(
            "aws:iam/role:Role",
            given=lambda _: {
                "assumeRolePolicy": trust(),
                "description": "d",
                "maxSessionDuration": 7200,
                "tags": {"a": "b"},
            },
            look=Call("get_role", ROLE, at="Role"),
            shown={
                "AssumeRolePolicyDocument.Statement[0].Principal.Service": "lambda.amazonaws.com",
                "Description": "d",
                "MaxSessionDuration": 7200,
                "Path": "/",
                "Tags": [{"Key": "a", "Value": "b"}],
            },
            outputs={"arn": "arn:aws:iam::123456789012:role/{name}", "name": "{id}"},
            changes=(
                Change(
                    "assumeRolePolicy",
                    trust("ecs"),
                    {"AssumeRolePolicyDocument.Statement[0].Principal.Service": "ecs.amazonaws.com"},
                ),
                Change("maxSessionDuration", 3600, {"MaxSessionDuration": 3600, "Description": "d"}),
                Change("description", "e", {"Description": "e", "MaxSessionDuration": 3600}),
                Change(
                    "permissionsBoundary",
                    "arn:aws:iam::123456789012:policy/boundary",
                    {"PermissionsBoundary.PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary"},
                ),
                Change("permissionsBoundary", None, {"PermissionsBoundary": None}),
                Change("tags", None, {"Tags": None}),
            ),
            replaces={"name": "other", "path": "/x/"},
            drift=(
                Drift(
                    Call("update_assume_role_policy", {**ROLE, "PolicyDocument": trust("ec2")}),
                    "assumeRolePolicy",
                    trust("ec2"),
                ),
                Drift(
                    Call("update_role", {**ROLE, "Description": "x", "MaxSessionDuration": 7200}), "description", "x"
                ),
            ),
            vanish=Call("delete_role", ROLE),
        ),
        Case(
            "aws:iam/rolePolicy:RolePolicy",
            given=lambda bench: {"role": new_role(bench)["RoleName"], "policy": allow()},
            look=Call("get_role_policy", {"RoleName": "{role}", "PolicyName": "{name}"}),
            shown={"PolicyDocument.Statement[0].Action": ["s3:GetObject"]},
            changes=(
                Change("policy", allow("s3:PutObject"), {"PolicyDocument.Statement[0].Action": ["s3:PutObject"]}),
            ),
            replaces={"role": "other", "name": "other"},
            drift=(
                Drift(
                    Call(
                        "put_role_policy",
                        {"RoleName": "{role}", "PolicyName": "{name}", "PolicyDocument": allow("s3:ListBucket")},
                    ),
                    "policy",
                    allow("s3:ListBucket"),
                ),
            ),
            vanish=Call("delete_role_policy", {"RoleName": "{role}", "PolicyName": "{name}"}),
        ),
        Case(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            given=lambda bench: {"role": new_role(bench)["RoleName"], "policyArn": new_policy(bench)},
            look=Call("list_attached_role_policies", {"RoleName": "{role}"}, at="AttachedPolicies[0]"),
            shown={"PolicyArn": "{policyArn}"},
            replaces={"role": "other", "policyArn": "arn:aws:iam::123456789012:policy/other"},
            vanish=Call("detach_role_policy", {"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        ),
        Case(
            "aws:iam/policy:Policy",
            given=lambda _: {"policy": allow(), "description": "d", "tags": {"a": "b"}},
            look=Call("get_policy", {"PolicyArn": "{id}"}, at="Policy"),
            shown={"PolicyName": "{name}", "Description": "d", "Tags": [{"Key": "a", "Value": "b"}]},
            outputs={"arn": "arn:aws:iam::123456789012:policy/{name}"},
            changes=(
                Change("policy", allow("s3:PutObject"), {"DefaultVersionId": "v2"}),
                Change("tags", {"a": "c"}, {"Tags": [{"Key": "a", "Value": "c"}]}),
            ),
            replaces={"name": "other", "path": "/x/", "description": "e"},
            drift=(
                Drift(
                    Call(
                        "create_policy_version",
                        {"PolicyArn": "{id}", "PolicyDocument": allow("s3:ListBucket"), "SetAsDefault": True},
                    ),
                    "policy",
                    allow("s3:ListBucket"),
                ),
            ),
            vanish=Call("delete_policy", {"PolicyArn": "{id}"}),
        ),
    )

    def test_a_role_that_may_force_it_sheds_its_policies_when_it_is_deleted(self, bench_of: Any) -> None:
        bench = bench_of("aws:iam/role:Role")
        state = bench.create({"assumeRolePolicy": trust(), "forceDetachPolicies": True})
        bench.client("iam").put_role_policy(RoleName=state.id, PolicyName="p", PolicyDocument=allow())
        bench.client("iam").attach_role_policy(RoleName=state.id, PolicyArn=new_policy(bench))
        bench.delete(state)
        assert bench.read(state) is None
