"""The replication protocol, as far as an archive needs it: https://www.postgresql.org/docs/18/protocol-replication.html.

psycopg has no such mode; its connection to libpq has all that it takes.
"""

import select
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import pq, sql

from runtime.common.errors import DatabaseError
from runtime.common.lsn import lsn_text, parse_lsn
from runtime.common.postgres import Connection, database_errors
from runtime.wal.pgoutput import EPOCH

# As a native subscription asks for (libpqrcv_connect), and what it leaves to the server: every value as text that any server reads alike.
# Without a search path, names of tables and types that stand in values have their schemas.
TEXT_OPTIONS = (
    "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex -c timezone=UTC -c lc_monetary=C "
    "-c client_encoding=UTF8 -c search_path="
)

_DATA = struct.Struct(">cQQq")
_KEEPALIVE = struct.Struct(">cQqB")
_STATUS = struct.Struct(">cQQQqB")
_WAL_DATA = ord("w")
_ALIVE = ord("k")


@dataclass(frozen=True)
class System:
    """What the server says that it is (IDENTIFY_SYSTEM)."""

    identifier: int
    timeline: int


@dataclass(frozen=True)
class Created:
    """A new slot: where its line begins, and the snapshot of that moment, which lives as long as the session says nothing else."""

    start: int
    snapshot: str | None


@dataclass(frozen=True)
class Change:
    """A message of pgoutput's, and its position in the log."""

    lsn: int
    message: bytes


@dataclass(frozen=True)
class Alive:
    """Everything before `position` was sent; `asks` wants an answer at once, or the server hangs up."""

    position: int
    asks: bool


@contextmanager
def replication(connection: Connection) -> Iterator["Replication"]:
    """A session that may stream from slots. Raises DatabaseError, for the connection and for what is asked of it."""
    parameters: dict[str, Any] = connection.parameters() | {"replication": "database", "options": TEXT_OPTIONS}
    with (
        database_errors(connection),
        # Not `with connect(…)`: psycopg would end a transaction at the end, which a stream has none of.
        closing(psycopg.connect(**parameters, password=connection.password, autocommit=True)) as session,
    ):
        yield Replication(session.pgconn)


class Replication:
    """Commands of the replication protocol on one session."""

    def __init__(self, connection: pq.abc.PGconn) -> None:
        """Take libpq's connection."""
        self._connection = connection

    def system(self) -> System:
        """Which server this is, and on which timeline."""
        row = self._row(b"IDENTIFY_SYSTEM")
        return System(int(row[0] or 0), int(row[1] or 0))

    def create_slot(self, name: str, *, temporary: bool = False, export: bool = False) -> Created:
        """Make a slot for pgoutput; waits for every transaction that is under way to end."""
        command = sql.SQL("CREATE_REPLICATION_SLOT {} {} LOGICAL pgoutput (SNAPSHOT {})").format(
            sql.Identifier(name),
            sql.SQL("TEMPORARY" if temporary else ""),
            sql.Literal("export" if export else "nothing"),
        )
        row = self._row(command.as_bytes(None))
        return Created(parse_lsn((row[1] or b"").decode()), row[2].decode() if row[2] else None)

    def start(self, slot: str, publications: Sequence[str], position: int) -> "Stream":
        """Stream what was committed at or behind `position`."""
        command = sql.SQL(
            "START_REPLICATION SLOT {} LOGICAL {} (proto_version '1', publication_names {}, messages 'true')"
        ).format(sql.Identifier(slot), sql.SQL(lsn_text(position)), sql.Literal(",".join(map(_quoted, publications))))
        result = self._connection.exec_(command.as_bytes(None))
        if result.status != pq.ExecStatus.COPY_BOTH:
            raise psycopg.OperationalError(_said(result, self._connection))
        return Stream(self._connection)

    def _row(self, command: bytes) -> list[bytes | None]:
        result = self._connection.exec_(command)
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(_said(result, self._connection))
        return [result.get_value(0, column) for column in range(result.nfields)]


class Stream:
    """What a slot sends, and what it is told."""

    def __init__(self, connection: pq.abc.PGconn) -> None:
        """Take libpq's connection in COPY BOTH mode."""
        self._connection = connection

    def next(self, seconds: float) -> Change | Alive | None:
        """What comes next; None when nothing comes for so long. Raises psycopg.OperationalError when the server hangs up."""
        size, data = self._connection.get_copy_data(1)
        if size == 0:
            if seconds <= 0 or not self._readable(seconds):
                return None
            self._connection.consume_input()
            size, data = self._connection.get_copy_data(1)
        if size < 0:
            raise psycopg.OperationalError(self._ended())
        return None if size == 0 else _understood(bytes(data))

    def confirm(self, position: int, *, ask: bool = False) -> None:
        """Tell the slot that everything before `position` is stored; `ask` for an Alive at once."""
        now = (datetime.now(UTC) - EPOCH) // timedelta(microseconds=1)
        self._connection.put_copy_data(_STATUS.pack(b"r", position, position, position, now, int(ask)))
        self._flush()

    def end(self) -> None:
        """Say good-bye in order: the server has then heard what was confirmed."""
        self._connection.put_copy_end()
        self._flush()
        while self._connection.get_copy_data(0)[0] > 0:
            pass
        while self._connection.get_result() is not None:
            pass

    def _flush(self) -> None:
        while self._connection.flush():
            select.select([], [self._connection.socket], [])

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self._connection.socket], [], [], seconds)[0])

    def _ended(self) -> str:
        result = self._connection.get_result()
        return _said(result, self._connection) if result else "the server ended the stream"


def _understood(data: bytes) -> Change | Alive | None:
    if data[0] == _WAL_DATA:
        return Change(_DATA.unpack_from(data)[1], data[_DATA.size :])
    if data[0] == _ALIVE:
        _, position, _, asks = _KEEPALIVE.unpack(data)
        return Alive(position, bool(asks))
    raise DatabaseError(f"The server sent {data[:1]!r}, which the replication protocol does not know.")


def _said(result: pq.abc.PGresult, connection: pq.abc.PGconn) -> str:
    text = result.error_message or connection.error_message
    return text.decode(errors="replace").strip() or f"the server answered {pq.ExecStatus(result.status).name}"


def _quoted(name: str) -> str:
    """A publication's name as pgoutput reads its list: quoted like an identifier."""
    return '"' + name.replace('"', '""') + '"'
