"""Lints IAM documents against AWS's Service Authorization Reference, as two libraries carry it.

cfn-lint's data is the fresher one for actions and the resources that they take; policy-sentry's has the condition keys.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from policy_sentry.querying.actions import get_action_data

OPERATORS = re.compile(
    r"^(?:(?:ForAllValues|ForAnyValue):)?"
    r"(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Numeric(?:Not)?Equals|Numeric(?:Less|Greater)Than(?:Equals)?"
    r"|Date(?:Not)?Equals|Date(?:Less|Greater)Than(?:Equals)?|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like)|Null)"
    r"(?:IfExists)?$"
)
# AWS global condition context keys (IAM User Guide), in lower case; those with a key of the request's own end in a slash.
GLOBAL_KEYS = frozenset(
    f"aws:{name}"
    for name in [
        "calledvia",
        "calledviafirst",
        "calledvialast",
        "currenttime",
        "epochtime",
        "federatedprovider",
        "multifactorauthage",
        "multifactorauthpresent",
        "principalaccount",
        "principalarn",
        "principalisawsservice",
        "principalorgid",
        "principalorgpaths",
        "principalservicename",
        "principalservicenameslist",
        "principaltype",
        "referer",
        "requestedregion",
        "resourceaccount",
        "resourceorgid",
        "resourceorgpaths",
        "securetransport",
        "sourceaccount",
        "sourcearn",
        "sourceidentity",
        "sourceip",
        "sourceorgid",
        "sourceorgpaths",
        "sourceowner",
        "sourcevpc",
        "sourcevpce",
        "tagkeys",
        "tokenissuetime",
        "useragent",
        "userid",
        "username",
        "viaawsservice",
        "vpcsourceip",
    ]
)
# Lambda puts it into every request that a function's code makes (Lambda, Using source function ARN to control access).
FUNCTION_KEY = "lambda:sourcefunctionarn"
TAGGED_KEYS = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "kms:encryptioncontext:")
# A part of an ARN or a key that is the caller's, such as ${Partition} or ${TagKey}.
VARIABLE = re.compile(r"\$\{\w+\}")
SID = re.compile(r"^[A-Za-z0-9]+$")


class Kind(Enum):
    """Where a document stands; with the most characters it may have (IAM and STS quotas; S3, SNS and KMS allow more)."""

    IDENTITY = 10240
    TRUST = 2048
    RESOURCE = 20480


@dataclass(frozen=True)
class Fault:
    """What is wrong with one statement: a rule's name, and what broke it."""

    sid: str
    rule: str
    subject: str

    def __str__(self) -> str:
        return f"{self.sid}: {self.rule}: {self.subject}"


def lint(text: str, kind: Kind) -> Iterator[Fault]:
    """Every fault of a document."""
    tree = json.loads(text)
    if tree.get("Version") != "2012-10-17":
        yield Fault("document", "old-version", str(tree.get("Version")))
    if len(re.sub(r"\s", "", text)) > kind.value:
        yield Fault("document", "too-long", f"{len(text)} characters")
    statements = _list(tree.get("Statement"))
    sids = [statement.get("Sid", "") for statement in statements]
    yield from (Fault(sid, "doubled-sid", sid) for sid in sorted(set(sids)) if sids.count(sid) > 1)
    for statement in statements:
        sid = statement.get("Sid", "")
        for rule, subject in (
            *_shape(statement, kind),
            *_actions(statement),
            *_resources(statement, kind),
            *_conditions(statement),
        ):
            yield Fault(sid, rule, subject)


def takes_no_resource(action: str) -> bool:
    """Whether AWS knows the action and no resource for it, so that "*" alone can stand there."""
    service, _, name = action.lower().partition(":")
    known = _service(service)
    return name in known["Actions"] and not known["Actions"][name].get("Resources")


def exists(action: str) -> bool:
    """Whether AWS knows the action, or an action that the pattern fits."""
    service, _, name = action.lower().partition(":")
    return action == "*" or any(fnmatchcase(known, name) for known in _service(service)["Actions"])


def _shape(statement: Mapping[str, Any], kind: Kind) -> Iterator[tuple[str, str]]:
    if not SID.match(statement.get("Sid", "")):
        yield "bad-sid", str(statement.get("Sid"))
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "bad-effect", str(statement.get("Effect"))
    if ("Principal" in statement) is (kind is Kind.IDENTITY):
        yield "misplaced-principal", "an identity's policy names none, every other does"
    if ("Resource" in statement) is (kind is Kind.TRUST):
        yield "misplaced-resource", "a trust policy names none, every other does"


def _actions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    actions = _list(statement.get("Action"))
    yield from (("unknown-action", action) for action in actions if not exists(action))
    yield from (("doubled-action", action) for action in sorted(set(actions)) if actions.count(action) > 1)


def _resources(statement: Mapping[str, Any], kind: Kind) -> Iterator[tuple[str, str]]:
    resources = _list(statement.get("Resource"))
    if kind is Kind.TRUST or "*" in resources:
        return
    taken: set[str] = set()
    for action in _list(statement.get("Action")):
        if "*" in action or not exists(action):
            taken |= {one for one in resources if action == "*" or one.split(":")[2:3] == [action.split(":")[0]]}
            continue
        fitting = {one for one in resources if any(_fits(one, form) for form in _formats(action))}
        taken |= fitting
        if takes_no_resource(action):
            yield "needs-every-resource", action
        elif not fitting:
            yield "takes-no-such-resource", f"{action} on {', '.join(resources)}"
    yield from (("resource-of-no-action", one) for one in resources if one not in taken)


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for operator, tests in (statement.get("Condition") or {}).items():
        if not OPERATORS.match(operator):
            yield "unknown-operator", operator
        for key in tests:
            lower = key.lower()
            if lower in GLOBAL_KEYS or lower == FUNCTION_KEY or lower.startswith(TAGGED_KEYS):
                continue
            actions = [action for action in _list(statement.get("Action")) if "*" not in action and exists(action)]
            lost = [action for action in actions if lower not in _condition_keys(action)]
            if lost and len(lost) == len(actions):
                yield "unknown-condition", f"{key} for {', '.join(lost)}"


@cache
def _data() -> dict[str, Any]:
    text = (files("cfnlint.data") / "AdditionalSpecs" / "Policies.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _service(prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = _data().get(prefix, {"Actions": {}, "Resources": {}})
    return found


@cache
def _formats(action: str) -> tuple[str, ...]:
    """The ARNs that an action takes, such as arn:${Partition}:s3:::${BucketName}."""
    service, _, name = action.lower().partition(":")
    known = _service(service)
    kinds = _list(known["Actions"][name].get("Resources"))
    coarse = [arn for kind in kinds for arn in known["Resources"].get(kind.lower(), {}).get("ARNFormats", ())]
    # policy-sentry tells a bucket from an object, where cfn-lint has one pattern for both.
    finer = [row["resource_arn_format"] for row in _rows(action) if row.get("resource_arn_format", "*") != "*"]
    return tuple(finer or [arn.replace(".*", "*") for arn in coarse])


def _fits(arn: str, form: str) -> bool:
    """Whether some resource is named by both; either may have wildcards. A bucket's name has no slash."""
    of_bucket = form.endswith("${BucketName}") and "/" in arn
    parts = zip(arn.split(":", 5), VARIABLE.sub("*", form).split(":", 5), strict=False)
    return not of_bucket and arn.count(":") >= 5 and all(_meet(*pair) for pair in parts)


@cache
def _meet(one: str, other: str) -> bool:
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(one, other[1:]) or _meet(one[1:], other)
    return one[0] == other[0] and _meet(one[1:], other[1:])


def _rows(action: str) -> list[dict[str, Any]]:
    service, _, name = action.partition(":")
    found: Any = get_action_data(service, name) or {}
    rows: list[dict[str, Any]] = found.get(service, [])
    return rows


@cache
def _condition_keys(action: str) -> frozenset[str]:
    keys = [key for row in _rows(action) for key in row.get("condition_keys", ())]
    return frozenset(VARIABLE.sub("", key).lower() for key in keys)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
