"""How the objects of the archive are named (decision 17): the name of a segment says what it covers."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from runtime.common.errors import IntegrityError

_LINE = re.compile(r"([0-9a-f]{16})-([0-9a-f]{8})-([0-9a-f]{16})")
_SEGMENT = re.compile(
    r"(?P<upto>[0-9a-f]{16})-(?P<after>[0-9a-f]{16})-(?P<writer>[0-9a-f]{16})-(?P<number>[0-9]{8})-(?P<flags>[0-3])-(?P<sha256>[0-9a-f]{64})\.zst"
)


@dataclass(frozen=True, order=True)
class LineName:
    """One history of one database: the server's identifier, its timeline, and where the slot was made."""

    system: int
    timeline: int
    start: int

    def __str__(self) -> str:
        return f"{self.system:016x}-{self.timeline:08x}-{self.start:016x}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The line that is called so. Raises IntegrityError."""
        match = _LINE.fullmatch(text)
        if match is None:
            raise IntegrityError(f"{text!r} is no line of the archive: those are named system-timeline-position.")
        return cls(*(int(part, 16) for part in match.groups()))


@dataclass(frozen=True)
class Folder:
    """Where a line's objects lie: the prefix of their keys, with a slash at its end."""

    prefix: str

    @classmethod
    def of(cls, prefix: str, database: str, line: LineName) -> Self:
        """The folder of a database's line under the archive's prefix, such as `wal/`."""
        return cls(f"{database_folder(prefix, database)}{line}/")

    @property
    def document(self) -> str:
        """The key of what describes the line."""
        return f"{self.prefix}line.json"

    def position(self, lsn: int) -> str:
        """What the keys of the segments begin with that end at this position; all that end later sort behind it."""
        return f"{self.prefix}{lsn:016x}-"


@dataclass(frozen=True)
class SegmentName:
    """What a segment's key says; positions are where commit records begin, `upto` is the first one that is not covered.

    `inside`: it begins inside a transaction; `has_messages`: something stands in it that was written with pg_logical_emit_message.
    """

    upto: int
    after: int
    writer: str
    number: int
    inside: bool
    has_messages: bool
    sha256: str

    def key(self, folder: Folder) -> str:
        """The object's key."""
        head = f"{folder.prefix}{self.upto:016x}-{self.after:016x}"
        return f"{head}-{self.writer}-{self.number:08d}-{self.inside + 2 * self.has_messages}-{self.sha256}.zst"

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """What the last part of this key says, None when it is no segment's."""
        match = _SEGMENT.fullmatch(key.rpartition("/")[2])
        if match is None:
            return None
        return cls(
            upto=int(match["upto"], 16),
            after=int(match["after"], 16),
            writer=match["writer"],
            number=int(match["number"]),
            inside=match["flags"] in "13",
            has_messages=match["flags"] in "23",
            sha256=match["sha256"],
        )


def database_folder(prefix: str, database: str) -> str:
    """The folder of a database: its name percent-encoded, full stops included, so that it is one harmless part of a key."""
    return f"{prefix}{quote(database, safe='').replace('.', '%2E')}/"
