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


_SHOWN = 24  # values, what fits on a line or two


def one_of(value: object, allowed: Iterable[object]) -> str:
    """The words for a value outside of a set; `value` is None where it must not be shown, and then no nearest one is named."""
    choices = sorted(allowed, key=lambda choice: (not isinstance(choice, (int, float)), choice))
    shown = "" if value is None else f"{shorten(value)} is not possible; "
    some = ", ".join(map(str, choices[:_SHOWN]))
    text = f"{shown}must be one of {some}" + (f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else "")
    nearest = _nearest(value, choices)
    return text if nearest is None else f"{text} (nearest: {nearest})"


def _nearest(value: object, choices: list[Any]) -> object:
    if isinstance(value, int):
        numbers = [choice for choice in choices if isinstance(choice, (int, float))]
        return min(numbers, key=lambda number: abs(number - value), default=None)
    lowered = {str(choice).lower(): choice for choice in choices}
    near = difflib.get_close_matches(str(value).lower(), lowered, n=1, cutoff=0.5) if isinstance(value, str) else []
    return lowered[near[0]] if near else None


def shorten(value: object, limit: int = 80) -> str:
    """A value as people see it in a message, cut at `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
