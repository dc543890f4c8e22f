"""The stack's settings: typed, checked as a whole, every problem told at once."""

from infra.settings.loading import load
from infra.settings.problems import NAMESPACE, Problem, SettingsError
from infra.settings.rooms import (
    ApplicationSettings,
    DatabaseSettings,
    NetworkSettings,
    OperationsSettings,
    Settings,
    StackSettings,
    StorageSettings,
)
from infra.settings.types import Architecture, Environment, NatGateways

__all__ = [
    "NAMESPACE",
    "ApplicationSettings",
    "Architecture",
    "DatabaseSettings",
    "Environment",
    "NatGateways",
    "NetworkSettings",
    "OperationsSettings",
    "Problem",
    "Settings",
    "SettingsError",
    "StackSettings",
    "StorageSettings",
    "load",
]
