"""Pulumi's property values: protobuf structs into plain Python and back, with unknowns, assets and secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from sandbox.provider.checks import Unknown

UNKNOWN = Unknown()
SIGNATURE = rpc._special_sig_key  # noqa: SLF001  # the wire format's own constants have no public name
ASSET = rpc._special_asset_sig  # noqa: SLF001 - as above
ARCHIVE = rpc._special_archive_sig  # noqa: SLF001 - as above
SECRET = rpc._special_secret_sig  # noqa: SLF001 - as above


@dataclass(frozen=True)
class Archive:
    """An asset or archive as the engine sends it: a hash, and a path, text or nested assets."""

    raw: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """The engine's SHA-256 of the content."""
        return str(self.raw.get("hash", ""))


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The struct as plain values: whole numbers as int, unknowns as UNKNOWN, secrets unwrapped, assets as Archive.

    Keys come sorted: the wire's own order changes from process to process, and a request must not (see `api.once`).
    """
    return {key: _decode(struct.fields[key]) for key in sorted(struct.fields)}


def _decode(value: struct_pb2.Value) -> Any:  # noqa: PLR0911 - one return per kind
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        members = decode(value.struct_value)
        signature = members.get(SIGNATURE)
        if signature == SECRET:
            return members["value"]
        return Archive(members) if signature in {ASSET, ARCHIVE} else members
    return None


def encode(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The opposite of decode; entries that are None are left out."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        if value is not None:
            struct.fields[key].CopyFrom(_encode(value))
    return struct


def _encode(value: Any) -> struct_pb2.Value:  # noqa: PLR0911 - one return per kind
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, Unknown):
        return struct_pb2.Value(string_value=rpc.UNKNOWN)
    if isinstance(value, Archive):
        return struct_pb2.Value(struct_value=encode(value.raw))
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode(value))
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode(item) for item in value]))
    return struct_pb2.Value(string_value=str(value))


def secret(value: Any) -> dict[str, Any]:
    """The value marked as a secret on the wire."""
    return {SIGNATURE: SECRET, "value": value}


def has_unknown(value: Any) -> bool:
    """Whether any part of the value is unknown until the deployment runs."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return isinstance(value, Unknown)
