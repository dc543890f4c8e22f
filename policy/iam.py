"""IAM documents name what they allow, to whom, and on whose behalf."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.documents import allows, condition_keys, is_public, known_statements, services
from policy.model import Control, Finding, Resource, as_list, house

NO_ADMINISTRATORS = Control("IAM.1", 'IAM policies should not allow full "*" administrative privileges')
ROLES_ONLY = Control("IAM.2", "IAM users should not have IAM policies attached")
NO_WHOLE_SERVICES = Control(
    "IAM.21", "IAM customer managed policies that you create should not allow wildcard actions for services"
)
MANAGED_KEYS = Control("KMS.1", "IAM customer managed policies should not allow decryption actions on all KMS keys")
INLINE_KEYS = Control(
    "KMS.2", "IAM principals should not have IAM inline policies that allow decryption actions on all KMS keys"
)
NAMED_RESOURCES = house(
    "named-resources",
    "A policy names the resources that it allows",
    "Security Hub looks at actions alone; a statement on every resource reaches into other teams' stacks",
)
NO_NEGATIONS = house(
    "no-negations",
    "A policy says what it allows, not what it leaves out",
    "Allow with NotAction, NotResource or NotPrincipal also allows whatever AWS adds later",
)
NAMED_PRINCIPALS = house(
    "named-principals",
    "A role says who may take it on",
    "a trust policy for everybody opens the role to every AWS account",
)
CLOSED = house(
    "no-public-policy",
    "No policy of its own opens a store to everybody",
    "Security Hub looks at the policies of buckets, keys, topics, queues and functions, and not at these",
)
NO_DEPUTIES = house(
    "no-confused-deputy",
    "A service acts for this account alone",
    "without aws:SourceAccount or aws:SourceArn anybody's resource of that service can ask it to act (IAM, The confused deputy problem)",
)

ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"
INLINE = {f"aws:iam/{kind}Policy:{kind.capitalize()}Policy" for kind in ("role", "user", "group")}
MANAGED = "aws:iam/policy:Policy"
USERS = {
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
}
# Stores whose policies no control of AWS looks at.
STORES = {
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
}
RESOURCE_POLICIES = STORES | {
    KEY,
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
}
# An ARN that names a service and nothing in it.
EVERYTHING = re.compile(r"^\*$|^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*$")
EVERY_KEY = re.compile(r"^\*$|^arn:[^:]*:kms:[^:]*:[^:]*:(?:\*|key/\*)$")
# The actions that KMS.1 and KMS.2 look for.
DECRYPTION = {"kms:decrypt", "kms:reencryptfrom", "kms:reencrypt*", "kms:*", "*"}
# Actions for which AWS knows no resource, so that only "*" can stand there (Service Authorization Reference). A test
# compares them with that reference.
WITHOUT_RESOURCE = frozenset(
    {
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ecr:GetAuthorizationToken",
        "ecs:DescribeTaskDefinition",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "xray:GetSamplingRules",
        "xray:GetSamplingStatisticSummaries",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
)
# Actions that may stand on "*" although they could name a resource.
_ATTACHING = "Lambda checks, before it attaches a function to a network, that the role has it on every resource"
ON_EVERYTHING: Mapping[str, str] = {
    "cloudwatch:GetMetricData": "a metric has no ARN; the resource that AWS lists is a dataset of other telemetry",
    "ec2:AssignPrivateIpAddresses": _ATTACHING,
    "ec2:CreateNetworkInterface": _ATTACHING,
    "ec2:DeleteNetworkInterface": _ATTACHING,
    "ec2:UnassignPrivateIpAddresses": _ATTACHING,
}
# Services whose requests carry no source account or ARN, so that a condition would shut them out: by where they are named.
_TRUSTED_WITHOUT_SOURCE: Mapping[str, str] = {
    "ecs.amazonaws.com": "takes the infrastructure role on (ECS, Amazon ECS infrastructure IAM role)",
    "lambda.amazonaws.com": "takes an execution role on (Lambda, Defining permissions with an execution role)",
    "s3.amazonaws.com": "takes a replication role on (S3, Setting up permissions for live replication)",
}
_SERVED_WITHOUT_SOURCE: Mapping[str, str] = {
    "logdelivery.elasticloadbalancing.amazonaws.com": "delivers access logs (Elastic Load Balancing, Enable access logs)",
}
SOURCES = {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"}
# In a key's policy a service is also bound by what it encrypts: the context names the log group or the topic (KMS, Encryption context).
KEY_SOURCES = ("kms:encryptioncontext:", "kms:viaservice", "kms:calleraccount")


def check(resource: Resource) -> Iterator[Finding]:
    """Findings about every IAM document of a resource."""
    if resource.type in USERS:
        yield Finding(ROLES_ONLY, resource, "gives rights to a user", "Give them to a role that the user takes on")
    for statement in identity_statements(resource):
        yield from _rights(resource, statement)
    trusted = resource.get("assumeRolePolicy") if resource.type == ROLE else None
    for statement in known_statements(trusted):
        if is_public(statement):
            yield Finding(
                NAMED_PRINCIPALS, resource, "can be taken on by everybody", "Name the principals of its trust policy"
            )
        yield from _deputies(resource, statement)
    if resource.type in RESOURCE_POLICIES:
        for statement in known_statements(resource.get("policy")):
            yield from _deputies(resource, statement)
            yield from _negations(resource, statement)
            if resource.type in STORES and is_public(statement):
                yield Finding(CLOSED, resource, "lets everybody in", "Name the principals, or add a condition on them")


def identity_statements(resource: Resource) -> Iterator[Mapping[str, Any]]:
    """What a resource lets its bearer do: of managed and inline policies, and of those inside a role."""
    if resource.type in INLINE or resource.type == MANAGED:
        yield from known_statements(resource.get("policy"))
    if resource.type == ROLE:
        for inline in as_list(resource.get("inlinePolicies")):
            if isinstance(inline, Mapping):
                yield from known_statements(inline.get("policy"))


def _rights(resource: Resource, statement: Mapping[str, Any]) -> Iterator[Finding]:
    if not allows(statement):
        return
    yield from _negations(resource, statement)
    actions = [action for action in as_list(statement.get("Action")) if isinstance(action, str)]
    resources = [name for name in as_list(statement.get("Resource")) if isinstance(name, str)]
    sid, mend = statement.get("Sid") or "a statement", "Name the actions and the resources"
    if "*" in actions:
        yield Finding(NO_ADMINISTRATORS, resource, f"allows every action in {sid}", mend)
    if whole := [action for action in actions if action.endswith(":*")]:
        yield Finding(NO_WHOLE_SERVICES, resource, f"allows {', '.join(whole)} in {sid}", mend)
    if {action.lower() for action in actions} & DECRYPTION and any(EVERY_KEY.match(name) for name in resources):
        control = MANAGED_KEYS if resource.type == MANAGED else INLINE_KEYS
        yield Finding(control, resource, f"decrypts with every key in {sid}", "Name the key's ARN")
    if any(EVERYTHING.match(name) for name in resources) and not condition_keys(statement):
        wide = sorted(action for action in actions if not may_stand_on_everything(action))
        if wide:
            problem = f"allows {', '.join(wide)} on every resource in {sid}"
            yield Finding(
                NAMED_RESOURCES, resource, problem, "Name the resources, or add a condition that narrows them"
            )


def may_stand_on_everything(action: str) -> bool:
    """Whether an action may be allowed on every resource: because none can be named, or for a reason that is written down."""
    return action in WITHOUT_RESOURCE or action in ON_EVERYTHING


def _negations(resource: Resource, statement: Mapping[str, Any]) -> Iterator[Finding]:
    if found := [
        name for name in ("NotAction", "NotResource", "NotPrincipal") if name in statement and allows(statement)
    ]:
        yield Finding(NO_NEGATIONS, resource, f"allows by {' and '.join(found)}", "Say what is allowed")


def _deputies(resource: Resource, statement: Mapping[str, Any]) -> Iterator[Finding]:
    asked = condition_keys(statement)
    bound = asked & SOURCES or (resource.type == KEY and any(key.startswith(KEY_SOURCES) for key in asked))
    without_source = _TRUSTED_WITHOUT_SOURCE if resource.type == ROLE else _SERVED_WITHOUT_SOURCE
    unbound = [service for service in services(statement) if service not in without_source]
    if allows(statement) and unbound and not bound:
        mend = "Add a condition on aws:SourceAccount, and on aws:SourceArn where the resource is known"
        yield Finding(NO_DEPUTIES, resource, f"lets {', '.join(unbound)} act for any account", mend)
