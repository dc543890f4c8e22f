"""Templates of a mapping: "{property}" placeholders in nested parameters."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.provider.checks import Unknown

_PLACEHOLDER = re.compile(r"\{(\w+)(!?)\}")


class _Required(Exception):  # noqa: N818  # a signal between two functions here, never an error
    """A marked placeholder has no value."""


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders replaced; None where nothing is left of it."""
    try:
        return _fill(template, values)
    except _Required:
        return None


def _fill(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return _fill_text(template, values)
    if isinstance(template, Mapping):
        filled = {key: _fill(item, values) for key, item in template.items()}
        kept = {key: item for key, item in filled.items() if item is not None}
        return kept if kept or not template else None
    if isinstance(template, list | tuple):
        items = [item for item in (fill(item, values) for item in template) if item is not None]
        return items if items or not template else None
    return template


def _fill_text(template: str, values: Mapping[str, Any]) -> Any:
    whole = _PLACEHOLDER.fullmatch(template)
    if whole:
        value = values.get(whole[1])
        if value is None and whole[2]:
            raise _Required
        return value
    found = {match[1]: values.get(match[1]) for match in _PLACEHOLDER.finditer(template)}
    unknown = next((value for value in found.values() if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    if any(value is None for value in found.values()):
        return None
    return _PLACEHOLDER.sub(lambda match: str(found[match[1]]), template)


def placeholders(template: Any) -> Iterator[str]:
    """The names of all properties that the template mentions."""
    if isinstance(template, str):
        yield from (match[1] for match in _PLACEHOLDER.finditer(template))
    elif isinstance(template, Mapping):
        for item in template.values():
            yield from placeholders(item)
    elif isinstance(template, list | tuple):
        for item in template:
            yield from placeholders(item)


def parsed(template: str, text: str) -> dict[str, str]:
    """The values that fill the template so that it gives the text; nothing where it cannot."""
    pattern = "".join(
        f"(?P<{piece[1]}>.+?)" if (piece := _PLACEHOLDER.fullmatch(part)) else re.escape(part)
        for part in re.split(r"(\{\w+!?\})", template)
    )
    found = re.fullmatch(pattern, text)
    return found.groupdict() if found else {}
