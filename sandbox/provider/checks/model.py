"""A request against AWS's own service model: enums, patterns, ranges, lengths, members and types."""

import datetime as dt
import decimal
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.utils import is_json_value_header, parse_to_aware_datetime

from sandbox.provider.checks.leniency import LENIENCIES, Leniency
from sandbox.provider.checks.patterns import matches
from sandbox.provider.checks.problem import Problem, Unknown, WrongType, child, cut, one_of, shorten
from sandbox.provider.checks.secrecy import is_secret

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float, decimal.Decimal),
    "double": (int, float, decimal.Decimal),
    "blob": (bytes, bytearray, str),
    "timestamp": (str, int, float, dt.datetime, dt.date),
}
_PEOPLE = {
    "structure": "an object",
    "map": "an object",
    "list": "a list",
    "string": "text",
    "character": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "blob": "bytes",
    "timestamp": "a time",
}
_JSON_TYPES = (Mapping, list, tuple, str, int, float, bool, decimal.Decimal, type(None))


def problems(operation: OperationModel, params: Mapping[str, Any], *, partial: bool = False) -> list[Problem]:
    """Every problem that AWS's model has with the request, in the order of its members.

    A partial request may lack required members, as previews and secondary calls do.
    """
    if operation.input_shape is None:
        return [Problem(name, "the operation takes no members") for name in params]
    check = _Check(operation.service_model.service_name, partial=partial)
    check.visit(operation.input_shape, params, "", secret=False)
    return check.found


class _Check:
    """One walk over a request."""

    def __init__(self, service: str, *, partial: bool) -> None:
        self.service = service
        self.partial = partial
        self.found: list[Problem] = []

    def visit(self, shape: Shape, value: Any, path: str, *, secret: bool) -> None:
        if isinstance(value, Unknown):
            if not self.partial:
                self._add(path, "has no value yet")
        elif getattr(shape, "is_document_type", False) or is_json_value_header(shape):
            if not isinstance(value, _JSON_TYPES):
                self.found.append(WrongType(path, f"must be JSON, not {type(value).__name__}"))
        elif not _has_type(shape, value):
            self.found.append(WrongType(path, f"must be {_PEOPLE[shape.type_name]}, not {type(value).__name__}"))
        else:
            self._typed(shape, value, path, secret=secret)

    def _typed(self, shape: Shape, value: Any, path: str, *, secret: bool) -> None:
        if isinstance(shape, StructureShape):
            self._structure(shape, value, path, secret=secret)
        elif isinstance(shape, ListShape):
            self._size(shape, len(value), path, "elements")
            for index, item in enumerate(value):
                self.visit(shape.member, item, f"{path}[{index}]", secret=secret or is_secret("", shape.member))
        elif isinstance(shape, MapShape):
            self._map(shape, value, path, secret=secret)
        elif isinstance(shape, StringShape):
            self._string(shape, value, path, secret=secret)
        else:
            self._scalar(shape, value, path, secret=secret)

    def _structure(self, shape: StructureShape, value: Mapping[str, Any], path: str, *, secret: bool) -> None:
        members = shape.members
        if not self.partial:
            given = set(shape.metadata.get("idempotencyToken", ())) | set(value)
            for name in shape.required_members:
                if name not in given and not members[name].metadata.get("idempotencyToken"):
                    self._add(child(path, name), "is missing")
        if shape.is_tagged_union and len(value) != 1 and not (self.partial and not value):
            self._add(path, f"takes exactly one of {', '.join(members)}, not {len(value)}")
        for name, item in value.items():
            if name not in members:
                self._add(child(path, name), f"is no member here; {one_of(name, members).partition('; ')[2]}")
            else:
                member = members[name]
                self.visit(member, item, child(path, name), secret=secret or is_secret(name, member))

    def _map(self, shape: MapShape, value: Mapping[str, Any], path: str, *, secret: bool) -> None:
        self._size(shape, len(value), path, "entries")
        for key, item in value.items():
            if isinstance(key, Unknown):
                continue
            self.visit(shape.key, key, child(path, str(key)), secret=False)
            self.visit(shape.value, item, child(path, str(key)), secret=secret or is_secret(str(key), shape.value))

    def _string(self, shape: StringShape, value: str, path: str, *, secret: bool) -> None:
        lenient = LENIENCIES.get((self.service, shape.name), Leniency("", ""))
        allowed = shape.enum
        if allowed and value not in {*allowed, *lenient.values}:
            self._add(path, one_of(None if secret else value, allowed))
            return
        self._size(shape, len(value), path, "characters")
        pattern = shape.metadata.get("pattern")
        if pattern and not lenient.any_pattern and not matches(pattern, value):
            shown = "the value" if secret else shorten(value)
            self._add(path, f"{shown} does not match {cut(pattern, 200)}")

    def _scalar(self, shape: Shape, value: Any, path: str, *, secret: bool) -> None:
        if shape.type_name == "blob":
            if not hasattr(value, "read"):
                self._size(shape, len(value), path, "bytes")
        elif shape.type_name in {"integer", "long", "float", "double"}:
            self._range(shape, value, path, "" if secret else f"{value} ")

    def _size(self, shape: Shape, size: int, path: str, unit: str) -> None:
        self._range(shape, size, path, f"has {size} {unit}, ", verb="takes")

    def _range(self, shape: Shape, value: float, path: str, shown: str, verb: str = "must be") -> None:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and value < float(least):
            self._add(path, f"{shown}{verb} at least {least}")
        elif most is not None and value > float(most):
            self._add(path, f"{shown}{verb} at most {most}")

    def _add(self, path: str, message: str) -> None:
        self.found.append(Problem(path, message))


def _has_type(shape: Shape, value: Any) -> bool:
    kind = shape.type_name
    if isinstance(value, bool) and kind != "boolean":
        return False
    if kind == "blob" and hasattr(value, "read"):
        return True
    if kind == "timestamp" and isinstance(value, str):
        try:
            parse_to_aware_datetime(value)
        except (ValueError, TypeError, AttributeError):
            return False
    return isinstance(value, _TYPES[kind])
