"""IAM documents as checks read them: JSON text or a tree, parts of which a preview may not know."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policy.model import UNKNOWN, as_list

EVERYBODY = ("*", {"AWS": "*"}, {"AWS": ["*"]})
# Conditions that bind a request to an account, an organisation, a resource or a network: what AWS's page "The meaning of
# public" (S3, Blocking public access) counts as narrowing. Compared in lower case, as IAM does.
NARROWING = (
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "elasticfilesystem:accessedviamounttarget",
)


def statements(document: Any) -> Iterator[Any]:
    """The statements of a document; UNKNOWN for what a preview cannot know, nothing for what is no document."""
    if document is UNKNOWN:
        yield UNKNOWN
        return
    try:
        tree = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return
    if isinstance(tree, Mapping):
        yield from (one for one in as_list(tree.get("Statement")) if one is UNKNOWN or isinstance(one, Mapping))


def known_statements(document: Any) -> Iterator[Mapping[str, Any]]:
    """The statements that are known."""
    return (one for one in statements(document) if one is not UNKNOWN)


def allows(statement: Mapping[str, Any]) -> bool:
    """Whether it gives rather than takes."""
    return statement.get("Effect") == "Allow"


def condition_keys(statement: Mapping[str, Any]) -> set[str]:
    """The keys that its conditions ask about, in lower case."""
    condition = statement.get("Condition")
    blocks = condition.values() if isinstance(condition, Mapping) else []
    return {str(key).lower() for block in blocks if isinstance(block, Mapping) for key in block}


def is_public(statement: Mapping[str, Any]) -> bool:
    """Whether it lets everybody in, with no condition that says where from."""
    open_to_all = statement.get("Principal") in EVERYBODY or "NotPrincipal" in statement
    return allows(statement) and open_to_all and not condition_keys(statement) & set(NARROWING)


def services(statement: Mapping[str, Any]) -> list[str]:
    """The AWS services that it names as principals."""
    principal = statement.get("Principal")
    named = as_list(principal.get("Service")) if isinstance(principal, Mapping) else []
    return [service for service in named if isinstance(service, str)]


def denies_plain_http(statement: Mapping[str, Any]) -> bool:
    """Whether it refuses everybody who comes without TLS, whatever else holds."""
    condition = statement.get("Condition")
    flags = condition.get("Bool") if isinstance(condition, Mapping) and list(condition) == ["Bool"] else None
    if not isinstance(flags, Mapping) or {str(key).lower() for key in flags} != {"aws:securetransport"}:
        return False
    values = [str(value).lower() for value in as_list(next(iter(flags.values())))]
    return statement.get("Effect") == "Deny" and statement.get("Principal") in EVERYBODY and values == ["false"]
