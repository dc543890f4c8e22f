"""One recovery from end to end: a planned base into an empty database, the line replayed to the target, and what came out checked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runtime.common.clock import Clock, Deadline
from runtime.common.lsn import lsn_text
from runtime.common.postgres import Connection, connect
from runtime.recovery.base.restoring import RestoreAround, RestoreOptions, RestoreProgress, restore_base
from runtime.recovery.base.stored import StoredBase
from runtime.recovery.ddl import apply
from runtime.recovery.finishing import complete
from runtime.recovery.plan import Plan, Store
from runtime.recovery.reader import Reader
from runtime.recovery.replay import Options, Outcome, finish, replay
from runtime.recovery.sequences import Moved, move_sequences, sample_for


@dataclass(frozen=True)
class Step:
    """What is being done, and how far it is: `done` of `total`, in bytes of rows for a base and in positions of the log for a replay."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Around:
    """Time, and who hears of the progress."""

    clock: Clock
    deadline: Deadline
    report: Callable[[Step], None] = lambda _: None


@dataclass(frozen=True)
class Recovered:
    """Where the recovered database stands. Durations are seconds."""

    final_lsn: int
    committed_at: datetime | None
    transactions: int
    changes: int
    statements: int
    sequences: tuple[Moved, ...]
    restore_seconds: float
    replay_seconds: float

    def text(self) -> str:
        """For people."""
        moment = f", committed {self.committed_at:%Y-%m-%d %H:%M:%S.%f} UTC" if self.committed_at else ""
        return (
            f"Recovered up to {lsn_text(self.final_lsn)}{moment}: base in {self.restore_seconds:.1f} s, "
            f"{self.transactions} transactions with {self.changes} changes in {self.replay_seconds:.1f} s."
        )


def recover(store: Store, plan: Plan, target: Connection, options: RestoreOptions, around: Around) -> Recovered:
    """Carry out a plan in an empty database.

    Raises PreflightError before anything is written; later IntegrityError, ReplayError, StorageError, DatabaseError, ProgramError or DeadlineError. What ended early
    is not whole: after a restore that ended, drop the database; a replay that ended goes on where it stood when it is run again with `resume`.
    """
    began = around.clock.steady()
    base = StoredBase(store.bucket, plan.base.key)
    restore_base(
        base, target, options, RestoreAround(around.clock, around.deadline, lambda now: around.report(_step(now)))
    )
    restored = around.clock.steady()
    return resume(store, plan, target, around, restored - began)


def resume(store: Store, plan: Plan, target: Connection, around: Around, restore_seconds: float = 0.0) -> Recovered:
    """Replay onto a database that holds the plan's base, from where it stands, and finish it. Raises as `recover` does."""
    began = around.clock.steady()
    archive = store.archive(plan.line)
    reader = Reader(archive, plan.start, plan.end)
    options = Options(
        line=plan.line.name, start=plan.start, apply_ddl=apply, target=plan.target, coverage=lambda: plan.coverage
    )
    with connect(target) as session:
        outcome = replay(session, reader.transactions(), options, lambda now: around.report(_replayed(plan, now)))
    with connect(target) as session:
        names = [name for stretch in plan.stretches for name in stretch if name.upto > outcome.final_lsn]
        sample, sure = sample_for(archive, names, outcome.final_lsn)
        moved = move_sequences(session, sample, sure=sure)
        around.report(Step("views and statistics", outcome.final_lsn - plan.start, plan.end - plan.start))
        complete(session)
        finish(session)
    return _recovered(outcome, moved, restore_seconds, around.clock.steady() - began)


def _recovered(outcome: Outcome, moved: list[Moved], restore_seconds: float, replay_seconds: float) -> Recovered:
    return Recovered(
        final_lsn=outcome.final_lsn,
        committed_at=outcome.committed_at,
        transactions=outcome.transactions,
        changes=outcome.changes,
        statements=outcome.statements,
        sequences=tuple(moved),
        restore_seconds=restore_seconds,
        replay_seconds=replay_seconds,
    )


def _step(progress: RestoreProgress) -> Step:
    return Step(progress.stage, progress.done_bytes, progress.total_bytes)


def _replayed(plan: Plan, outcome: Outcome) -> Step:
    return Step("replay", outcome.final_lsn - plan.start, plan.end - plan.start)
