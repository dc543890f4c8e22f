"""What every room of settings is made of: a frozen model, and rules between settings."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from infra.settings.problems import Problem
from infra.settings.types import Environment


class Room(BaseModel):
    """The settings of one room: frozen, read by key, never by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class UnknownValueError(LookupError):
    """A rule asked for a value that is missing or could not be read, which is reported already."""


class Values:
    """The values that could be read, by key."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            raise UnknownValueError(key)
        return self._values[key]


Rule = Callable[[Values], Iterable[Problem]]


def in_production(key: str, *, holds: Callable[[Any], bool], reason: str, value: str) -> Rule:
    """A rule about one key that is asked in production alone."""

    def rule(values: Values) -> Iterator[Problem]:
        if values["environment"] is Environment.PRODUCTION and not holds(values[key]):
            yield Problem.to_set(key, f"{reason} in production", value)

    return rule


def at_least(least: timedelta) -> Callable[[timedelta], bool]:
    """Whether a duration is as long as that."""
    return lambda value: value >= least
