"""A function's settings as environment variables: one class says names, types and rules for both sides.

The function reads it with `from_environment`, the infrastructure writes the same variables with `render`.
"""

import os
from collections.abc import Mapping
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.common.errors import SettingsError

Value = TypeVar("Value")


class EnvironmentSettings(BaseModel):
    """Settings whose field `database_host` is the variable DATABASE_HOST."""

    model_config = ConfigDict(
        # Built when a function reads it: the import of a handler is what a cold start waits for first.
        defer_build=True,
        frozen=True,
        extra="forbid",
        alias_generator=str.upper,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def variables(cls) -> dict[str, str]:
        """The name of the environment variable of each field."""
        return {field: field.upper() for field in cls.model_fields}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings in `environment`; an empty variable counts as one that is not set.

        Raises SettingsError with every problem at once, each with its variable.
        """
        names = cls.variables().values()
        values = {name: environment[name] for name in names if environment.get(name)}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = [
                f"{problem['loc'][0]} {_sentence(problem['type'], problem['msg'])}" for problem in error.errors()
            ]
        raise SettingsError(
            "The function's environment variables are wrong (infra renders them; deploy it again)", problems
        )

    @classmethod
    def render(cls, **values: Value) -> dict[str, Value]:
        """The variables for `values`, given by field name: text, or a promise of text such as a Pulumi output.

        Raises TypeError for a field that does not exist and for a required field without a value.
        """
        variables = cls.variables()
        unknown = sorted(values.keys() - variables.keys())
        missing = sorted(
            field for field, info in cls.model_fields.items() if info.is_required() and field not in values
        )
        if unknown or missing:
            raise TypeError(f"{cls.__name__}.render: unknown fields {unknown}, missing fields {missing}")
        return {variables[field]: value for field, value in values.items()}


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "is not set"
    return f"is wrong: {message[:1].lower()}{message[1:]}"
