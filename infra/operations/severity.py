"""How loud an alarm is."""

from enum import StrEnum


class Severity(StrEnum):
    """Who has to do what when an alarm goes off; each severity has a topic of its own."""

    # People are hurt, or data is about to be: somebody gets up.
    CRITICAL = "critical"
    # It will hurt if it goes on: somebody looks the same working day.
    WARNING = "warning"
    # Nobody has to act; somebody may want to know.
    INFORMATION = "information"
