"""The JSON Schema (draft 2020-12) with which the application checks its own environment at start."""

from collections.abc import Mapping
from typing import Any

from infra.settings.types import Environment
from infra.settings.variables import CONDITIONS, VARIABLES, Condition, Constant, Setting, Variable

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def environment_schema() -> dict[str, Any]:
    """A schema of `process.env`: every value is a text, and what it does not name (PATH, HOME) is let be.

    What has a default is not required: a validator that fills in defaults lets a developer's machine do without it.
    """
    beside = [variable for variable in VARIABLES.values() if variable.beside]
    return {
        "$schema": DIALECT,
        "title": "The environment of the Jobr application",
        "type": "object",
        "properties": {variable.name: _property(variable) for variable in VARIABLES.values()},
        "required": [v.name for v in VARIABLES.values() if v.always and v.default is None and not _fallible(v)],
        "dependentRequired": _together(beside),
        "allOf": [_by_environment(environment) for environment in Environment],
    }


def _fallible(variable: Variable) -> bool:
    """Whether the application finds its own value where the stack would have made one: all but secrets."""
    return isinstance(variable.source, Setting) and bool(variable.source.otherwise) and not variable.kind.secret


def _property(variable: Variable) -> dict[str, Any]:
    default = {} if variable.default is None else {"default": variable.default}
    hidden = {"writeOnly": True} if variable.kind.secret else {}
    return {"description": variable.description, **variable.kind.schema, **default, **hidden}


def _together(beside: list[Variable]) -> dict[str, list[str]]:
    needs: dict[str, list[str]] = {}
    for variable in beside:
        if variable.default is None:
            needs.setdefault(variable.beside, []).append(variable.name)
        if variable.default is None and not isinstance(variable.source, Constant):
            needs.setdefault(variable.name, []).append(variable.beside)
    return needs


def _by_environment(environment: Environment) -> Mapping[str, Any]:
    wanted: dict[str, list[dict[str, Any]]] = {}
    for condition in CONDITIONS:
        if environment in condition.environments:
            wanted.setdefault(condition.name, []).append(_schema(condition))
    return {
        "if": {"properties": {"NODE_ENV": {"const": environment.value}}, "required": ["NODE_ENV"]},
        "then": {"properties": {name: {"allOf": schemas} for name, schemas in wanted.items()}},
    }


def _schema(condition: Condition) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": f"{condition.name} {condition.reason}"}
    if condition.must:
        schema["pattern"] = condition.must
    if condition.must_not:
        schema["not"] = {"pattern": condition.must_not}
    return schema
