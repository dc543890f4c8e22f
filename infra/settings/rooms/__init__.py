"""The settings, grouped by the room that uses them; the key of each is its field's alias. A room's rules stand beside its model."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from infra.settings.problems import Problem
from infra.settings.rooms import application, database, network, operations, stack, storage
from infra.settings.rooms.application import ApplicationSettings
from infra.settings.rooms.base import Room, Rule, UnknownValueError, Values
from infra.settings.rooms.database import DatabaseSettings
from infra.settings.rooms.network import NetworkSettings
from infra.settings.rooms.operations import OperationsSettings
from infra.settings.rooms.stack import StackSettings
from infra.settings.rooms.storage import StorageSettings

__all__ = [
    "ROOMS",
    "ApplicationSettings",
    "DatabaseSettings",
    "NetworkSettings",
    "OperationsSettings",
    "Room",
    "Settings",
    "StackSettings",
    "StorageSettings",
    "Values",
    "broken_rules",
]

RULES: tuple[Rule, ...] = (
    *stack.RULES,
    *network.RULES,
    *database.RULES,
    *storage.RULES,
    *application.RULES,
    *operations.RULES,
)


class Settings(BaseModel):
    """All settings of a stack, checked."""

    model_config = ConfigDict(frozen=True)

    stack: StackSettings
    network: NetworkSettings
    database: DatabaseSettings
    storage: StorageSettings
    application: ApplicationSettings
    operations: OperationsSettings


ROOMS: dict[str, type[Room]] = {
    "stack": StackSettings,
    "network": NetworkSettings,
    "database": DatabaseSettings,
    "storage": StorageSettings,
    "application": ApplicationSettings,
    "operations": OperationsSettings,
}


def broken_rules(values: Values) -> Iterator[Problem]:
    """Every rule that the values break; a rule whose values are not all there is not asked."""
    for rule in RULES:
        try:
            yield from list(rule(values))
        except UnknownValueError:
            continue
