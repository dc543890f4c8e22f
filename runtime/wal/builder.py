"""From what pgoutput sends to segments: where one may be cut, and what each must repeat to be understood alone. Knows no network."""

from collections.abc import Mapping
from datetime import datetime

from runtime.common.errors import IntegrityError
from runtime.common.lsn import lsn_text
from runtime.wal import pgoutput
from runtime.wal.pgoutput import Kind, Relation
from runtime.wal.segments import Header, Packed, Sample, message_frame, pack

_CHANGES = frozenset({Kind.INSERT, Kind.UPDATE, Kind.DELETE})


class DivergedError(Exception):
    """The server's history is not the archive's. Holds the reason, for the line that begins then."""


class Builder:
    """Gathers messages in the order in which they came, and packs them when it is told to.

    `upto` is the position before which every published transaction has been gathered or was cut already.
    """

    def __init__(self, line: str, writer: str, after: int, stored: Mapping[int, int] | None = None) -> None:
        """Take the line, this writer's name, and the position before which everything is stored already.

        `stored` are transactions before it that the server will send again: where they end, and their numbers.
        """
        self._stored = stored or {}
        self.size = 0
        self.upto = after
        self._line = line
        self._writer = writer
        self._number = 0
        self._relations: dict[int, bytes] = {}
        self._types: dict[int, bytes] = {}
        self._uses: dict[int, tuple[int, ...]] = {}
        self._inside = False
        self._skipping = False
        self._begin_segment()

    def add(self, lsn: int, message: bytes) -> None:
        """Take the next message.

        Raises DivergedError when the server tells another history than the archive, IntegrityError when a message cannot come here, which no server does.
        """
        kind = message[0]
        if kind == Kind.BEGIN:
            self._begin(message)
        # Described once a session, also within what is skipped.
        if kind == Kind.RELATION:
            self._learn(message)
        elif kind == Kind.TYPE:
            self._types[pgoutput.relation_of(message)] = message
        elif self._skipping:
            self._skipping = kind != Kind.COMMIT
        else:
            self._take(kind, lsn, message)

    def advance(self, position: int) -> None:
        """Everything before `position` was sent. Counts only between transactions; within one its end is what counts."""
        if not self._inside and position > self.upto:
            self.upto = position

    def waits(self) -> bool:
        """Whether something was gathered that is not cut yet; idle progress does not count."""
        return bool(self._frames)

    def cut(self, covers_until: datetime | None, sample: Sample | None) -> Packed | None:
        """Pack what was gathered, None when there is neither a message nor progress. The next segment begins here."""
        if not self._frames and self.upto == self._after:
            return None
        header = Header(
            line=self._line,
            writer=self._writer,
            number=self._number,
            after=self._after,
            upto=self.upto,
            inside=self._began_inside,
            has_messages=self._has_messages,
            transactions=self._transactions,
            first_commit_at=self._first_commit_at,
            last_commit_at=self._last_commit_at,
            covers_until=covers_until,
            sample=sample,
        )
        packed = pack(header, self._frames)
        self._number += 1
        self._begin_segment()
        return packed

    def _begin_segment(self) -> None:
        self.size = 0
        self._frames: list[bytes] = []
        self._described: set[int] = set()
        self._after = self.upto
        self._began_inside = self._inside
        self._has_messages = False
        self._transactions = 0
        self._first_commit_at: datetime | None = None
        self._last_commit_at: datetime | None = None

    def _begin(self, message: bytes) -> None:
        if self._inside:
            raise IntegrityError("The server began a transaction inside another one.")
        begun = pgoutput.begin(message)
        # What is stored already: the slot was not told, because whoever stored it died first.
        self._skipping = begun.final_lsn < self.upto
        if self._skipping and self._stored.get(begun.final_lsn) != begun.xid:
            raise DivergedError(
                f"at {lsn_text(begun.final_lsn)} the server has another transaction than the archive: a copy or a restored one"
            )
        if not self._skipping:
            self._inside, self.upto = True, begun.final_lsn

    def _commit(self, message: bytes) -> None:
        ended = pgoutput.commit(message)
        if not self._inside or ended.commit_lsn != self.upto:
            raise IntegrityError("The server ended a transaction that it had not begun.")
        self._inside, self.upto = False, ended.end_lsn
        self._transactions += 1
        self._first_commit_at = self._first_commit_at or ended.committed_at
        self._last_commit_at = ended.committed_at

    def _learn(self, message: bytes) -> None:
        relation = pgoutput.parse(message)
        assert isinstance(relation, Relation)  # noqa: S101  # by its first byte
        self._relations[relation.oid] = message
        self._uses[relation.oid] = tuple(dict.fromkeys(column.type_oid for column in relation.columns))
        self._described.discard(relation.oid)

    def _take(self, kind: int, lsn: int, message: bytes) -> None:
        if kind in _CHANGES:
            self._describe(lsn, pgoutput.relation_of(message))
        elif kind == Kind.TRUNCATE:
            for oid in pgoutput.truncated(message):
                self._describe(lsn, oid)
        self._append(lsn, message)
        if kind == Kind.MESSAGE:
            self._has_messages = True
        if kind == Kind.COMMIT:
            self._commit(message)

    def _describe(self, lsn: int, oid: int) -> None:
        if oid in self._described:
            return
        if oid not in self._relations:
            raise IntegrityError(f"The server sent a change of the relation {oid} that it had not described.")
        for type_oid in self._uses[oid]:
            if type_oid in self._types:
                self._append(lsn, self._types[type_oid])
        self._append(lsn, self._relations[oid])
        self._described.add(oid)

    def _append(self, lsn: int, message: bytes) -> None:
        frame = message_frame(lsn, message)
        self._frames.append(frame)
        self.size += len(frame)
