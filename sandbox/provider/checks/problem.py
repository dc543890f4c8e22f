"""What a check finds, and the two values that callers exchange with it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that AWS would refuse: the member's path in the request (empty for the whole) and what is wrong with it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class WrongType(Problem):
    """A value that is not even of the member's type, so that nothing further can be said about it."""


class Unknown:
    """Stands for a value that a preview does not know yet: accepted anywhere in a partial check, with all that is beneath it."""

    def __repr__(self) -> str:
        return "Unknown()"


class RequestRefused(ValueError):  # noqa: N818 a refusal reads better than an error, and callers know this name
    """A request that was not sent, with every problem found in it."""

    def __init__(self, service: str, operation: str, problems: Iterable[Problem]) -> None:
        self.service = service
        self.operation = operation
        self.problems = tuple(problems)
        lines = "".join(f"\n  {problem}" for problem in self.problems)
        super().__init__(f"AWS would refuse {service}:{operation}, so it was not sent:{lines}")


def child(path: str, name: str) -> str:
    """The path of a member of the structure at `path`."""
    return f"{path}.{name}" if path else name


_ALL_SHOWN, _SOME_SHOWN = 24, 6  # values: what fits on a line or two


def one_of(value: object, allowed: Iterable[object]) -> str:
    """The words for a value outside of a set, the nearest one named; `value` is None where it must not be shown."""
    choices = sorted(allowed, key=lambda choice: (not isinstance(choice, (int, float)), choice))
    near = _nearest(value, choices)
    shown = "" if value is None else f"{shorten(value)} is not possible; "
    nearest = f" (nearest: {near[0]})" if near else ""
    if len(choices) <= _ALL_SHOWN:
        return f"{shown}must be one of {', '.join(map(str, choices))}{nearest}"
    some = near or choices[:_SOME_SHOWN]
    return f"{shown}must be one of {', '.join(map(str, some))} and {len(choices) - len(some)} more{nearest}"


def _nearest(value: object, choices: list[Any]) -> list[Any]:
    """The choices that are most like the value, the best first."""
    if isinstance(value, int):
        numbers = [choice for choice in choices if isinstance(choice, (int, float))]
        return sorted(numbers, key=lambda number: abs(number - value))[:_SOME_SHOWN]
    if not isinstance(value, str):
        return []
    lowered = {str(choice).lower(): choice for choice in choices}
    return [lowered[name] for name in difflib.get_close_matches(value.lower(), lowered, n=_SOME_SHOWN, cutoff=0.5)]


def shorten(value: object) -> str:
    """A value as people see it in a message."""
    return cut(repr(value), 80)


def cut(text: str, limit: int) -> str:
    """The text, cut at `limit` characters."""
    return text if len(text) <= limit else f"{text[:limit]}…"
