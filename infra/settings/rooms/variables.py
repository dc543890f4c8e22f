"""The application's variables as settings: made from their one schema, `infra.settings.variables`."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field, create_model

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values
from infra.settings.variables import CONDITIONS, VARIABLES, Condition, Setting, Variable


class VariableSettings(Room):
    """The application's variables that a stack's file may set."""

    def text(self, name: str) -> str | None:
        """A variable's text as the application reads it; None where the settings leave it open."""
        value = getattr(self, VARIABLES[name].field)
        return None if value is None else VARIABLES[name].kind.text(value)


def _field(variable: Variable, setting: Setting) -> tuple[Any, Any]:
    end = f" Without it: {setting.otherwise}." if setting.otherwise else ""
    about: dict[str, Any] = {
        "alias": variable.key,
        "description": f"`{variable.name}`: {variable.description}{end} {_form(variable)}",
    }
    if setting.required:
        return variable.kind.setting, Field(**about)
    if setting.default is None:
        return variable.kind.setting | None, Field(None, **about)
    return variable.kind.setting, Field(setting.default, **about)


def _form(variable: Variable) -> str:
    words = variable.kind.words
    return f"{words[0].upper()}{words[1:]}."


_FIELDS: dict[str, Any] = {
    variable.field: _field(variable, variable.source)
    for variable in VARIABLES.values()
    if isinstance(variable.source, Setting)
}
MODEL: type[VariableSettings] = create_model("_VariableSettings", __base__=VariableSettings, **_FIELDS)


def _condition(condition: Condition) -> Rule:
    variable = VARIABLES[condition.name]

    def rule(values: Values) -> Iterator[Problem]:
        environment, value = values["environment"], values[variable.key]
        if environment not in condition.environments or value is None:
            return
        text = variable.kind.text(value)
        if (condition.must and not re.search(condition.must, text)) or (
            condition.must_not and re.search(condition.must_not, text)
        ):
            reason = f"{condition.reason} in {environment}"
            yield Problem.to_set(variable.key, reason, condition.mend, secret=variable.kind.secret)

    return rule


def _together(variable: Variable) -> Rule:
    """A variable without a default and the one beside it: a stack sets both or neither."""
    other = VARIABLES[variable.beside]

    def rule(values: Values) -> Iterator[Problem]:
        pair = (variable, other)
        there = [one for one in pair if values[one.key] is not None]
        for lacking in pair:
            if len(there) == 1 and lacking not in there:
                reason = f"is missing beside {there[0].key}: set both, or neither"
                yield Problem.to_set(lacking.key, reason, secret=lacking.kind.secret)

    return rule


def _longer(long: str, short: str) -> Rule:
    def rule(values: Values) -> Iterator[Problem]:
        if values[long] <= values[short]:
            yield Problem.to_set(long, f"must be longer than {short}")

    return rule


def _same_site(values: Values) -> Iterator[Problem]:
    if values["sessionSameSite"] == "none" and not values["sessionSecure"]:
        yield Problem.to_set("sessionSameSite", "cannot be none while sessionSecure is false: browsers drop it", "lax")


RULES: tuple[Rule, ...] = (
    *(_condition(one) for one in CONDITIONS if isinstance(VARIABLES[one.name].source, Setting)),
    *(
        _together(one)
        for one in VARIABLES.values()
        if one.beside and isinstance(one.source, Setting) and one.source.default is None
    ),
    _longer("jwtRefreshExpiresIn", "jwtExpiresIn"),
    _longer("healthCheckInterval", "healthCheckTimeout"),
    _same_site,
)
