"""Why a migration was not made, or not trusted. Their names are what the state machine catches and shows.

OperationError
├── MigrationInputError   the state machine was started with something else than it takes
├── NotReadyError         the migration may not begin: nothing was changed
├── CloudError            (of runtime/common) AWS refused or did not answer; the state machine tries again
├── SnapshotError         there is no snapshot to go back to, so nothing was migrated
├── OneOffTaskError       a task of the new image did not start, or ended with another code than 0
├── OneOffTimeoutError    a task took longer than it may, and was stopped
└── VerificationError     the migration ended well, and the database is not what it must be
"""

from collections.abc import Sequence

from runtime.common.errors import OperationError


class MigrationInputError(OperationError):
    """The state machine was started with something else than it takes."""


class NotReadyError(OperationError):
    """The migration may not begin: nothing was changed."""


class SnapshotError(OperationError):
    """There is no snapshot to go back to, so nothing was migrated."""


class OneOffTaskError(OperationError):
    """A task of the new image did not start, or ended with another code than 0."""


class OneOffTimeoutError(OperationError):
    """A task took longer than it may, and was stopped."""


class VerificationError(OperationError):
    """The migration ended well, and the database is not what it must be. Holds every problem, one per line."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Take each problem as a sentence."""
        super().__init__("\n  - ".join(["After the migration the database is not what it must be:", *problems]))
        self.problems = tuple(problems)
