"""Bucket policies are evaluated with their conditions, and malformed ones refused; moto ignores the one and takes the other.

Without this, the usual "deny unless aws:SecureTransport" refuses every request. Conditions on the keys below are evaluated
with the real request. A Deny that says more than is understood here is refused when it is put, never silently ignored.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, S3Backend

from sandbox.cloud.patching import replace
from sandbox.home import ACCOUNT_ID, Home

OPERATORS = {"Bool", "StringEquals", "StringNotEquals", "Null"}
SECURE = "aws:securetransport"
HEADERS = {
    "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "x-amz-server-side-encryption-aws-kms-key-id",
}
KEYS = {SECURE, *HEADERS}
# Whom the sandbox's own requests are; statements for other principals do not touch them.
CALLER = {"*", ACCOUNT_ID, f"arn:aws:iam::{ACCOUNT_ID}:root"}


class PolicyError(S3ClientError):
    """PutBucketPolicy refuses the policy."""

    code = "MalformedPolicy"


def install(home: Home) -> None:
    """Replace the evaluation, and check before a policy is stored."""
    del home

    def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        statements = [s for s in _statements(json.loads(self.policy)) if _applies(s, _values(action))]
        bare = [
            {name: value for name, value in s.items() if name not in {"Condition", "Principal"}} for s in statements
        ]
        return IAMPolicy(json.dumps({"Statement": bare})).is_action_permitted(action, resource)

    def put_bucket_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
        problems = list(_problems(bucket_name, policy))
        if problems:
            raise PolicyError("; ".join(problems))
        original(self, bucket_name, policy)

    replace(FakeBucket, "get_permission", get_permission)
    original = replace(S3Backend, "put_bucket_policy", put_bucket_policy)


def _statements(policy: Any) -> list[dict[str, Any]]:
    return _list(policy.get("Statement")) if isinstance(policy, dict) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _values(action: str) -> dict[str, str]:
    """The condition keys that the present request has."""
    values = {SECURE: "true" if request.scheme == "https" else "false"}
    # Only these requests carry the headers; s3:PutObject covers the parts of an upload, too, which have none.
    if action == "s3:PutObject":
        values |= {key: request.headers[header] for key, header in HEADERS.items() if header in request.headers}
    return values


def _applies(statement: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    principal = statement.get("Principal", "*")
    named = set(_list(principal.get("AWS"))) if isinstance(principal, dict) else {principal}
    return bool(named & CALLER) and all(
        _matches(operator, values.get(key.lower()), [str(value) for value in _list(expected)])
        for operator, key, expected in _conditions(statement)
    )


def _matches(operator: str, value: str | None, expected: list[str]) -> bool:
    name = operator.removesuffix("IfExists")
    if name == "Null":
        return (value is None) == (expected[0].lower() == "true")
    if value is None:
        return operator.endswith("IfExists") or name == "StringNotEquals"
    if name == "Bool":
        return value in {text.lower() for text in expected}
    if name == "StringNotEquals":
        return value not in expected
    return name == "StringEquals" and value in expected


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for operator, pairs in (statement.get("Condition") or {}).items():
        for key, expected in pairs.items():
            yield operator, key, expected


def _problems(bucket_name: str, policy: bytes) -> Iterator[str]:
    """What AWS refuses, in its words, and what this cloud cannot evaluate."""
    try:
        document = json.loads(policy)
    except ValueError:
        yield "Policies must be valid JSON and the first byte must be '{'"
        return
    if not _statements(document):
        yield "Missing required field Statement"
    arn = f"arn:aws:s3:::{bucket_name}"
    for statement in _statements(document):
        name = statement.get("Sid", "a statement without Sid")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            yield f"{name}: Missing required field Principal"
        if any(r != arn and not r.startswith(f"{arn}/") for r in _list(statement.get("Resource"))):
            yield f"{name}: Policy has invalid resource"
        if statement.get("Effect") == "Deny":
            yield from (f"{name}: the embedded cloud does not evaluate {reason}" for reason in _unknown(statement))


def _unknown(statement: Mapping[str, Any]) -> Iterator[str]:
    yield from (element for element in ("NotPrincipal", "NotResource") if element in statement)
    for operator, key, _ in _conditions(statement):
        if operator.removesuffix("IfExists") not in OPERATORS or key.lower() not in KEYS:
            yield f"the condition {operator} on {key}"
