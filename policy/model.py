"""What a check sees and what it says: plain data, so that every check runs without an engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Unknown(Enum):
    """The value of a property that only the deployment will tell; a preview shows it as this."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Control:
    """A control of AWS Security Hub."""

    id: str
    title: str

    @property
    def url(self) -> str:
        """AWS's page on the control, with the reason for it."""
        service, _, number = self.id.lower().partition(".")
        return f"https://docs.aws.amazon.com/securityhub/latest/userguide/{service}-controls.html#{service}-{number}"


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource as the engine knows it: properties by their Pulumi names, unknown ones as UNKNOWN."""

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By property: the URNs of the resources whose outputs it was made from."""

    def get(self, name: str) -> Any:
        """A property's value; None when it is not set, UNKNOWN when only the deployment will tell."""
        return self.properties.get(name)

    def refers_to(self, other: "Resource", through: str) -> bool:
        """Whether a property names another resource: by what it was made from, else by the other's id, name or ARN."""
        if other.urn in self.sources.get(through, ()):
            return True
        value = self.get(through)
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        identities = {other.get(key) for key in ("id", "bucket", "arn")} - {None, UNKNOWN}
        return any(isinstance(item, str) and item in identities for item in values)


@dataclass(frozen=True)
class Finding:
    """A violation: which resource, what is wrong with it, the control that it breaks, and the property to change."""

    control: Control
    resource: Resource
    problem: str
    mend: str

    def __str__(self) -> str:
        """The message that the engine shows."""
        return f"{self.resource.name} {self.problem}. {self.mend} [{self.control.id}: {self.control.title}; {self.control.url}]"
