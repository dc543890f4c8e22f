"""The changes of one transaction after the other, into the target's transactions."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from psycopg import sql

from runtime.common.lsn import lsn_text
from runtime.recovery.errors import ReplayError
from runtime.recovery.replay import position
from runtime.recovery.replay.batch import Batch, Sink, divergence, refusals, write
from runtime.recovery.replay.net import DisagreementError
from runtime.recovery.replay.outcome import Options, Session
from runtime.recovery.replay.staging import Staging
from runtime.recovery.transactions import Transaction
from runtime.wal.pgoutput import Begin, Delete, Insert, Message, Parsed, Relation, Truncate, Update

DDL = "jobr.ddl"
POINT = "jobr.point"
# Between transactions a batch is written at three quarters of its bounds, so that it rarely fills up within one: that costs a second, small write.
FULL_BETWEEN = 0.75
# Changes that come to nothing weigh nothing; the position moves on all the same.
CHANGES_A_COMMIT = 1_000_000


@dataclass(frozen=True)
class Done:
    """What is committed: up to which transaction, and how much."""

    last: Begin | None
    transactions: int
    changes: int
    statements: int
    commits: int


class Applier:
    """Gathers the changes of transactions and writes them. The target is committed at ends of source transactions only."""

    def __init__(self, session: Session, options: Options, done: position.Position) -> None:
        """Take the prepared session, and where the target stands."""
        self._session = session
        self._options = options
        self._staging = Staging(session)
        self._batch = Batch(session, self._staging)
        self._first: Begin | None = None
        self._last: Begin | None = None
        self._current: Transaction
        self._open = False
        self._pending = 0
        self._met = self._ahead = 0
        self._transactions = done.transactions
        self.changes = self.statements = 0
        self.done = Done(None, done.transactions, 0, 0, 0)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="replay")
        self._writing: Future[Done] | None = None

    def take(self, transaction: Transaction) -> list[str]:
        """Gather one transaction, and commit when enough has been gathered. The names of the points in it. Raises ReplayError."""
        self._first = self._first or transaction.begin
        self._last, self._current = transaction.begin, transaction
        self._met = self._ahead = 0
        points = self._gather(transaction)
        self._transactions += 1
        load, options = self._batch.load, self._options
        full = load.rows >= options.max_rows * FULL_BETWEEN or load.bytes >= options.max_bytes * FULL_BETWEEN
        if self._open or full or self._pending >= CHANGES_A_COMMIT:
            self.commit(None)
        return points

    def pass_by(self, transaction: Transaction) -> list[str]:
        """The names of the points in a transaction that the target has already, and nothing else of it but the descriptions of tables."""
        points: list[str] = []
        for change in transaction.changes():
            if isinstance(change, Relation):
                self._batch.learn(change)
            elif isinstance(change, Message) and change.prefix == POINT:
                points += self._other(change)
        return points

    def commit(self, reached: str | None) -> None:
        """Have all that was gathered written and committed, with the target's new position; `settle` waits for it. Nothing when nothing is new."""
        if self._last is None or (self._first is None and reached is None):
            return
        self.settle()
        self._begin()
        done = Done(self._last, self._transactions, self.changes, self.statements, self.done.commits + 1)
        sinks, between = self._batch.detach(), self._between()
        self._open, self._first, self._pending = False, None, 0
        self._writing = self._pool.submit(self._finish, sinks, between, done, reached)

    def settle(self) -> None:
        """Wait until the last commit is done, which `done` tells then. Nobody else uses the session before that. Raises ReplayError."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            self.done = writing.result()

    def close(self) -> None:
        """Wait for the last commit, whatever became of it."""
        self._pool.shutdown()

    def _finish(self, sinks: list[Sink], between: str, done: Done, reached: str | None) -> Done:
        """Write and commit, in a thread of its own: while the server works, the next changes are read and gathered."""
        write(sinks, between)
        position.note(self._session, done.last.final_lsn if done.last else 0, done.transactions, reached)
        self._session.execute("COMMIT")
        self._staging.committed()
        return done

    def _gather(self, transaction: Transaction) -> list[str]:
        points: list[str] = []
        sinks, load = self._batch.sinks, self._batch.load
        max_rows, max_bytes = self._options.max_rows, self._options.max_bytes
        count = 0
        for change in transaction.changes():
            kind = change.__class__
            try:
                if kind is Update:
                    (sinks.get(change.relation) or self._sink(change.relation)).changes.update(change)  # type: ignore[union-attr,arg-type]
                elif kind is Insert:
                    (sinks.get(change.relation) or self._sink(change.relation)).changes.insert(change.new)  # type: ignore[union-attr]
                elif kind is Delete:
                    (sinks.get(change.relation) or self._sink(change.relation)).changes.delete(change)  # type: ignore[union-attr,arg-type]
                else:
                    points += self._other(change)
                    count += kind is Truncate
                    continue
            except DisagreementError as error:
                raise divergence(self._sink(change.relation), str(error), self._between()) from None  # type: ignore[union-attr]
            count += 1
            if load.rows >= max_rows or load.bytes >= max_bytes:
                self._write()
        self.changes += count
        self._pending += count
        return points

    def _other(self, change: Parsed) -> list[str]:
        if isinstance(change, Relation):
            if self._batch.learn(change):
                self._forget()
        elif isinstance(change, Truncate):
            self._truncate(change)
        elif isinstance(change, Message) and change.transactional:
            if change.prefix == DDL:
                self._statement(change.content)
            if change.prefix == POINT:
                return [change.content.decode(errors="replace")]
        return []

    def _sink(self, oid: int) -> Sink:
        """Where a table's changes go. A table that is not there yet may be made by a message that stands behind its rows.

        CREATE TABLE AS and SELECT INTO write their rows before their statement ends, and event triggers speak at its end (tried with PostgreSQL 18). So the next message
        of this transaction is applied ahead, and whatever it filled the table with is thrown away: the rows are in the stream. The Relation message alone would not do:
        it says neither defaults nor constraints, and calls a column's domain by the name of its base type.
        """
        self.settle()
        sink = self._batch.sinks.get(oid) or self._batch.open(oid)
        if sink is not None:
            return sink
        relation = self._batch.relation(oid)
        messages = (
            change.content for change in self._current.changes() if isinstance(change, Message) and change.prefix == DDL
        )
        content = next(islice(messages, self._met + self._ahead, None), None)
        if content is not None:
            self._forget()
            self._options.apply_ddl(self._session, content)
            self._ahead += 1
            self.statements += 1
            sink = self._batch.open(oid)
        if sink is None:
            raise ReplayError(
                f"The stream has rows of {relation.schema}.{relation.name} ({self._between()}), and the target has no such table: it was made on the source without "
                "a message of it in the stream. Recover to a point before it, or from a base made after it."
            )
        self._session.execute(sql.SQL("TRUNCATE ONLY {}").format(sql.Identifier(relation.schema, relation.name)))
        return sink

    def _statement(self, content: bytes) -> None:
        self._met += 1
        if self._ahead:
            self._ahead -= 1
            return
        self._forget()
        self._options.apply_ddl(self._session, content)
        self.statements += 1

    def _truncate(self, change: Truncate) -> None:
        sinks = [self._sink(oid) for oid in change.relations]
        self._write()
        tables = [sink.writer.table for sink in sinks]
        statement = sql.SQL("TRUNCATE {}{}{}").format(
            sql.SQL(", ").join(sql.SQL("ONLY {}").format(table.sql) for table in tables),
            sql.SQL(" RESTART IDENTITY" if change.restart_identity else ""),
            sql.SQL(" CASCADE" if change.cascade else ""),
        )
        loud = [item for table in tables for item in table.loud]
        with refusals(sinks[0], self._between()):
            for command in (*(item.silence for item in loud), statement, *(item.restore for item in loud)):
                self._session.execute(command)

    def _forget(self) -> None:
        self._write()
        self._batch.forget()

    def _write(self) -> None:
        self.settle()
        self._begin()
        self._batch.write(self._between())

    def _begin(self) -> None:
        if not self._open:
            self._session.execute("BEGIN")
            self._open = True

    def _between(self) -> str:
        if self._first is None or self._last is None:
            return "of no transaction"
        if self._first is self._last:
            return f"of the transaction {self._last.xid} at {lsn_text(self._last.final_lsn)}"
        return f"between {lsn_text(self._first.final_lsn)} and {lsn_text(self._last.final_lsn)}"
