"""What pgoutput sends, protocol version 1: https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html.

`kind` and `relation_of` look at the head of a message alone, for whoever has hundreds of thousands of them a second.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

# PostgreSQL counts microseconds from here.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_BEGIN = struct.Struct(">xQqI")
_COMMIT = struct.Struct(">xBQQq")
_MESSAGE = struct.Struct(">xBQ")
_OID = struct.Struct(">xI")
_TRUNCATE = struct.Struct(">xIB")
_COLUMN_END = struct.Struct(">Ii")
_SHORT = struct.Struct(">H")
_LONG = struct.Struct(">I")


class Kind(IntEnum):
    """The first byte of a message."""

    BEGIN = ord("B")
    COMMIT = ord("C")
    ORIGIN = ord("O")
    RELATION = ord("R")
    TYPE = ord("Y")
    INSERT = ord("I")
    UPDATE = ord("U")
    DELETE = ord("D")
    TRUNCATE = ord("T")
    MESSAGE = ord("M")


class Begin(NamedTuple):
    """A transaction begins: where its commit record begins, when it was committed, and its number."""

    final_lsn: int
    committed_at: datetime
    xid: int


class Commit(NamedTuple):
    """A transaction ends: where its commit record begins, and the position behind that record."""

    commit_lsn: int
    end_lsn: int
    committed_at: datetime


@dataclass(frozen=True)
class Column:
    """A column of a relation, in the order of the tuples; `is_key` says that it belongs to the replica identity."""

    name: str
    type_oid: int
    type_modifier: int
    is_key: bool


@dataclass(frozen=True)
class Relation:
    """A table, as it was when the changes that follow were made. `identity` is pg_class.relreplident: d, n, f or i."""

    oid: int
    schema: str
    name: str
    identity: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class TypeName:
    """The name of a type that is none of PostgreSQL's own."""

    oid: int
    schema: str
    name: str


class Unchanged:
    """The one value of its kind: a large value that an UPDATE left as it was, and that the stream does not repeat."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
# A value as text, None for NULL.
Value = bytes | None | Unchanged
Row = tuple[Value, ...]
# How a value stands in a row: as text, or as one of these.
_TEXT = ord("t")
_OTHERS: dict[int, Value] = {ord("n"): None, ord("u"): UNCHANGED}


class Insert(NamedTuple):
    """A new row."""

    relation: int
    new: Row


class Update(NamedTuple):
    """A changed row. `old` is there when the key changed (key columns alone, the others NULL) or the identity is FULL (`old_is_whole`)."""

    relation: int
    old: Row | None
    old_is_whole: bool
    new: Row


class Delete(NamedTuple):
    """A row that is gone: its key columns alone, or the whole row when the identity is FULL."""

    relation: int
    old: Row
    old_is_whole: bool


@dataclass(frozen=True)
class Truncate:
    """Tables emptied in one statement."""

    relations: tuple[int, ...]
    cascade: bool
    restart_identity: bool


@dataclass(frozen=True)
class Message:
    """What somebody wrote into the log with pg_logical_emit_message."""

    transactional: bool
    lsn: int
    prefix: str
    content: bytes


@dataclass(frozen=True)
class Origin:
    """The transaction was replayed from elsewhere."""

    name: str


Parsed = Begin | Commit | Relation | TypeName | Insert | Update | Delete | Truncate | Message | Origin


class ProtocolError(ValueError):
    """Bytes that are no message of pgoutput's version 1."""


def begin(data: bytes) -> Begin:
    """The Begin in `data`."""
    final_lsn, moment, xid = _BEGIN.unpack(data)
    return Begin(final_lsn, _moment(moment), xid)


def commit(data: bytes) -> Commit:
    """The Commit in `data`."""
    _, commit_lsn, end_lsn, moment = _COMMIT.unpack(data)
    return Commit(commit_lsn, end_lsn, _moment(moment))


def relation_of(data: bytes) -> int:
    """The relation that an Insert, Update, Delete or Relation message is about, or the type of a Type message."""
    oid: int = _OID.unpack_from(data)[0]
    return oid


def truncated(data: bytes) -> tuple[int, ...]:
    """The relations of a Truncate message."""
    count, _ = _TRUNCATE.unpack_from(data)
    return struct.unpack_from(f">{count}I", data, _TRUNCATE.size)


def parse(data: bytes) -> Parsed:
    """The whole message. Raises ProtocolError."""
    try:
        return _PARSERS[data[0]](data)
    except KeyError:
        raise ProtocolError(f"no message of pgoutput begins with {data[:1]!r}") from None
    except (struct.error, IndexError, ValueError) as error:
        raise ProtocolError(f"a message of kind {data[:1]!r} with {len(data)} bytes is broken: {error}") from None


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _name(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(0, at)
    return data[at:end].decode(), end + 1


def _relation(data: bytes) -> Relation:
    schema, at = _name(data, 5)
    name, at = _name(data, at)
    identity = chr(data[at])
    (count,) = _SHORT.unpack_from(data, at + 1)
    return Relation(relation_of(data), schema or "pg_catalog", name, identity, tuple(_columns(data, at + 3, count)))


def _columns(data: bytes, at: int, count: int) -> Iterator[Column]:
    for _ in range(count):
        is_key = bool(data[at] & 1)
        name, at = _name(data, at + 1)
        oid, modifier = _COLUMN_END.unpack_from(data, at)
        at += _COLUMN_END.size
        yield Column(name, oid, modifier, is_key)


def _type(data: bytes) -> TypeName:
    schema, at = _name(data, 5)
    return TypeName(relation_of(data), schema or "pg_catalog", _name(data, at)[0])


def _row(data: bytes, at: int) -> tuple[Row, int]:
    (count,) = _SHORT.unpack_from(data, at)
    at += 2
    values: list[Value] = []
    for _ in range(count):
        kind = data[at]
        if kind == _TEXT:
            start = at + 5
            at = start + _LONG.unpack_from(data, at + 1)[0]
            values.append(data[start:at])
        elif kind in _OTHERS:
            values.append(_OTHERS[kind])
            at += 1
        else:
            raise ValueError(f"a value of kind {bytes([kind])!r}")
    if at > len(data):
        raise ValueError("a value is cut off")
    return tuple(values), at


def _insert(data: bytes) -> Insert:
    return Insert(relation_of(data), _row(data, 6)[0])


def _update(data: bytes) -> Update:
    marker, at = data[5], 6
    old: Row | None = None
    if marker in b"KO":
        old, at = _row(data, at)
        at += 1
    return Update(relation_of(data), old, marker == ord("O"), _row(data, at)[0])


def _delete(data: bytes) -> Delete:
    return Delete(relation_of(data), _row(data, 6)[0], data[5] == ord("O"))


def _truncate(data: bytes) -> Truncate:
    _, options = _TRUNCATE.unpack_from(data)
    return Truncate(truncated(data), bool(options & 1), bool(options & 2))


def _message(data: bytes) -> Message:
    flags, lsn = _MESSAGE.unpack_from(data)
    prefix, at = _name(data, _MESSAGE.size)
    (size,) = _LONG.unpack_from(data, at)
    return Message(bool(flags & 1), lsn, prefix, data[at + 4 : at + 4 + size])


def _origin(data: bytes) -> Origin:
    return Origin(_name(data, 9)[0])


_PARSERS: dict[int, Callable[[bytes], Parsed]] = {
    Kind.BEGIN: begin,
    Kind.COMMIT: commit,
    Kind.RELATION: _relation,
    Kind.TYPE: _type,
    Kind.INSERT: _insert,
    Kind.UPDATE: _update,
    Kind.DELETE: _delete,
    Kind.TRUNCATE: _truncate,
    Kind.MESSAGE: _message,
    Kind.ORIGIN: _origin,
}
