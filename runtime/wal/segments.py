"""The bytes of a segment (decision 17): a header in JSON, then messages, in one frame of zstandard."""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import zstandard
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.common.errors import IntegrityError
from runtime.wal.names import SegmentName
from runtime.wal.pgoutput import Kind, begin

# Level 1 keeps up with any server that one process can read from; 3 saves about a tenth more and costs half as much again.
ZSTD_LEVEL = 1
# What a reader allocates at most. A segment is cut at 16 MiB and one message more; PostgreSQL's largest value is 1 GB, in text twice that.
LARGEST_BYTES = 3 * 1024**3

_LENGTH = struct.Struct(">I")
_MESSAGE = struct.Struct(">IQ")
_POSITION_BYTES = 8


class SequenceState(BaseModel):
    """A sequence's last value; None when it was never asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_name: str
    name: str
    last_value: int | None = None


class Sample(BaseModel):
    """The sequences as they were at `lsn` or a little later, never earlier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lsn: int
    sequences: tuple[SequenceState, ...]


class Header(BaseModel):
    """What a segment says of itself. Times are the server's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    line: str
    writer: str
    number: int
    after: int
    upto: int
    inside: bool
    has_messages: bool = False
    transactions: int = Field(default=0, description="How many end in this segment")
    first_commit_at: datetime | None = None
    last_commit_at: datetime | None = None
    covers_until: datetime | None = Field(
        default=None, description="What was acknowledged before this moment is in the line up to this segment"
    )
    sample: Sample | None = None


@dataclass(frozen=True)
class Packed:
    """A segment ready to be stored."""

    name: SegmentName
    body: bytes


def message_frame(lsn: int, message: bytes) -> bytes:
    """A message as it stands in a segment."""
    return _MESSAGE.pack(len(message) + _POSITION_BYTES, lsn) + message


def pack(header: Header, frames: Sequence[bytes]) -> Packed:
    """The segment with this header and these frames."""
    head = header.model_dump_json(exclude_none=True).encode()
    raw = b"".join((_LENGTH.pack(len(head)), head, *frames))
    body = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True, write_content_size=True).compress(raw)
    name = SegmentName(
        upto=header.upto,
        after=header.after,
        writer=header.writer,
        number=header.number,
        inside=header.inside,
        has_messages=header.has_messages,
        sha256=hashlib.sha256(body).hexdigest(),
    )
    return Packed(name, body)


@dataclass(frozen=True)
class Segment:
    """A segment that was read and found to be what its name says. `begin` is where its first message stands in `raw`."""

    header: Header
    raw: bytes
    begin: int

    def messages(self, at: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Each message from `at` on, with where the following one stands. Raises IntegrityError."""
        at, raw, end = self.begin if at is None else at, self.raw, len(self.raw)
        while at < end:
            if at + _MESSAGE.size > end:
                raise IntegrityError("A segment ends inside a message.")
            size, _ = _MESSAGE.unpack_from(raw, at)
            following = at + _LENGTH.size + size
            if size <= _POSITION_BYTES or following > end:
                raise IntegrityError("A segment ends inside a message.")
            yield following, raw[at + _MESSAGE.size : following]
            at = following


def transactions(segment: Segment) -> dict[int, int]:
    """The transactions that begin in a segment: where their commit records begin, and their numbers."""
    begins = (begin(message) for _, message in segment.messages() if message[0] == Kind.BEGIN)
    return {begun.final_lsn: begun.xid for begun in begins}


def unpack(key: str, body: bytes, line: str) -> Segment:
    """The segment stored under `key`. Raises IntegrityError, which names the key, when it is not what the key says."""
    name = SegmentName.parse(key)
    if name is None:
        raise IntegrityError(f"{key} is not the key of a segment.")
    if hashlib.sha256(body).hexdigest() != name.sha256:
        raise IntegrityError(
            f"{key} was changed or cut off: its {len(body)} bytes do not have the checksum in its key."
        )
    try:
        if zstandard.frame_content_size(body) not in range(LARGEST_BYTES):
            raise IntegrityError(f"{key} says that it holds more than {LARGEST_BYTES} bytes.")
        raw = zstandard.ZstdDecompressor().decompress(body)
        (size,) = _LENGTH.unpack_from(raw)
        header = Header.model_validate_json(raw[_LENGTH.size : _LENGTH.size + size])
    except (zstandard.ZstdError, struct.error, ValidationError) as error:
        raise IntegrityError(f"{key} is no segment that this version reads: {str(error).splitlines()[0]}.") from None
    said = (header.upto, header.after, header.writer, header.number, header.inside, header.has_messages)
    if said != (name.upto, name.after, name.writer, name.number, name.inside, name.has_messages):
        raise IntegrityError(f"{key} was renamed: it says of itself that it is {said}.")
    if header.line != line:
        raise IntegrityError(f"{key} belongs to the line {header.line}, not to {line}.")
    return Segment(header, raw, _LENGTH.size + size)
