"""The door: archived transactions into a database that holds a base."""

from collections.abc import Callable, Iterable
from contextlib import closing

from runtime.recovery.replay import position
from runtime.recovery.replay.applying import Applier
from runtime.recovery.replay.outcome import Options, Outcome, Session
from runtime.recovery.replay.session import occupy, prepare, vacate
from runtime.recovery.targets import AtPoint, Everything, Seen, Target, missed, passed, watch
from runtime.recovery.transactions import Transaction


def replay(
    session: Session, transactions: Iterable[Transaction], options: Options, progress: Callable[[Outcome], None]
) -> Outcome:
    """Apply transactions, in the order of their commits, to the database of `session`, up to the target of `options`.

    The session is changed for good (settings, autocommit) and serves nothing else afterwards. `progress` is called after every commit of the target. A replay that was
    killed, or that failed, goes on where the last commit left the target when it is called again; transactions that the target has are skipped.

    Raises TargetError (rights, another replay, another line), ReplayError (the target and the stream do not fit, the target of the recovery was not reached),
    whatever `transactions` raises, and psycopg.Error when the connection fails. The target then stands at its last commit.
    """
    prepare(session)
    occupy(session)
    try:
        with closing(_Run(session, options, progress)) as run:
            return run.through(transactions)
    finally:
        vacate(session)


class _Run:
    def __init__(self, session: Session, options: Options, progress: Callable[[Outcome], None]) -> None:
        self._database = session.info.dbname
        self._options = options
        self._progress = progress
        self._done = position.begin(session, options.line, options.start)
        self._applier = Applier(session, options, self._done)
        self._seen = Seen()
        self._told = 0

    def through(self, transactions: Iterable[Transaction]) -> Outcome:
        target = self._options.target
        if self._done.reached == str(target):
            return self._outcome(str(target))
        for transaction in transactions:
            begin = transaction.begin
            if target.before(begin):
                if begin.final_lsn <= self._done.final_lsn:
                    raise passed(target, self._database, self._done.final_lsn)
                return self._stop(target)
            skipped = begin.final_lsn <= self._done.final_lsn
            points = self._pass_by(transaction) if skipped else self._take(transaction)
            watch(self._seen, target, begin, points)
            if target.after(begin, points):
                if begin.final_lsn < self._done.final_lsn:
                    raise passed(target, self._database, self._done.final_lsn)
                return self._stop(target)
        return self._end(target)

    def close(self) -> None:
        self._applier.close()

    def _take(self, transaction: Transaction) -> list[str]:
        points = self._applier.take(transaction)
        self._tell()
        return points

    def _tell(self) -> None:
        if self._applier.done.commits > self._told:
            self._told = self._applier.done.commits
            self._progress(self._outcome(None))

    def _pass_by(self, transaction: Transaction) -> list[str]:
        """The points of a transaction that the target has. Its changes are read for a point alone, and what describes tables in them is kept then."""
        return self._applier.pass_by(transaction) if isinstance(self._options.target, AtPoint) else []

    def _end(self, target: Target) -> Outcome:
        coverage = self._options.coverage()
        if isinstance(target, Everything) or (coverage is not None and target.covered(coverage)):
            return self._stop(target)
        self._applier.commit(None)
        self._applier.settle()
        self._tell()
        raise missed(target, self._seen)

    def _stop(self, target: Target) -> Outcome:
        # The archive's end moves on, and a later replay with it.
        self._applier.commit(None if isinstance(target, Everything) else str(target))
        self._applier.settle()
        self._tell()
        return self._outcome(str(target))

    def _outcome(self, reached: str | None) -> Outcome:
        done = self._applier.done
        return Outcome(
            final_lsn=done.last.final_lsn if done.last else self._done.final_lsn,
            committed_at=done.last.committed_at if done.last else None,
            xid=done.last.xid if done.last else None,
            transactions=done.transactions - self._done.transactions,
            changes=done.changes,
            statements=done.statements,
            commits=done.commits,
            reached=reached,
        )
