"""From the stack's configuration to checked settings, with every problem at once."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi.runtime import config as pulumi_config
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from infra.settings.problems import NAMESPACE, Problem, SettingsError
from infra.settings.rooms import ROOMS, Settings, Values, broken_rules
from infra.settings.types import Environment, in_words

# In our words what pydantic calls by these kinds; what is not here says what the key is for.
_EXPECTED = {
    "int_parsing": "must be a whole number",
    "bool_parsing": "must be true or false",
    "ip_v4_network": "must be an IPv4 network without host bits, such as 10.20.0.0/16",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


@dataclass(frozen=True, kw_only=True)
class Key:
    """One setting: its key, its room, its field there and what it says of itself."""

    key: str
    room: str
    field: FieldInfo

    @property
    def required(self) -> bool:
        """Whether a stack must give it a value."""
        return self.field.is_required()

    @property
    def secret(self) -> bool:
        """Whether its value is kept encrypted and never shown."""
        return "SecretStr" in str(self.field.annotation)

    @property
    def default(self) -> str:
        """The default as a stack's file writes it; empty where there is none."""
        return "" if self.required else in_words(self.field.default)

    def parse(self, text: str) -> object:
        """The typed value of a text.

        Raises:
            ValidationError: the text is no such value.
        """
        return self._adapter.validate_python(text)

    @cached_property
    def _adapter(self) -> TypeAdapter[object]:
        return TypeAdapter(self.field.rebuild_annotation())


@cache
def keys() -> Mapping[str, Key]:
    """Every setting by its key, in the order of the rooms."""
    found = {}
    for room, model in ROOMS.items():
        for field in model.model_fields.values():
            key = str(field.alias)
            found[key] = Key(key=key, room=room, field=field)
    return MappingProxyType(found)


def configured() -> dict[str, str]:
    """What the stack's configuration holds in our namespace, without the namespace; empty values count as not set.

    pulumi.Config can only be asked for keys that one knows; unknown ones are in the maps that the language host filled.
    """
    everything: dict[str, Any] = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    return {
        key.removeprefix(prefix): str(value)
        for key, value in everything.items()
        if key.startswith(prefix) and value != ""
    }


def encrypted() -> frozenset[str]:
    """The keys of our namespace whose values the stack keeps encrypted."""
    found = {key for key in configured() if pulumi_config.is_config_secret(f"{NAMESPACE}:{key}")}
    return frozenset(found | {key.removeprefix(f"{NAMESPACE}:") for key in pulumi_config.get_config_secret_keys_env()})


def load() -> Settings:
    """The current stack's settings.

    Raises:
        SettingsError: with every problem that there is, before anything was registered.
    """
    return check(pulumi.get_stack(), configured(), encrypted())


def check(stack: str, texts: Mapping[str, str], secrets: frozenset[str]) -> Settings:
    """Settings from the texts of a stack's configuration; `secrets` names the keys that are kept encrypted.

    Raises:
        SettingsError: with every problem that there is.
    """
    known = keys()
    values: dict[str, object] = {}
    problems = [_unknown(key, known) for key in texts if key not in known]
    for key in known.values():
        problems += _read(key, texts.get(key.key), values, encrypted=key.key in secrets)
    problems += _of_the_stack(stack, values)
    problems += broken_rules(Values(values))
    if problems:
        raise SettingsError(stack, problems)
    rooms: dict[str, dict[str, object]] = {room: {} for room in ROOMS}
    for name, value in values.items():
        rooms[known[name].room][name] = value
    return Settings.model_validate({room: ROOMS[room].model_validate(values) for room, values in rooms.items()})


def _unknown(key: str, known: Mapping[str, Key]) -> Problem:
    close = {name.lower(): name for name in known}
    near = difflib.get_close_matches(key.lower(), close, n=1)
    hint = f": did you mean {NAMESPACE}:{close[near[0]]}?" if near else ""
    return Problem.to_remove(key, f"is no setting{hint}")


def _read(key: Key, text: str | None, values: dict[str, object], *, encrypted: bool) -> Iterator[Problem]:
    if text is None:
        if key.required:
            yield Problem.to_set(key.key, "is missing", secret=key.secret)
        else:
            values[key.key] = key.field.get_default()
        return
    if key.secret and not encrypted:
        yield Problem.to_set(
            key.key,
            "is a secret in clear in the stack's file: encrypt it, and replace it if others saw the file",
            secret=True,
        )
    try:
        values[key.key] = key.parse(text)
    except ValidationError as error:
        yield Problem.to_set(key.key, _reason(key, error), secret=key.secret)


def _reason(key: Key, error: ValidationError) -> str:
    """Why a value was refused, without the value: a secret may stand under the wrong key."""
    first = error.errors(include_input=False, include_url=False)[0]
    kind, bounds = first["type"], first.get("ctx", {})
    if kind == "value_error":
        return str(bounds["error"])
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {in_words(bounds[bound])}"
    if kind == "enum":
        return f"must be {bounds['expected']}"
    return f"{_EXPECTED.get(kind, 'is not of the form that it needs')}: {key.field.description}"


def _of_the_stack(stack: str, values: Mapping[str, object]) -> Iterator[Problem]:
    names = {environment.value for environment in Environment}
    environment = values.get("environment")
    if stack in names and environment is not None and environment != stack:
        yield Problem.to_set("environment", f"is {environment} in the stack named {stack}", stack)
