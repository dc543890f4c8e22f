"""The part of JSON Schema (2020-12) that describes an answer's shape. A keyword that is not known here is refused, not ignored."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

# Where schemas lie inside a schema: alone, in a list, or by name.
_SINGLE = frozenset({"items", "additionalProperties", "not"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf"})
_NAMED = frozenset({"properties"})
KEYWORDS = frozenset(
    {
        *_SINGLE,
        *_LISTED,
        *_NAMED,
        *("type", "enum", "const", "required"),
        *("minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"),
    }
)
MAXIMUM_PROBLEMS = 5
SHOWN_CHARACTERS = 100


def schema_problems(schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a schema, as sentences; each names its place, such as `properties.version`."""
    problems = list(_unknown(schema, ""))
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = ".".join(str(part) for part in error.absolute_path)
        problems.append(f"{place or 'shape'} is no JSON Schema: {error.message}")
    return problems


def shape_problems(schema: Mapping[str, Any], document: Any) -> list[str]:
    """Where a document is not what the schema says, at most MAXIMUM_PROBLEMS places, without the values that stand there."""
    errors = sorted(Draft202012Validator(schema).iter_errors(document), key=lambda error: error.json_path)
    return [f"{error.json_path} does not keep {_rule(error.validator, error.validator_value)}" for error in errors][
        :MAXIMUM_PROBLEMS
    ]


def _rule(keyword: Any, value: Any) -> str:
    text = str(value)
    return f"{keyword} {text}" if len(text) <= SHOWN_CHARACTERS else str(keyword)


def _unknown(schema: Any, place: str) -> Iterator[str]:
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield f"{place or 'shape'} must be a schema"
        return
    for keyword, value in schema.items():
        here = f"{place}.{keyword}".lstrip(".")
        if keyword not in KEYWORDS:
            yield f"{here} is no keyword that this suite knows; it knows {', '.join(sorted(KEYWORDS))}"
        elif keyword in _SINGLE:
            yield from _unknown(value, here)
        elif keyword in _NAMED and isinstance(value, Mapping):
            for name, inner in value.items():
                yield from _unknown(inner, f"{here}.{name}")
        elif keyword in _LISTED and isinstance(value, list):
            for number, inner in enumerate(value):
                yield from _unknown(inner, f"{here}.{number}")
