"""The environment that green's tasks will have: what the task definition says in clear, and its secrets' values."""

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

from runtime.common.errors import SecretError
from runtime.common.logging import Redactor
from runtime.common.secrets import read_secret
from runtime.deployments.verdict import Finding, Level

CHECK = "secrets"
# A shorter text would mask half of what people read; every secret of the schema is longer.
SHORTEST_SECRET = 6
READERS = 8
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html: `<ARN>[:<key>:<stage>:<version>]`.
REFERENCE = re.compile(
    r"(?P<arn>arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+)"
    r"(?::(?P<key>[^:]*):(?P<stage>[^:]*):(?P<version>[^:]*))?"
)


@dataclass(frozen=True)
class Reference:
    """Where ECS finds a secret's value: the whole secret, or one key of its JSON; of a version's stage or id where that is named."""

    arn: str
    key: str = ""
    stage: str = ""
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reference in a `valueFrom`. Raises SecretError for what is none of Secrets Manager."""
        match = REFERENCE.fullmatch(text)
        if match is None:
            raise SecretError(f"its reference {text!r} is none to Secrets Manager")
        return cls(**{name: value or "" for name, value in match.groupdict().items()})

    @property
    def source(self) -> tuple[str, str, str]:
        """What is fetched for it; several keys of a secret are fetched once."""
        return self.arn, self.stage, self.version


@dataclass(frozen=True)
class ApplicationEnvironment:
    """The values by variable, and a finding for each that cannot be had. Not `complete` when not even the names are known."""

    values: Mapping[str, str] = field(repr=False)
    problems: tuple[Finding, ...]
    unread: frozenset[str] = frozenset()
    complete: bool = True


def read_environment(container: Mapping[str, Any], client: Any, redactor: Redactor) -> ApplicationEnvironment:
    """The environment of a container definition. The redactor learns every secret before anybody else sees it."""
    values = {pair["name"]: pair["value"] for pair in container.get("environment", [])}
    wanted: dict[str, Reference] = {}
    failed: dict[str, SecretError] = {}
    for pair in container.get("secrets", []):
        try:
            wanted[pair["name"]] = Reference.parse(pair["valueFrom"])
        except SecretError as error:
            failed[pair["name"]] = error
    fetched = _fetch({reference.source for reference in wanted.values()}, client)
    for name, reference in wanted.items():
        try:
            values[name] = _value(fetched[reference.source], reference)
        except SecretError as error:
            failed[name] = error
        else:
            _learn(redactor, values[name])
    return ApplicationEnvironment(
        values, tuple(_problem(name, error) for name, error in failed.items()), frozenset(failed)
    )


def _fetch(sources: Iterable[tuple[str, str, str]], client: Any) -> dict[tuple[str, str, str], str | SecretError]:
    def fetch(source: tuple[str, str, str]) -> str | SecretError:
        arn, stage, version = source
        try:
            return read_secret(client, arn, stage, version)
        except SecretError as error:
            return error

    ordered = sorted(sources)
    with ThreadPoolExecutor(READERS, thread_name_prefix="secret") as pool:
        return dict(zip(ordered, pool.map(fetch, ordered), strict=True))


def _value(fetched: str | SecretError, reference: Reference) -> str:
    if isinstance(fetched, SecretError):
        raise fetched
    if not reference.key:
        return fetched
    try:
        members = json.loads(fetched)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise SecretError(f"The secret {reference.arn} must be a JSON object, for its key {reference.key}.")
    value = members.get(reference.key)
    if not isinstance(value, str):
        raise SecretError(f"The secret {reference.arn} has no text under its key {reference.key}.")
    return value


def _learn(redactor: Redactor, secret: str) -> None:
    if len(secret) >= SHORTEST_SECRET:
        redactor.learn(secret)


def _problem(name: str, error: SecretError) -> Finding:
    mend = "run `pulumi up --refresh`, which makes every secret of the task and its value"
    return Finding(check=CHECK, outcome=Level.FAIL, message=f"{name} cannot be had: {error}", mend=mend)
