"""The settings, grouped by the room that uses them; the key of each is its field's alias. A room's rules stand beside its model."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from infra.settings.problems import Problem
from infra.settings.rooms import (
    alarms,
    application,
    archive,
    connections,
    database,
    deployment,
    network,
    operations,
    releases,
    scaling,
    stack,
    storage,
    variables,
    verdicts,
)
from infra.settings.rooms.alarms import AlarmSettings
from infra.settings.rooms.application import ApplicationSettings
from infra.settings.rooms.archive import ArchiveSettings
from infra.settings.rooms.base import Room, Rule, UnknownValueError, Values
from infra.settings.rooms.database import DatabaseSettings
from infra.settings.rooms.deployment import DeploymentSettings
from infra.settings.rooms.network import NetworkSettings
from infra.settings.rooms.operations import OperationsSettings
from infra.settings.rooms.releases import ReleaseSettings
from infra.settings.rooms.scaling import ScalingSettings
from infra.settings.rooms.stack import StackSettings
from infra.settings.rooms.storage import StorageSettings
from infra.settings.rooms.variables import VariableSettings
from infra.settings.rooms.verdicts import VerdictSettings

__all__ = [
    "ROOMS",
    "AlarmSettings",
    "ApplicationSettings",
    "ArchiveSettings",
    "DatabaseSettings",
    "DeploymentSettings",
    "NetworkSettings",
    "OperationsSettings",
    "ReleaseSettings",
    "Room",
    "ScalingSettings",
    "Settings",
    "StackSettings",
    "StorageSettings",
    "Values",
    "VariableSettings",
    "VerdictSettings",
    "broken_rules",
]

RULES: tuple[Rule, ...] = (
    *stack.RULES,
    *network.RULES,
    *database.RULES,
    *storage.RULES,
    *archive.RULES,
    *application.RULES,
    *variables.RULES,
    *connections.RULES,
    *scaling.RULES,
    *deployment.RULES,
    *releases.RULES,
    *verdicts.RULES,
    *operations.RULES,
    *alarms.RULES,
)


class Settings(BaseModel):
    """All settings of a stack, checked."""

    model_config = ConfigDict(frozen=True)

    stack: StackSettings
    network: NetworkSettings
    database: DatabaseSettings
    storage: StorageSettings
    archive: ArchiveSettings
    application: ApplicationSettings
    variables: VariableSettings
    scaling: ScalingSettings
    deployment: DeploymentSettings
    releases: ReleaseSettings
    verdicts: VerdictSettings
    operations: OperationsSettings
    alarms: AlarmSettings


ROOMS: dict[str, type[Room]] = {
    "stack": StackSettings,
    "network": NetworkSettings,
    "database": DatabaseSettings,
    "storage": StorageSettings,
    "archive": ArchiveSettings,
    "application": ApplicationSettings,
    "variables": variables.MODEL,
    "scaling": ScalingSettings,
    "deployment": DeploymentSettings,
    "releases": ReleaseSettings,
    "verdicts": VerdictSettings,
    "operations": OperationsSettings,
    "alarms": AlarmSettings,
}


def broken_rules(values: Values) -> Iterator[Problem]:
    """Every rule that the values break; a rule whose values are not all there is not asked."""
    for rule in RULES:
        try:
            yield from list(rule(values))
        except UnknownValueError:
            continue
