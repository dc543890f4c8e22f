"""No secret stands in an environment variable, where everybody who may describe a function or a task reads it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy.containers import containers
from policy.model import Control, Finding, Resource, as_list, house

IN_TASKS = Control("ECS.8", "Secrets should not be passed as container environment variables")
IN_FUNCTIONS = house(
    "no-secrets-in-functions",
    "A function's environment names its secrets and does not hold them",
    "Lambda's environment is readable by everybody who may get the function, and Security Hub has ECS.8 for tasks alone",
)

FUNCTION = "aws:lambda/function:Function"
TASK = "aws:ecs/taskDefinition:TaskDefinition"

# A name that ends so holds a secret; one that ends in _ARN, _NAME, _ID, _FILE and the like only says where it is.
SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|PHRASE|WD)?|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|SIGNING|ENCRYPTION|LICENSE)_?KEY|DSN)$",
    re.IGNORECASE,
)
# ECS.8's own parameter secretKeys.
AWS_NAMES = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ECS_ENGINE_AUTH_DATA"})
# What gives a value away whatever its name: the prefixes under which providers issue keys, PEM, JWT, a URL with a password.
SECRET_VALUES = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a Stripe key", re.compile(r"\b(?:sk|rk|whsec)_(?:(?:live|test)_)?[A-Za-z0-9]{16,}")),
    ("an API key", re.compile(r"\bsk-[A-Za-z0-9_-]{20,}")),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})")),
    ("a Slack token", re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/\w+/\w+/\w+")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")),
    ("a URL with a password", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/:@]+@", re.IGNORECASE)),
)


def check(resource: Resource) -> Iterator[Finding]:
    """Findings about the variables of a function or a task definition. The message names a variable and never its value."""
    if resource.type == FUNCTION:
        mend = "Pass the secret's ARN, and let the function read it from Secrets Manager"
        yield from _findings(resource, IN_FUNCTIONS, resource.get("environment.variables"), mend)
    if resource.type == TASK:
        mend = "Name it under the container's `secrets`, with valueFrom"
        for container in containers(resource):
            pairs = as_list(container.get("environment"))
            named = {str(pair.get("name")): pair.get("value") for pair in pairs if isinstance(pair, Mapping)}
            yield from _findings(resource, IN_TASKS, named, mend)


def _findings(resource: Resource, control: Control, variables: Any, mend: str) -> Iterator[Finding]:
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        kind = what_it_is(name, value)
        if kind:
            yield Finding(control, resource, f"holds {kind} in the variable {name}", mend)


def what_it_is(name: str, value: Any) -> str:
    """What secret a variable holds, in words; nothing when it holds none. An empty value is none."""
    if isinstance(value, str) and value:
        for kind, pattern in SECRET_VALUES:
            if pattern.search(value):
                return kind
    named_so = name.upper() in AWS_NAMES or SECRET_NAME.search(name)
    return "a secret, by its name," if named_so and value not in (None, "") else ""
