"""What a replay is told, and what it did."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from runtime.recovery.targets import Coverage, Everything, Target

Session = psycopg.Connection[Any]


def unknown() -> Coverage | None:
    """Nothing but the transactions says how far the archive reaches."""
    return None


@dataclass(frozen=True)
class Options:
    """How to replay.

    `line` names the history that the transactions belong to, and `start` the position up to which the target's base is complete: what is committed before it is
    skipped. `apply_ddl` replays a message with the prefix jobr.ddl in the open transaction. `coverage` is asked when the transactions have ended.

    `max_rows` and `max_bytes` bound what is gathered before it is written; the bytes are an estimate of the memory that it takes.
    """

    line: str
    start: int
    apply_ddl: Callable[[Session, bytes], None]
    target: Target = field(default_factory=Everything)
    coverage: Callable[[], Coverage | None] = unknown
    max_rows: int = 100_000
    max_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """Where the target stands, and what was done for it in this run.

    `final_lsn` is the last transaction's position (what is before it is in the target), `committed_at` and `xid` are None when this run met none. `changes`: rows and
    TRUNCATEs of the stream; `statements`: replayed DDL messages, whose effect is not proved as the rows' is; `commits`: of the target. `reached` is the target's
    description, None on the way to it.
    """

    final_lsn: int
    committed_at: datetime | None = None
    xid: int | None = None
    transactions: int = 0
    changes: int = 0
    statements: int = 0
    commits: int = 0
    reached: str | None = None
