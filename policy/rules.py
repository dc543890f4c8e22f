"""Rules over one resource that a line can say: which control, of which types, and when a resource breaks it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from policy.model import UNKNOWN, Control, Finding, Resource

Condition = Callable[[Resource], bool]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A control over the resources of some types. `problem` and `mend` complete "<resource> ...": what is wrong, what to change."""

    control: Control
    types: frozenset[str]
    broken: Condition
    problem: str
    mend: str
    production_only: bool = False


def rule(types: str | set[str], control: Control, broken: Condition, problem: str, mend: str) -> Rule:
    """A rule that holds everywhere."""
    named = frozenset({types} if isinstance(types, str) else types)
    return Rule(control=control, types=named, broken=broken, problem=problem, mend=mend)


def in_production(types: str | set[str], control: Control, broken: Condition, problem: str, mend: str) -> Rule:
    """A rule that holds in production alone; a disposable stack must be free to go."""
    named = frozenset({types} if isinstance(types, str) else types)
    return Rule(control=control, types=named, broken=broken, problem=problem, mend=mend, production_only=True)


def unless(name: str, *allowed: object) -> Condition:
    """Broken unless the property has one of the values, or a preview cannot know it yet."""
    return lambda resource: (value := resource.get(name)) is not UNKNOWN and value not in allowed


def when(name: str, *values: object) -> Condition:
    """Broken when the property has one of the values."""
    return lambda resource: resource.get(name) in values


def missing(name: str) -> Condition:
    """Broken when the property is not set, or empty."""
    return lambda resource: (value := resource.get(name)) is not UNKNOWN and not value


def below(name: str, least: int) -> Condition:
    """Broken when the number is smaller; one that is not set counts as 0."""
    return lambda resource: (value := resource.get(name)) is not UNKNOWN and float(value or 0) < least


def lacks(name: str, *wanted: str) -> Condition:
    """Broken when the list has not all of these."""

    def broken(resource: Resource) -> bool:
        value = resource.get(name)
        return value is not UNKNOWN and UNKNOWN not in (value or []) and not set(wanted) <= set(value or [])

    return broken


def both(first: Condition, second: Condition) -> Condition:
    """Broken when both are."""
    return lambda resource: first(resource) and second(resource)


def checker(rules: Sequence[Rule]) -> Callable[[Resource], Iterator[Finding]]:
    """The check of a list of rules over one resource."""
    by_type: dict[str, list[Rule]] = {}
    for one in rules:
        for kind in one.types:
            by_type.setdefault(kind, []).append(one)

    def check(resource: Resource) -> Iterator[Finding]:
        for one in by_type.get(resource.type, ()):
            if (resource.production or not one.production_only) and one.broken(resource):
                yield Finding(one.control, resource, one.problem, one.mend)

    return check
