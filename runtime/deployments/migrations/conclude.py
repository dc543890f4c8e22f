"""The end of a migration that failed: what still runs is stopped, a restore is prepared, people are told. Nothing is restored."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from runtime.common.errors import OperationError
from runtime.common.postgres import Connection
from runtime.deployments.migrations import one_off, report, restore, sessions
from runtime.deployments.migrations.errors import VerificationError
from runtime.deployments.migrations.progress import Progress
from runtime.deployments.migrations.tools import Tools
from runtime.deployments.migrations.verify import invalid_indexes

Result = TypeVar("Result")


def conclude(progress: Progress, tools: Tools) -> dict[str, str]:
    """Do all that is left to do after a failure. Returns the state machine's error and cause."""
    this = _Conclusion(progress, tools)
    login = this.attempt("reading the migrations' login", tools.login)
    error, message = report.caught(progress, tools)
    if progress.one_off_definition is not None:
        this.stop(progress.one_off_definition, f"the migration failed: {error}", login)
    if login and progress.before and error != VerificationError.__name__:
        # The verification has told them already.
        this.also.extend(this.attempt("looking at the database", lambda: invalid_indexes(login)) or ())
    plan = this.attempt("preparing a restore", this.plan)
    failure = report.Failure(progress, error, message, plan, this.also)
    address = this.attempt("keeping the report", lambda: report.keep(failure, tools))
    this.attempt("telling people", lambda: report.tell(failure, address, tools))
    return {"error": error, "cause": report.cause(failure, tools)}


@dataclass(frozen=True)
class _Conclusion:
    """Several things that are each done whether or not the others could be; `also` are sentences on what came of them."""

    progress: Progress
    tools: Tools
    also: list[str] = field(default_factory=list)

    def attempt(self, what: str, work: Callable[[], Result]) -> Result | None:
        """What the work gives; a failure is told beside the first one."""
        try:
            return work()
        except OperationError as error:
            self.also.append(f"Beside that: {what} failed. {error}")
            return None

    def stop(self, definition: str, reason: str, login: Connection | None) -> None:
        """Stop the tasks of this migration, and what they left running in the database."""
        self.attempt("stopping the task", lambda: one_off.stop_all(definition, reason, self.tools))
        ended = self.attempt("ending the migration's sessions", lambda: sessions.end(login)) if login else None
        if ended:
            self.also.append(f"{ended} session(s) of the migration still ran in the database, and were ended.")

    def plan(self) -> restore.Plan | None:
        """How to get the database as it was, where it may have been changed."""
        progress = self.progress
        if progress.before is None:
            return None
        snapshot = progress.snapshot.identifier if progress.snapshot else None
        return restore.prepare(progress.before, progress.revision, snapshot, self.tools)
