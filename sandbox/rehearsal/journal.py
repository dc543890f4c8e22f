"""What happened in a rehearsal, in order, by its clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """One thing that happened at a stage; `share` is green's percent of production traffic then, `shifted` whether this gave it."""

    at: datetime
    stage: str
    share: float
    what: str
    shifted: bool = False


class Journal:
    """Entries, and where the deployment is now."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.entries: list[Entry] = []
        self.stage = "before the deployment"
        self.share = 0.0

    def begin(self) -> None:
        """A deployment begins: its green has nothing yet."""
        with self._lock:
            self.stage, self.share = "PENDING", 0.0

    def note(self, what: str, stage: str | None = None, share: float | None = None) -> None:
        """Write down what happened, and where it leads."""
        with self._lock:
            self.stage = self.stage if stage is None else stage
            self.share = self.share if share is None else share
            self.entries.append(Entry(self._now(), self.stage, self.share, what, share is not None))

    def shares(self, since: datetime) -> list[float]:
        """Green's percents as they were given, in order."""
        return [entry.share for entry in self.entries if entry.shifted and entry.at >= since]
