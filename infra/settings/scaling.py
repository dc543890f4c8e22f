"""The scaling schedule as a setting: its text, and what it says."""

import re
from dataclasses import dataclass

from infra.settings.cron import FORM, check_cron

_ACTION = re.compile(r"(?P<schedule>cron\([^()]*\))=(?P<minimum>[1-9][0-9]{0,2})-(?P<maximum>[1-9][0-9]{0,2})")
SEPARATOR = ";"


@dataclass(frozen=True, kw_only=True)
class ScalingAction:
    """From a time on, the fewest and the most tasks."""

    schedule: str
    minimum: int
    maximum: int

    def __str__(self) -> str:
        return f"{self.schedule}={self.minimum}-{self.maximum}"


@dataclass(frozen=True)
class Schedule:
    """Limits by the clock, in the order in which they are written."""

    actions: tuple[ScalingAction, ...] = ()

    def __str__(self) -> str:
        return SEPARATOR.join(str(action) for action in self.actions)


def parse_schedule(value: object) -> object:
    """A schedule from its text.

    Raises:
        ValueError: with the number of the part that cannot be read; its text may be a secret under the wrong key.
    """
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(SEPARATOR) if part.strip()]
    actions = tuple(_action(number, part) for number, part in enumerate(parts, start=1))
    times = [action.schedule for action in actions]
    twice = next((time for time in times if times.count(time) > 1), None)
    if twice:
        raise ValueError(f"has {twice} twice")
    return Schedule(actions)


def _action(number: int, part: str) -> ScalingAction:
    match = _ACTION.fullmatch(part)
    if match is None:
        raise ValueError(f"cannot be read at number {number}: write {FORM}=fewest-most")
    try:
        schedule = check_cron(match["schedule"])
    except ValueError as error:
        raise ValueError(f"cannot be read at number {number}, which {error}") from None
    action = ScalingAction(schedule=schedule, minimum=int(match["minimum"]), maximum=int(match["maximum"]))
    if action.minimum > action.maximum:
        raise ValueError(f"has more tasks at least than at most at number {number}")
    return action
