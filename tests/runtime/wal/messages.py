"""pgoutput's messages as a server writes them, and a line's segments in memory."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runtime.common.errors import IntegrityError
from runtime.wal.names import Folder, LineName, SegmentName
from runtime.wal.segments import Packed, Segment, unpack

LINE = LineName(7, 1, 100)
FOLDER = Folder.of("wal/", "app", LINE)
MOMENT = 800_000_000_000_000  # microseconds since 2000


def begin(final_lsn: int, xid: int) -> bytes:
    return struct.pack(">cQqI", b"B", final_lsn, MOMENT + final_lsn, xid)


def commit(commit_lsn: int, end_lsn: int) -> bytes:
    return struct.pack(">cBQQq", b"C", 0, commit_lsn, end_lsn, MOMENT + commit_lsn)


def relation(oid: int, name: str, columns: Sequence[tuple[str, int]] = (("id", 23),), identity: str = "d") -> bytes:
    head = struct.pack(">cI", b"R", oid) + b"public\0" + name.encode() + b"\0" + identity.encode()
    body = b"".join(b"\1" + column.encode() + b"\0" + struct.pack(">Ii", type_oid, -1) for column, type_oid in columns)
    return head + struct.pack(">H", len(columns)) + body


def type_name(oid: int, name: str) -> bytes:
    return struct.pack(">cI", b"Y", oid) + b"public\0" + name.encode() + b"\0"


def row(*values: bytes | None) -> bytes:
    parts = (b"n" if value is None else b"t" + struct.pack(">I", len(value)) + value for value in values)
    return struct.pack(">H", len(values)) + b"".join(parts)


def insert(oid: int, *values: bytes | None) -> bytes:
    return struct.pack(">cI", b"I", oid) + b"N" + row(*values)


def delete(oid: int, *values: bytes | None) -> bytes:
    return struct.pack(">cI", b"D", oid) + b"K" + row(*values)


def truncate(*oids: int) -> bytes:
    return struct.pack(f">cIB{len(oids)}I", b"T", len(oids), 0, *oids)


def message(prefix: str, content: bytes) -> bytes:
    return struct.pack(">cBQ", b"M", 1, 150) + prefix.encode() + b"\0" + struct.pack(">I", len(content)) + content


@dataclass
class Shelf:
    """Stored segments, by key."""

    bodies: dict[str, bytes] = field(default_factory=dict)

    def put(self, packed: Packed) -> None:
        key = packed.name.key(FOLDER)
        assert self.bodies.setdefault(key, packed.body) == packed.body

    def names(self, position: int) -> Iterator[SegmentName]:
        first = FOLDER.position(position)
        for key in sorted(self.bodies):
            name = SegmentName.parse(key)
            if key > first and name is not None:
                yield name

    def get(self, name: SegmentName) -> Segment:
        key = name.key(FOLDER)
        if key not in self.bodies:
            raise IntegrityError(f"{key} is not there")
        return unpack(key, self.bodies[key], str(LINE))
