"""The stack's settings: typed, checked as a whole, every problem told at once."""

from infra.settings.loading import load
from infra.settings.problems import NAMESPACE, Problem, SettingsError
from infra.settings.rooms import (
    AlarmSettings,
    ApplicationSettings,
    ArchiveSettings,
    DatabaseSettings,
    DeploymentSettings,
    NetworkSettings,
    OperationsSettings,
    ReleaseSettings,
    ScalingSettings,
    Settings,
    StackSettings,
    StorageSettings,
    VariableSettings,
    VerdictSettings,
)
from infra.settings.rooms.archive import WalArchive
from infra.settings.types import Architecture, DeploymentStrategy, Environment, LockMode, NatGateways

__all__ = [
    "NAMESPACE",
    "AlarmSettings",
    "ApplicationSettings",
    "Architecture",
    "ArchiveSettings",
    "DatabaseSettings",
    "DeploymentSettings",
    "DeploymentStrategy",
    "Environment",
    "LockMode",
    "NatGateways",
    "NetworkSettings",
    "OperationsSettings",
    "Problem",
    "ReleaseSettings",
    "ScalingSettings",
    "Settings",
    "SettingsError",
    "StackSettings",
    "StorageSettings",
    "VariableSettings",
    "VerdictSettings",
    "WalArchive",
    "load",
]
