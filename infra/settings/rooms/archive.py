"""The WAL archive: every change of the database, as it is written (docs/database/archive.md)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from infra.settings.problems import NAMESPACE, Problem
from infra.settings.rooms.base import Room, Rule, Values
from infra.settings.types import Environment


class WalArchive(StrEnum):
    """What archives the database: nothing, a function that a schedule starts every minute, or a task that never ends."""

    OFF = "off"
    FUNCTION = "function"
    TASK = "task"


# How far the archive may be behind the database: what a disaster at the worst moment would take from it.
OBJECTIVES = {WalArchive.FUNCTION: timedelta(minutes=2), WalArchive.TASK: timedelta(minutes=1)}


class ArchiveSettings(Room):
    """The WAL archive."""

    mode: WalArchive = Field(
        WalArchive.OFF,
        alias="walArchive",
        description=(
            "What archives every change of the database: `off`; `task`, which is at most a minute behind; `function`, for small stacks, "
            "which is at most two minutes behind and reserves one execution (the account needs more than 100 concurrent ones). "
            "Both need databaseLogicalReplication."
        ),
    )

    @property
    def objective(self) -> timedelta | None:
        """How far the archive may be behind the database; None where nothing is archived."""
        return OBJECTIVES.get(self.mode)


def _needs_slots(values: Values) -> Iterator[Problem]:
    mode = values["walArchive"]
    if mode is not WalArchive.OFF and not values["databaseLogicalReplication"]:
        problem = Problem.to_set(
            "databaseLogicalReplication",
            f"must be true while walArchive is {mode}: the archive reads from a slot",
            "true",
        )
        yield replace(problem, or_else=(f"set {NAMESPACE}:walArchive {WalArchive.OFF}",))


def _archived_in_production(values: Values) -> Iterator[Problem]:
    if values["environment"] is not Environment.PRODUCTION or values["walArchive"] is not WalArchive.OFF:
        return
    if values["databaseLogicalReplication"]:
        problem = Problem.to_set(
            "walArchive",
            "must not be off in production while databaseLogicalReplication is true, which costs log and archives nothing",
            WalArchive.TASK,
        )
        yield replace(problem, or_else=(f"set {NAMESPACE}:databaseLogicalReplication false",))


RULES: tuple[Rule, ...] = (_needs_slots, _archived_in_production)
