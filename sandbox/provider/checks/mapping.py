"""The words in which a mapping says which CloudFormation type describes an operation's request, and which members are called otherwise there.

Members match by name, whatever the case and at any depth. `members` names the others by their dotted path in the request ([] for
any element of a list); None says that CloudFormation has nothing to check for it. A test holds every member of every operation
against this table, so nothing is left out unnoticed.
"""

from dataclasses import dataclass, field

from sandbox.provider.checks.reshape import Reshape


@dataclass(frozen=True)
class Mapping:
    """How one operation's request becomes the properties of one CloudFormation resource."""

    type: str
    members: dict[str, str | None] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()  # CloudFormation properties that the request carries as JSON text
    reshape: Reshape | None = None
    assumed: tuple[str, tuple[str, ...]] | None = None  # a property that is not sent: some value of these must fit
    update: bool = False  # sends a part of the resource, so that nothing is missing from it
    without: dict[str, str] = field(
        default_factory=dict
    )  # cfn-lint rules that do not hold for this operation, with the reason
    also: "Mapping | None" = None  # a second resource that the same request describes


def policy(kind: str, property_name: str, member: str, update: bool = False, **others: str | None) -> Mapping:
    """A request whose `member` is a policy document, a property of its own in CloudFormation."""
    return Mapping(kind, {member: property_name, **others}, documents=frozenset({property_name}), update=update)


def nowhere(*names: str) -> dict[str, str | None]:
    """Members that CloudFormation has nothing to check for."""
    return dict.fromkeys(names)
