"""A policy document as data. A wildcard is refused unless its statement says why."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

VERSION = "2012-10-17"
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


class UnreasonedWildcardError(ValueError):
    """A statement allows with a wildcard and gives no reason."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. `wildcard_reason` is asked for whenever it allows every resource, or actions by a pattern."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: str = "Allow"
    principals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=dict)
    wildcard_reason: str = ""

    def __post_init__(self) -> None:
        wide = "*" in self.resources or any("*" in action for action in self.actions)
        if wide and self.effect == "Allow" and not self.wildcard_reason:
            raise UnreasonedWildcardError(
                f"{self.sid} allows with a wildcard and gives no reason: name actions and resources"
            )

    def as_dict(self) -> dict[str, Any]:
        """The statement as AWS reads it."""
        document: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect, "Action": list(self.actions)}
        if self.resources:
            document["Resource"] = list(self.resources)
        if self.principals:
            everyone = dict(self.principals) == {"AWS": ["*"]}
            document["Principal"] = "*" if everyone else {kind: list(names) for kind, names in self.principals.items()}
        if self.conditions:
            document["Condition"] = {operator: dict(tests) for operator, tests in self.conditions.items()}
        return document


def document(*statements: Statement) -> str:
    """The statements as a policy document in JSON."""
    return json.dumps({"Version": VERSION, "Statement": [statement.as_dict() for statement in statements]})


def rendered(policy: Callable[..., str], **values: pulumi.Input[Any]) -> pulumi.Output[str]:
    """What a pure function makes of values that are known only later."""

    def render(known: dict[str, Any]) -> str:
        return policy(**known)

    return pulumi.Output.all(**values).apply(render)


def rendered_statements(
    statements: Callable[..., Sequence[Statement]], **values: pulumi.Input[Any]
) -> pulumi.Output[tuple[Statement, ...]]:
    """Statements whose resources are known only later, for a document that is put together elsewhere."""

    def render(known: dict[str, Any]) -> tuple[Statement, ...]:
        return tuple(statements(**known))

    return pulumi.Output.all(**values).apply(render)
