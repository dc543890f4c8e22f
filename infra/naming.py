"""Names that AWS accepts: one function, with a hash where a name had to be cut."""

import hashlib
import re

# Pulumi appends "-" and seven hexadecimal digits where it names a resource itself.
AUTONAME_SUFFIX = 8
# RDS identifiers and bucket names end at 63 characters; IAM roles and Lambda functions at 64.
LOGICAL_LIMIT = 63 - AUTONAME_SUFFIX
# Load balancers and target groups end at 32 characters (CreateTargetGroup, "Name").
LOAD_BALANCER_LIMIT = 32 - AUTONAME_SUFFIX
_HASH_LENGTH = 6
_SHORTEST_LIMIT = 2 + _HASH_LENGTH


def safe_name(*parts: str, limit: int = LOGICAL_LIMIT) -> str:
    """The parts joined by hyphens: lower-case letters, digits and single hyphens, first a letter, at most `limit` characters.

    A name that had to be changed beyond its case, or cut, ends in a hash of what it stood for, so that two never fall together.

    Raises:
        ValueError: there is nothing to name, or the limit leaves no room for a hash.
    """
    if limit < _SHORTEST_LIMIT:
        raise ValueError(
            f"a limit of {limit} characters is too short for a name with a hash: {_SHORTEST_LIMIT} at least"
        )
    wanted = "-".join(parts).lower()
    if not wanted.strip("-"):
        raise ValueError("a name needs at least one letter or digit")
    name = re.sub(r"[^a-z0-9]+", "-", wanted).strip("-")
    if not name[:1].isalpha():
        name = f"n{name}"
    if name == wanted and len(name) <= limit:
        return name
    digest = hashlib.sha256("\0".join(parts).lower().encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: limit - _HASH_LENGTH - 1].rstrip('-')}-{digest}"


def camel_case(snake_case: str) -> str:
    """`database_host` as `databaseHost`."""
    head, *tail = snake_case.split("_")
    return head + "".join(word.capitalize() for word in tail)
