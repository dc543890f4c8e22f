"""What a variable may hold: a setting's type, and the same as a JSON Schema of the text that the application reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr, StringConstraints

from infra.settings.types import in_words

_MILLISECOND = timedelta(milliseconds=1)
_ITEM = r"[^,\s]+"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`words` say what it is for people; `setting` is the type of its setting; `schema` is the JSON Schema of its text."""

    words: str
    setting: Any
    schema: Mapping[str, Any]
    text: Callable[[Any], str] = field(default=in_words)
    unit: str = ""


def text(words: str, pattern: str, *, longest: int = 2000) -> Kind:
    """A text of a pattern, which Python, Rust (pydantic) and ECMAScript (JSON Schema) read alike: no lookaround."""
    return Kind(
        words=words,
        setting=Annotated[str, StringConstraints(pattern=pattern, max_length=longest)],
        schema={"type": "string", "pattern": pattern, "maxLength": longest},
    )


def secret(words: str, pattern: str) -> Kind:
    """A secret text of a pattern; an error says the words, never the value."""
    adapter = text(words, pattern)

    def check(value: SecretStr) -> SecretStr:
        if not _matches(pattern, value.get_secret_value()):
            raise ValueError(f"is not {words}")
        return value

    return Kind(
        words=words,
        setting=Annotated[SecretStr, AfterValidator(check)],
        schema=adapter.schema,
        text=_reveal,
    )


def _matches(pattern: str, value: str) -> bool:
    import re  # noqa: PLC0415

    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None


def _reveal(value: SecretStr) -> str:
    return value.get_secret_value()
