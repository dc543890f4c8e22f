"""The errors that a person reads: each says what is wrong, where, and what mends it, and never holds a secret.

OperationError
├── SettingsError      the function's environment or a command's arguments are wrong
├── PreflightError     several of the errors below, found before any work began
├── SecretError        a secret cannot be read, or is not what it must be
├── DatabaseError      the database cannot be reached or refuses what is asked
├── ProgramError       pg_dump or pg_restore is missing, too old, or failed
├── StorageError       S3 refuses or fails
├── CloudError         another service of AWS refuses or fails
├── IntegrityError     a backup is incomplete or not what its manifest says
├── TargetError        the target of a restore is not fit for it
├── DeadlineError      the work would not end within the function's time
└── UnexpectedError    anything else: a defect in this package
"""

from collections.abc import Sequence


class OperationError(Exception):
    """The root of every error that these functions raise on purpose."""


class SettingsError(OperationError):
    """The environment or the arguments are wrong. Holds every problem, one per line."""

    def __init__(self, subject: str, problems: Sequence[str]) -> None:
        """Take what is wrongly set (`subject`) and each problem as a sentence."""
        super().__init__("\n  - ".join([f"{subject}:", *problems]))
        self.problems = tuple(problems)


class SecretError(OperationError):
    """A secret cannot be read, or is not what it must be."""


class DatabaseError(OperationError):
    """The database cannot be reached or refuses what is asked."""


class ProgramError(OperationError):
    """A PostgreSQL client program is missing, too old, or failed."""


class StorageError(OperationError):
    """S3 refuses or fails."""


class CloudError(OperationError):
    """A service of AWS refuses or fails."""


class IntegrityError(OperationError):
    """A backup is incomplete, or its bytes are not the ones that its manifest describes."""


class TargetError(OperationError):
    """The target of a restore is not fit for it."""


class DeadlineError(OperationError):
    """The work would not end within the function's time; it was stopped and left nothing behind."""


class UnexpectedError(OperationError):
    """A failure that nobody foresaw: a defect in this package."""


class PreflightError(OperationError):
    """What is missing before any work begins: all of it at once."""

    def __init__(self, problems: Sequence[OperationError], subject: str = "The backup cannot start") -> None:
        """Take every problem that the checks found, and what they prevent."""
        super().__init__("\n  - ".join([f"{subject}:", *map(str, problems)]))
        self.problems = tuple(problems)
