"""The application's environment: one schema, from which the stack's settings, the task definition, its secrets, a JSON Schema and a page are made."""

from infra.settings.variables import core, database, files, integrations, payments, security
from infra.settings.variables.kinds import Kind
from infra.settings.variables.variable import (
    ByEnvironment,
    Condition,
    Constant,
    Party,
    Setting,
    Source,
    Variable,
    Wired,
)

__all__ = [
    "CONDITIONS",
    "TOPICS",
    "VARIABLES",
    "ByEnvironment",
    "Condition",
    "Constant",
    "Kind",
    "Party",
    "Setting",
    "Source",
    "Variable",
    "Wired",
]

TOPICS: dict[str, tuple[Variable, ...]] = {
    "The process": core.VARIABLES,
    "Security": security.VARIABLES,
    "Databases": database.VARIABLES,
    "Payments": payments.VARIABLES,
    "Other services": integrations.VARIABLES,
    "Uploads": files.VARIABLES,
}
VARIABLES: dict[str, Variable] = {variable.name: variable for topic in TOPICS.values() for variable in topic}
CONDITIONS: tuple[Condition, ...] = (
    *core.CONDITIONS,
    *security.CONDITIONS,
    *database.CONDITIONS,
    *payments.CONDITIONS,
)
