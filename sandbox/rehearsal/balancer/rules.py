"""Listener rules as the load balancer follows them: conditions, and what is done with a request. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html, rule-condition-types.html, rule-action-types.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.rehearsal.errors import RehearsalError


@dataclass(frozen=True)
class Forward:
    """To one of these target groups, by weight."""

    weights: Mapping[str, int]


@dataclass(frozen=True)
class Fixed:
    """An answer of the load balancer's own."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Redirect:
    """To another address; the parts may hold #{protocol}, #{host}, #{port}, #{path} and #{query}."""

    status: int
    protocol: str
    host: str
    port: str
    path: str
    query: str

    def location(self, asked: Mapping[str, str]) -> str:
        """The address, by the parts of the one that was asked for (`path` begins with a slash)."""
        known = {**asked, "path": asked["path"].lstrip("/")}

        def filled(text: str) -> str:
            return re.sub(r"#\{(protocol|host|port|path|query)\}", lambda found: known[found[1]], text)

        query = filled(self.query)
        port = filled(self.port)
        return f"{filled(self.protocol).lower()}://{filled(self.host)}:{port}{filled(self.path)}{'?' if query else ''}{query}"


Action = Forward | Fixed | Redirect


@dataclass(frozen=True)
class Condition:
    """One of these patterns (`*` and `?` are wild) must match the request's path, or its host whatever the case."""

    field: str
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, declared: Mapping[str, Any], rule: str) -> "Condition":
        """A condition of DescribeRules. A RehearsalError for a kind that infra does not use."""
        field = declared["Field"]
        config = {"path-pattern": "PathPatternConfig", "host-header": "HostHeaderConfig"}.get(field)
        if config is None:
            raise RehearsalError(
                f"{rule} has a condition on {field}: rehearse it once sandbox/rehearsal/balancer has it"
            )
        values = declared.get(config, {}).get("Values") or declared.get("Values", [])
        flags = re.IGNORECASE if field == "host-header" else 0
        return cls(field, tuple(re.compile(_wild(value), flags | re.DOTALL) for value in values))

    def holds(self, host: str, path: str) -> bool:
        """Whether a request meets it."""
        subject = path if self.field == "path-pattern" else host
        return any(pattern.fullmatch(subject) for pattern in self.patterns)


@dataclass(frozen=True)
class Rule:
    """All conditions, and the action. The default rule has none and is the last."""

    arn: str
    conditions: tuple[Condition, ...]
    action: Action

    def holds(self, host: str, path: str) -> bool:
        """Whether the rule is for a request."""
        return all(condition.holds(host, path) for condition in self.conditions)


def read(declared: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules of DescribeRules in the order in which they are tried."""

    def order(rule: Mapping[str, Any]) -> float:
        return float("inf") if rule.get("IsDefault") or rule["Priority"] == "default" else float(rule["Priority"])

    return tuple(
        Rule(
            rule["RuleArn"],
            tuple(Condition.of(condition, rule["RuleArn"]) for condition in rule.get("Conditions", [])),
            _action(rule["Actions"], rule["RuleArn"]),
        )
        for rule in sorted(declared, key=order)
    )


def _action(actions: Sequence[Mapping[str, Any]], rule: str) -> Action:
    """The last action is the one that answers; those before it authenticate."""
    if len(actions) != 1:
        raise RehearsalError(f"{rule} does more than one thing, which sandbox/rehearsal/balancer cannot")
    (action,) = actions
    match action["Type"]:
        case "forward":
            groups = action.get("ForwardConfig", {}).get("TargetGroups") or [
                {"TargetGroupArn": action["TargetGroupArn"]}
            ]
            return Forward({group["TargetGroupArn"]: int(group.get("Weight", 1)) for group in groups})
        case "fixed-response":
            fixed = action["FixedResponseConfig"]
            return Fixed(int(fixed["StatusCode"]), fixed.get("ContentType", "text/plain"), fixed.get("MessageBody", ""))
        case "redirect":
            redirect = action["RedirectConfig"]
            return Redirect(
                status=int(redirect["StatusCode"].removeprefix("HTTP_")),
                protocol=redirect.get("Protocol", "#{protocol}"),
                host=redirect.get("Host", "#{host}"),
                port=redirect.get("Port", "#{port}"),
                path=redirect.get("Path", "/#{path}"),
                query=redirect.get("Query", "#{query}"),
            )
        case kind:
            raise RehearsalError(f"{rule} has an action of type {kind}, which sandbox/rehearsal/balancer cannot")


def _wild(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
