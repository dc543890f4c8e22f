"""What a variable may hold: the type of its setting, and the JSON Schema of the text that the application reads."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints

from infra.settings.types import Duration, between, in_words
from infra.settings.variables.number_patterns import whole_numbers

_MILLISECOND = timedelta(milliseconds=1)
# The longest text that is taken for one variable; far above any real one, far below what a task definition holds (64 KiB).
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`words` say for people what it is, `setting` is its setting's type, `schema` the JSON Schema of its text, `text` makes the text."""

    words: str
    setting: Any
    schema: Mapping[str, Any]
    text: Callable[[Any], str] = in_words
    secret: bool = False


def text(words: str, pattern: str) -> Kind:
    """A text of a pattern that Python, Rust (pydantic) and ECMAScript (JSON Schema) read alike: no lookaround, no classes beyond ASCII."""

    def check(value: str) -> str:
        _check(pattern, words, value)
        return value

    return Kind(
        words=words,
        setting=Annotated[str, StringConstraints(max_length=_LONGEST), AfterValidator(check)],
        schema={"type": "string", "maxLength": _LONGEST, "pattern": pattern},
    )


def secret(words: str, pattern: str) -> Kind:
    """A secret text of a pattern."""

    def check(value: SecretStr) -> SecretStr:
        _check(pattern, words, value.get_secret_value())
        return value

    return Kind(
        words=words,
        setting=Annotated[SecretStr, Field(max_length=_LONGEST), AfterValidator(check)],
        schema={"type": "string", "maxLength": _LONGEST, "pattern": pattern},
        text=lambda value: str(value.get_secret_value()),
        secret=True,
    )


def several(words: str, item: str) -> Kind:
    """One or more texts of a pattern (without ^ and $), separated by commas."""

    def split(value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for number, value in enumerate(values, start=1):
            if not re.fullmatch(item, value, re.ASCII):
                raise ValueError(f"must be {words}; number {number} of the list is none")
        return values

    return Kind(
        words=words,
        setting=Annotated[tuple[str, ...], BeforeValidator(split), AfterValidator(check)],
        schema={"type": "string", "pattern": f"^{item}(,{item})*$"},
    )


def whole(least: int, most: int, unit: str = "") -> Kind:
    """A whole number, both ends included."""
    return Kind(
        words=f"{least} to {most}{f' {unit}' if unit else ''}",
        setting=Annotated[int, Field(ge=least, le=most)],
        schema={"type": "string", "pattern": whole_numbers(least, most)},
    )


def milliseconds(least: timedelta, most: timedelta) -> Kind:
    """A duration: `30s` as a setting, `30000` as the application reads it."""
    return Kind(
        words=f"milliseconds, {least // _MILLISECOND} to {most // _MILLISECOND}; the setting is a duration, {in_words(least)} to {in_words(most)}",
        setting=Annotated[Duration, between(least, most)],
        schema={"type": "string", "pattern": whole_numbers(least // _MILLISECOND, most // _MILLISECOND)},
        text=lambda value: str(value // _MILLISECOND),
    )


def lifetime(least: timedelta, most: timedelta) -> Kind:
    """A duration that the application reads as the setting is written: `1h`."""
    return Kind(
        words=f"a duration, {in_words(least)} to {in_words(most)}, such as `1h`",
        setting=Annotated[Duration, between(least, most)],
        schema={"type": "string", "pattern": r"^[1-9][0-9]{0,5}[smhd]$"},
    )


def flag() -> Kind:
    """True or false."""
    return Kind(words="`true` or `false`", setting=bool, schema={"type": "string", "enum": ["true", "false"]})


def one_of(choice: type[StrEnum]) -> Kind:
    """One of an enumeration's values."""
    values = [member.value for member in choice]
    return Kind(
        words=" or ".join(f"`{value}`" for value in values),
        setting=choice,
        schema={"type": "string", "enum": values},
    )


def _check(pattern: str, words: str, value: str) -> None:
    """In our words and without the value, which may be somebody's secret under a wrong key."""
    # \Z, because Python's $ also takes a line's end.
    if not re.search(rf"{pattern.removesuffix('$')}\Z" if pattern.endswith("$") else pattern, value, re.ASCII):
        raise ValueError(f"must be {words}")
