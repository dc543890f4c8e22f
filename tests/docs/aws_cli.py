"""What the AWS CLI 2 takes, worked out from botocore's models, which are what the CLI itself is made from.

What the CLI adds by hand is stated here: its own commands, its global options, its positional words.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

# AWS CLI 2 User Guide, "Command line options"; with pagination's, which every command that lists has.
GLOBAL = {
    *("region", "output", "query", "profile", "endpoint-url", "color", "ca-bundle"),
    *("cli-read-timeout", "cli-connect-timeout", "cli-binary-format", "cli-input-json"),
    *("max-items", "page-size", "starting-token"),
}
GLOBAL_FLAGS = {"debug", "no-cli-pager", "no-paginate", "no-sign-request", "no-verify-ssl"}
OUTPUTS = {"json", "text", "table", "yaml", "yaml-stream", "off"}


@dataclass(frozen=True, kw_only=True)
class OwnCommand:
    """A command that no API has: its options with a value, its flags, how many words stand alone."""

    options: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    words: int = 1


# AWS CLI 2 Reference, the page of each command.
OWN = {
    ("s3", "ls"): OwnCommand(flags=frozenset({"recursive", "human-readable", "summarize"})),
    ("logs", "tail"): OwnCommand(
        options=frozenset({"since", "filter-pattern", "format", "log-stream-names", "log-stream-name-prefix"}),
        flags=frozenset({"follow"}),
    ),
}
# The CLI keeps `aws s3` for commands of its own.
SERVICES = {"s3api": "s3"}
# The answer's file, a word without an option.
POSITIONAL = {("lambda", "invoke"): 1, ("s3api", "get-object"): 1}


def commands(code: str) -> Iterator[list[str]]:
    """The words of every `aws` command in a piece of shell, those inside `$(…)` too."""
    text = code.replace("\\\n", " ")
    while inner := re.search(r"\$\(([^()]*)\)", text):
        yield from commands(inner[1])
        text = text[: inner.start()] + "$VALUE" + text[inner.end() :]
    for line in text.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";|&")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if set(word) <= set(";|&"):
                if words and words[0] == "aws":
                    yield words
                words = []
            elif words or not re.match(r"[A-Z]+=", word):
                words.append(word)


def problems(words: list[str]) -> list[str]:
    """What the CLI would refuse about a command, in words; nothing when it would send it."""
    if len(words) < 3:
        return ["names no service and operation"]
    service, operation = words[1], words[2]
    given, alone = _options(words[3:])
    own = OWN.get((service, operation))
    if own:
        alone += [word for name, values in given.items() for word in values[0 if name in own.flags else 1 :]]
        unknown = set(given) - own.options - own.flags - GLOBAL - GLOBAL_FLAGS
        return [f"has no option --{name}" for name in sorted(unknown)] + _stray(alone, own.words, service, operation)
    try:
        model = _service(SERVICES.get(service, service))
    except UnknownServiceError:
        return [f"there is no service {service}"]
    found = _operations(model).get(operation)
    if operation == "wait":
        return _waiting(service, words[3:])
    if not found:
        return [f"{service} has no operation {operation}"]
    found_problems, strays = _against(found, given)
    return [*found_problems, *_stray([*alone, *strays], POSITIONAL.get((service, operation), 0), service, operation)]


def _waiting(service: str, words: list[str]) -> list[str]:
    """What is wrong with `aws <service> wait <condition>`, which takes the options of the operation that it asks."""
    model = botocore.session.get_session().get_waiter_model(service)
    waiters = {xform_name(name, "-"): name for name in model.waiter_names}
    if not words or words[0] not in waiters:
        return [f"{service} waits for {sorted(waiters)}, not for {words[:1]}"]
    asked = xform_name(model.get_waiter(waiters[words[0]]).operation, "-")
    return problems(["aws", service, asked, *words[1:]])


def _stray(alone: list[str], expected: int, service: str, operation: str) -> list[str]:
    return [] if len(alone) == expected else [f"{service} {operation} takes {expected} words alone, not {alone}"]


def _options(words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The values after each option, and the words before the first."""
    given: dict[str, list[str]] = {}
    alone: list[str] = []
    current = alone
    for word in words:
        if re.match(r"--[a-z]", word):
            current = given.setdefault(word[2:], [])
        else:
            current.append(word)
    return given, alone


def _against(operation: OperationModel, given: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """What is wrong with the options; and the words after an option's value, which stand alone."""
    input_shape = operation.input_shape
    members = {xform_name(name, "-"): shape for name, shape in input_shape.members.items()} if input_shape else {}
    required = {xform_name(name, "-") for name in input_shape.required_members} if input_shape else set()
    wrong = [f"needs --{name}" for name in sorted(required - set(given))]
    strays: list[str] = []
    for name, values in given.items():
        if name in GLOBAL_FLAGS:
            strays += values
        elif name in GLOBAL:
            strays += values[1:]
            wrong += _global(name, values[:1], operation)
        elif name.removeprefix("no-") in members and members[name.removeprefix("no-")].type_name == "boolean":
            strays += values
        elif name in members:
            kept = values if members[name].type_name in {"list", "map"} else values[:1]
            strays += values[len(kept) :]
            wrong += [f"--{name} needs a value"] if not kept else []
            wrong += [f"--{name}: {text}" for value in kept for text in _value(members[name], value)]
        else:
            wrong.append(f"has no option --{name}")
    return wrong, strays


def _global(name: str, values: list[str], operation: OperationModel) -> list[str]:
    if not values:
        return [f"--{name} needs a value"]
    if name == "output" and values[0] not in OUTPUTS:
        return [f"--output takes {sorted(OUTPUTS)}, not {values[0]}"]
    if name != "query":
        return []
    try:
        tree = jmespath.compile(values[0]).parsed
    except jmespath.exceptions.ParseError as error:
        return [f"--query cannot be read: {error}"]
    known = set(_names(operation.output_shape)) if operation.output_shape else set()
    return [f"--query asks for {field}, which the answer has not" for field in sorted(_fields(tree) - known)]


def _value(shape: Shape, value: str) -> list[str]:
    """What is wrong with one value of an option; what a person has to fill in is taken as right."""
    if re.search(r"[<$…]", value) or value.startswith("file://"):
        return []
    if isinstance(shape, ListShape):
        return _value(shape.member, value)
    if shape.type_name in {"integer", "long"}:
        return [] if value.lstrip("-").isdigit() else [f"{value} is no number"]
    if isinstance(shape, StructureShape):
        keys = json.loads(value) if value.startswith("{") else re.findall(r"(?:^|,)(\w+)=", value)
        return [f"{key} is none of its members" for key in keys if key not in shape.members]
    enum = getattr(shape, "enum", None)
    return [f"{value} is none of {enum}"] if enum and value not in enum else []


def _fields(tree: Mapping[str, Any]) -> set[str]:
    """The names of members that a JMESPath expression reads."""
    own = {str(tree["value"])} if tree["type"] == "field" else set()
    return own.union(*(_fields(child) for child in tree["children"] if isinstance(child, dict)))


def _names(shape: Shape, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all members below a shape."""
    if shape.name in above:
        return
    inside = (*above, shape.name)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield name
            yield from _names(member, inside)
    elif isinstance(shape, ListShape):
        yield from _names(shape.member, inside)
    elif isinstance(shape, MapShape):
        yield from _names(shape.value, inside)


@cache
def _service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


def _operations(model: ServiceModel) -> dict[str, OperationModel]:
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}
