import json
from typing import Any

import pytest

from policy.iam import check
from policy.model import UNKNOWN, Resource

ARN = "arn:aws:s3:::b/*"
TYPES = {
    "rights": ("aws:iam/rolePolicy:RolePolicy", "policy"),
    "managed": ("aws:iam/policy:Policy", "policy"),
    "trust": ("aws:iam/role:Role", "assumeRolePolicy"),
    "key": ("aws:kms/key:Key", "policy"),
    "bucket": ("aws:s3/bucketPolicy:BucketPolicy", "policy"),
    "vault": ("aws:backup/vaultPolicy:VaultPolicy", "policy"),
    "stored secret": ("aws:secretsmanager/secretPolicy:SecretPolicy", "policy"),
    "images": ("aws:ecr/repositoryPolicy:RepositoryPolicy", "policy"),
    "files": ("aws:efs/fileSystemPolicy:FileSystemPolicy", "policy"),
}


def controls(where: str, **statement: Any) -> list[str]:
    kind, name = TYPES[where]
    text = json.dumps({"Statement": {"Effect": "Allow", **statement}})
    return [finding.control.id for finding in check(Resource(kind, "it", "urn:it", {name: text}))]


def test_named_actions_on_named_resources_pass() -> None:
    assert controls("rights", Action="s3:GetObject", Resource=ARN) == []


@pytest.mark.parametrize("resource", ["*", "arn:aws:sns:us-east-1:1:*", "arn:aws:sns:*:*:*"])
def test_everything_of_a_service_is_every_resource(resource: str) -> None:
    assert controls("rights", Action="sns:Publish", Resource=resource) == ["House.named-resources"]


def test_a_condition_narrows_every_resource() -> None:
    condition = {"StringEquals": {"cloudwatch:namespace": "Jobr"}}
    assert controls("rights", Action="cloudwatch:PutMetricData", Resource="*", Condition=condition) == []
    assert controls("rights", Action="cloudwatch:PutMetricData", Resource="*") == ["House.named-resources"]


def test_a_denial_may_be_as_wide_as_it_likes() -> None:
    assert controls("rights", Effect="Deny", Action="*", Resource="*") == []
    assert controls("rights", Effect="Deny", NotAction="s3:*", Resource="*") == []


@pytest.mark.parametrize("action", ["kms:Decrypt", "KMS:DECRYPT", "kms:ReEncrypt*"])
@pytest.mark.parametrize("resource", ["arn:aws:kms:*:1:key/*", "arn:aws:kms:us-east-1:1:*"])
def test_no_one_decrypts_with_every_key(action: str, resource: str) -> None:
    assert "KMS.2" in controls("rights", Action=action, Resource=resource)
    assert "KMS.1" in controls("managed", Action=action, Resource=resource)


def test_an_inline_policy_inside_a_role_is_looked_at_too() -> None:
    text = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": ARN}]})
    role = Resource("aws:iam/role:Role", "it", "urn:it", {"inlinePolicies": [{"name": "x", "policy": text}]})
    assert [finding.control.id for finding in check(role)] == ["IAM.1"]


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_a_role_for_everybody_is_refused(principal: Any) -> None:
    assert controls("trust", Action="sts:AssumeRole", Principal=principal) == ["House.named-principals"]


@pytest.mark.parametrize("store", ["vault", "stored secret", "images", "files"])
@pytest.mark.parametrize("principal", [{"Principal": "*"}, {"Principal": {"AWS": ["*"]}}])
def test_no_policy_of_its_own_opens_a_store_to_everybody(store: str, principal: dict[str, Any]) -> None:
    account = {"StringEquals": {"aws:PrincipalAccount": "1"}}
    assert controls(store, Action="x:Read", **principal) == ["House.no-public-policy"]
    assert controls(store, Action="x:Read", Condition=account, **principal) == []
    assert controls(store, Effect="Deny", Action="x:Read", **principal) == []


def test_a_service_acts_for_this_account_alone() -> None:
    service = {"Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert controls("trust", **service) == ["House.no-confused-deputy"]
    assert controls("trust", **service, Condition={"StringEquals": {"aws:sourceaccount": "1"}}) == []


def test_lambda_sends_no_source_when_it_takes_a_role_on_but_is_bound_elsewhere() -> None:
    service = {"Principal": {"Service": "lambda.amazonaws.com"}}
    assert controls("trust", Action="sts:AssumeRole", **service) == []
    assert controls("bucket", Action="s3:GetObject", Resource=ARN, **service) == ["House.no-confused-deputy"]


def test_a_keys_own_policy_may_say_everything_of_itself_and_bind_a_service_by_the_context() -> None:
    context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:1:log-group:jobr-*"}}
    logs = {"Service": "logs.us-east-1.amazonaws.com"}
    assert controls("key", Action="kms:*", Resource="*", Principal={"AWS": "arn:aws:iam::1:root"}) == []
    assert controls("key", Action="kms:Decrypt", Resource="*", Principal=logs, Condition=context) == []
    assert controls("bucket", Action="s3:PutObject", Resource=ARN, Principal=logs, Condition=context) != []


@pytest.mark.parametrize("document", [UNKNOWN, None, "no JSON", "[]", {"Statement": UNKNOWN}, {"Statement": [UNKNOWN]}])
def test_what_a_preview_does_not_know_is_no_violation(document: Any) -> None:
    assert list(check(Resource("aws:iam/rolePolicy:RolePolicy", "it", "urn:it", {"policy": document}))) == []
