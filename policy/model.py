"""What a check sees and what it says: plain data, so that every check runs without an engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

GUIDE = "https://docs.aws.amazon.com/securityhub/latest/userguide"


class Unknown(Enum):
    """The value of a property that only the deployment will tell; a preview shows it as this."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


class Standard(StrEnum):
    """Who asks for a control."""

    FOUNDATIONAL = "AWS Foundational Security Best Practices"
    SECURITY_HUB = "AWS Security Hub, beyond the Foundational list"
    HOUSE = "the house"


@dataclass(frozen=True)
class Control:
    """What a policy enforces: a control of AWS Security Hub under AWS's own title, or a rule of the house with its reason."""

    id: str
    title: str
    standard: Standard = Standard.FOUNDATIONAL
    reason: str = ""

    @property
    def source(self) -> str:
        """AWS's page on the control, or the house's reason."""
        if self.standard is Standard.HOUSE:
            return self.reason
        service, _, number = self.id.lower().partition(".")
        return f"{GUIDE}/{service}-controls.html#{service}-{number}"


def house(name: str, title: str, reason: str) -> Control:
    """A rule that no control of AWS covers."""
    return Control(f"House.{name}", title, Standard.HOUSE, reason)


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource as the engine knows it: properties by their Pulumi names, unknown ones as UNKNOWN."""

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By property: the URNs of the resources whose outputs it was made from."""
    environment: str = ""

    @property
    def production(self) -> bool:
        """Whether it serves production, where some rules are stricter."""
        return self.environment == "production"

    def get(self, name: str) -> Any:
        """A property's value, by a path such as `accessLogs.enabled`; None when it is not set, UNKNOWN when only the deployment will tell."""
        value: Any = self.properties
        for step in name.split("."):
            if value is UNKNOWN:
                return UNKNOWN
            # A block that may stand once arrives as an object, and from some SDKs as a list of one.
            block = value[0] if isinstance(value, Sequence) and not isinstance(value, str) and value else value
            value = block.get(step) if isinstance(block, Mapping) else (UNKNOWN if block is UNKNOWN else None)
        return value

    def is_known(self) -> bool:
        """Whether nothing about it waits for the deployment."""
        return not _has_unknown(self.properties)

    def refers_to(self, other: "Resource", through: str) -> bool:
        """Whether a property names another resource: by what it was made from, else by the other's id, name or ARN."""
        if other.urn in self.sources.get(through.partition(".")[0], ()):
            return True
        identities = {other.get(key) for key in ("id", "bucket", "arn", "name", "url")} - {None, UNKNOWN}
        return any(isinstance(item, str) and item in identities for item in as_list(self.get(through)))


@dataclass(frozen=True)
class Finding:
    """A violation: which resource, what is wrong with it, the control that it breaks, and the property to change."""

    control: Control
    resource: Resource
    problem: str
    mend: str

    def __str__(self) -> str:
        """The message that the engine shows."""
        control = self.control
        return f"{self.resource.name} {self.problem}. {self.mend} [{control.id}: {control.title}; {control.source}]"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy of the pack. `each` judges a resource before it is created or changed; `whole` judges them together.

    A policy over the whole stack runs at the end of a preview and at the end of a deployment.
    """

    name: str
    description: str
    controls: tuple[Control, ...]
    each: Callable[[Resource], Iterable[Finding]] | None = None
    whole: Callable[[Sequence[Resource]], Iterable[Finding]] | None = None

    def check(self, resources: Sequence[Resource]) -> list[Finding]:
        """All findings about a stack."""
        if self.whole:
            return list(self.whole(resources))
        return [finding for resource in resources for finding in (self.each(resource) if self.each else ())]


def as_list(value: Any) -> list[Any]:
    """The items of a list, a single value as a list of one, and nothing as an empty list."""
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_unknown(item) for item in value.values())
    return any(_has_unknown(item) for item in value) if isinstance(value, list) else value is UNKNOWN
