"""Whether green's environment is what the application's own schema asks for: values, not names. Messages name variables, never values."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runtime.deployments.gate.application import CHECK
from runtime.deployments.gate.check import Result, one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.verdict import Finding, Level

# The application's own schema, written here beside docs/application-environment.schema.json by `python -m infra.settings_reference --write`.
SCHEMA = Path(__file__).with_name("environment.schema.json")
MEND = "docs/application-environment.md names its setting: set that (`pulumi config set`, with --secret for a secret) and run `pulumi up --refresh`"


def check(scene: Scene) -> Result:
    """Every secret that cannot be had, and every variable that the schema refuses."""
    environment = scene.environment
    problems = list(environment.problems)
    if environment.complete:
        problems += _wrong(environment.values, environment.unread)
    if problems:
        return Result(tuple(problems))
    number = len(environment.values)
    return one(
        CHECK, Level.OK, f"All {number} variables of the task are there and as the application's schema asks for."
    )


def schema() -> dict[str, Any]:
    """The schema of the application's environment."""
    document: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return document


def _wrong(values: Mapping[str, str], unread: frozenset[str]) -> Iterator[Finding]:
    # Half of this module's import would be this library's, which a call that only waits for a migration does not need.
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    rules = schema()
    defaults = {name: rule["default"] for name, rule in rules["properties"].items() if "default" in rule}
    messages = [
        message
        for error in Draft202012Validator(rules).iter_errors({**defaults, **values})
        for message in _messages(error, values, unread)
    ]
    for message in sorted(set(messages)):
        yield Finding(check=CHECK, outcome=Level.FAIL, message=message, mend=MEND)


def _messages(error: Any, values: Mapping[str, str], unread: frozenset[str]) -> Iterator[str]:
    """What is wrong by the name of the variable. The library's own message would hold the value."""
    if error.validator == "required":
        yield from (f"{name} is not set" for name in error.validator_value if name not in values and name not in unread)
        return
    if error.validator == "dependentRequired":
        for name, needed in error.validator_value.items():
            absent = [other for other in needed if other not in values and other not in unread]
            yield from (f"{other} is not set, which {name} needs" for other in absent if name in values)
        return
    name = str(error.absolute_path[0]) if error.absolute_path else "the environment"
    # Under `allOf` stand conditions of one environment, whose description is the sentence about what must be.
    if "allOf" in error.absolute_schema_path and "description" in error.schema:
        yield str(error.schema["description"])
    else:
        yield f"{name} {_reason(error)}"


def _reason(error: Any) -> str:
    rule = error.validator_value
    return {
        "enum": f"must be one of {', '.join(map(str, rule))}" if isinstance(rule, list) else "",
        "pattern": f"does not match {rule}",
        "maxLength": f"is longer than {rule} characters",
        "type": f"must be of the type {rule}",
    }.get(str(error.validator)) or f"breaks the schema's rule {error.validator}"
