"""Functions run in the network, keep what failed, are traced, and are called by nobody in the world."""

from collections.abc import Iterator, Sequence

from policy.model import UNKNOWN, Control, Finding, Resource, Standard, as_list, house
from policy.rules import checker, missing, rule, unless

NOT_PUBLIC = Control("Lambda.1", "Lambda function policies should prohibit public access")
IN_NETWORK = Control("Lambda.3", "Lambda functions should be in a VPC", Standard.SECURITY_HUB)
ZONES = Control("Lambda.5", "VPC Lambda functions should operate in multiple Availability Zones")
TRACED = Control("Lambda.7", "Lambda functions should have AWS X-Ray active tracing enabled", Standard.SECURITY_HUB)
DEAD_LETTERS = house(
    "dead-letters",
    "A function keeps the events that it could not handle",
    "after two retries Lambda drops an event that came asynchronously, and nobody hears of it",
)
OWN_LOG = house(
    "own-log-group",
    "A function logs to a log group of the stack",
    "the log group that Lambda makes by itself has no retention and no key",
)

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
URL = "aws:lambda/functionUrl:FunctionUrl"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def _one_zone(function: Resource) -> bool:
    subnets = function.get("vpcConfig.subnetIds")
    return subnets not in (None, UNKNOWN) and len(as_list(subnets)) < 2  # noqa: PLR2004 - Lambda.5's availabilityZones


def _is_public(permission: Resource) -> bool:
    principal = permission.get("principal")
    sources = [permission.get(name) for name in ("sourceArn", "sourceAccount", "principalOrgId")]
    # Lambda.1 fails on "*", and on a service that may come for any account.
    wide = principal == "*" or (isinstance(principal, str) and principal.endswith(".amazonaws.com"))
    return wide and not any(sources)


check = checker(
    [
        rule(
            FUNCTION,
            IN_NETWORK,
            missing("vpcConfig.subnetIds"),
            "runs outside the stack's network",
            "Set vpc_config with private subnets and a security group",
        ),
        rule(
            FUNCTION, ZONES, _one_zone, "runs in one availability zone", "Give vpc_config subnets of two zones or more"
        ),
        rule(
            FUNCTION,
            TRACED,
            unless("tracingConfig.mode", "Active"),
            "is not traced",
            'Set tracing_config={"mode": "Active"}',
        ),
        rule(
            FUNCTION,
            DEAD_LETTERS,
            missing("deadLetterConfig.targetArn"),
            "loses the events that fail",
            "Set dead_letter_config to a queue of the stack",
        ),
        rule(
            PERMISSION,
            NOT_PUBLIC,
            _is_public,
            "lets everybody call the function",
            "Set source_arn, and source_account where the ARN names no account",
        ),
        rule(
            URL,
            NOT_PUBLIC,
            unless("authorizationType", "AWS_IAM"),
            "lets everybody call the function",
            'Set authorization_type="AWS_IAM"',
        ),
    ]
)


def check_logs(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about functions whose log group is not declared, by their logging configuration or under Lambda's own name."""
    groups = [resource for resource in resources if resource.type == LOG_GROUP]
    names = {name for group in groups for name in (group.get("name"), group.get("id"))}
    for function in resources:
        if function.type != FUNCTION:
            continue
        named = function.get("loggingConfig.logGroup")
        own = f"/aws/lambda/{function.get('name')}"
        known = named is UNKNOWN or any(function.refers_to(group, "loggingConfig.logGroup") for group in groups)
        if not known and (named or own) not in names:
            mend = "Declare a LogGroup with retention and key, and name it in logging_config.log_group"
            yield Finding(OWN_LOG, function, "logs to a group that the stack does not declare", mend)
