"""Properties into the members of botocore's shapes, and API answers back into properties."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.provider.checks import Unknown
from sandbox.provider.comparison import same, take
from sandbox.provider.mapping import FLAT, Convert

Renames = Mapping[str, str | Convert]


class UnmappedError(Exception):
    """A property, or a part of one, has no member in the API and no rename in the mapping."""


def member_of(property_path: str, members: Mapping[str, Any], rename: Renames) -> str | None:
    """The member that the property goes to: its rename, else the one of the same name whatever its case."""
    renamed = rename.get(property_path)
    if renamed is not None:
        return renamed.member if isinstance(renamed, Convert) else renamed
    name = property_path.rsplit(".", 1)[-1].lower()
    return next((member for member in members if member.lower() == name), None)


def to_api(shape: Shape, value: Any, rename: Renames, path: str = "") -> Any:
    """The value in the form that the shape wants: nested names, lists around single blocks, numbers and texts.

    Raises:
        UnmappedError: it names the nested property that fits no member.
    """
    if isinstance(value, Unknown) or value is None:
        return value
    if isinstance(shape, ListShape):
        items = value if isinstance(value, list | tuple) else [value]
        return [to_api(shape.member, item, rename, path) for item in items]
    if isinstance(shape, MapShape):
        return {key: to_api(shape.value, item, rename, path) for key, item in value.items()}
    if isinstance(shape, StructureShape):
        return _structure(shape, value, rename, path)
    return _scalar(shape, value)


def _structure(shape: StructureShape, value: Any, rename: Renames, path: str) -> Any:
    if isinstance(value, list | tuple):
        if len(value) > 1:
            raise UnmappedError(f"{path} takes one block, not {len(value)}")
        return to_api(shape, value[0], rename, path) if value else None
    if not isinstance(value, Mapping):
        raise UnmappedError(f"{path} must be a block of properties, not {type(value).__name__}")
    built: dict[str, Any] = {}
    for key, item in value.items():
        if item is None or key.startswith("__"):
            continue
        place(built, shape, item, rename, f"{path}.{key}" if path else key)
    return built


def place(built: dict[str, Any], shape: StructureShape, item: Any, rename: Renames, path: str) -> None:
    """Puts one property where it belongs in the parameters under construction; a rename may lead deeper ("A.B").

    Raises:
        UnmappedError: the shape has no such member.
    """
    member = member_of(path, shape.members, rename)
    if member == FLAT:
        for inner, value in item.items() if isinstance(item, Mapping) else ():
            if value is not None:
                place(built, shape, value, rename, f"{path}.{inner}")
        return
    if member is None:
        raise UnmappedError(f"{path} has no member in {shape.name}")
    convert = rename.get(path)
    *parents, last = member.split(".")
    target = built
    current: Any = shape  # botocore-stubs do not know which shapes have members
    for parent in parents:
        target = target.setdefault(parent, {})
        current = current.members[parent]
    # A map holds attributes, such as a queue's, under any name.
    members = {last: current.value} if isinstance(current, MapShape) else current.members
    if last not in members:
        raise UnmappedError(f"{path}: {shape.name} has no member {member}")
    if isinstance(convert, Convert) and not isinstance(item, Unknown):
        value = convert.to(item)
        if value is None:
            return
    else:
        value = to_api(members[last], item, rename, path)
    if isinstance(value, dict) and isinstance(target.get(last), dict):
        value = {**target[last], **value}  # two properties share one structure
    target[last] = value


def _scalar(shape: Shape, value: Any) -> Any:
    kind = shape.type_name
    if kind in {"integer", "long"} and isinstance(value, str | float):
        return int(value)
    if kind in {"float", "double"} and isinstance(value, str):
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "blob" and isinstance(value, str):
        return value.encode()
    if kind in {"string", "character"} and not isinstance(value, str):
        return json.dumps(value) if not isinstance(value, bool) else str(value).lower()
    return value


def find(description: Any, property_path: str, rename: Renames) -> Any:
    """The API's value of a property in a description, by the same names as to_api; None where there is none."""
    if not isinstance(description, Mapping):
        return None
    renamed = rename.get(property_path)
    member = renamed.member if isinstance(renamed, Convert) else renamed
    if member == FLAT:
        return description
    if member is None:
        member = member_of(property_path, description, {})
        return None if member is None else description[member]
    value: Any = description
    for name in member.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(renamed, Convert) and value is not None:
        return renamed.of(value)
    return value


def project(given: Any, found: Any, rename: Renames, path: str, *, unordered: Collection[str] = ()) -> Any:
    """The API's value seen through what the program gave: only what was given is compared, and in the program's own form.

    The lists at the paths of `unordered` (without indices, as in renames) come back in the program's order.
    """
    if same(given, found, path=path, unordered=unordered) or (not given and found is None):
        return given  # APIs leave out what is false, zero or empty
    if isinstance(given, list | tuple) and isinstance(found, Mapping):
        found = [found]
    if isinstance(given, Mapping) and isinstance(found, list | tuple) and len(found) == 1:
        found = found[0]
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        inner = {
            key: project(item, find(found, f"{path}.{key}", rename), rename, f"{path}.{key}", unordered=unordered)
            for key, item in given.items()
        }
        return {key: item for key, item in inner.items() if item is not None}
    if isinstance(given, list | tuple) and isinstance(found, list | tuple):
        return _project_items(given, found, rename, path, unordered)
    return _typed(natural(found, rename, path), given)


def _project_items(given: Any, found: Any, rename: Renames, path: str, unordered: Collection[str]) -> list[Any]:
    """Each item through the given one in its place; in a set, what equals a given one is in that one's place."""

    def seen(item: Any, other: Any) -> Any:
        return project(item, other, rename, path, unordered=unordered)

    rest = list(found)
    placed = {
        index: item
        for index, item in enumerate(given)
        if path in unordered and take(item, rest, lambda one, other: bool(seen(one, other) == one))
    }
    others = [index for index in range(len(given)) if index not in placed]
    placed |= {index: seen(given[index], other) for index, other in zip(others, rest, strict=False)}
    return [placed[index] for index in sorted(placed)] + [natural(item, rename, path) for item in rest[len(others) :]]


def _typed(found: Any, given: Any) -> Any:
    """A text as the number or truth that the program gave: some APIs have texts only, and the SDK reads its own types."""
    if isinstance(found, str) and isinstance(given, bool) and found.lower() in {"true", "false"}:
        return found.lower() == "true"
    if isinstance(found, str) and isinstance(given, int) and not isinstance(given, bool) and found.isdecimal():
        return int(found)
    return found


def natural(found: Any, rename: Renames | None = None, path: str = "") -> Any:
    """An API value under Pulumi's spelling, for what no program gave: "KMSMasterKeyID" is kmsMasterKeyId.

    Renames below `path` are taken backwards.
    """
    if isinstance(found, Mapping):
        names = {member: _backwards(member, rename or {}, path) for member in found}
        return {
            names[member]: natural(item, rename, f"{path}.{names[member]}")
            for member, item in found.items()
            if item is not None
        }
    if isinstance(found, list | tuple):
        return [natural(item, rename, path) for item in found]
    if found is None or isinstance(found, str | bool | int | float):
        return found
    return found.isoformat() if hasattr(found, "isoformat") else str(found)


def _backwards(member: str, rename: Renames, path: str) -> str:
    for child, renamed in rename.items():
        if renamed == member and child.rpartition(".")[0] == path:
            return child.rpartition(".")[2]
    return spelled(member)


def gathered(description: Any, rename: Renames, path: str) -> dict[str, Any]:
    """A block whose properties are members of the level above it (FLAT), put together from its renames."""
    children = [child for child in rename if child.rpartition(".")[0] == path]
    found = {child.rpartition(".")[2]: find(description, child, rename) for child in children}
    return {name: value for name, value in found.items() if value is not None}


def spelled(member: str) -> str:
    """A member's name as Pulumi spells it: words of capitals become ordinary ones, the first begins in lower case."""
    words = re.findall(r"[A-Z]+(?![a-z])\d*|[A-Z]?[^A-Z]+", member)
    return "".join(word.lower() if index == 0 else word.capitalize() for index, word in enumerate(words))
