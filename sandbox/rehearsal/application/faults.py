"""What goes wrong in the demonstration application, as its environment asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

FAIL_RATIO, SLOW_SECONDS = "FAULT_FAIL_RATIO", "FAULT_SLOW_SECONDS"
NEVER_READY, CRASH = "FAULT_NEVER_READY", "FAULT_CRASH"


@dataclass(frozen=True)
class Faults:
    """A share of requests with 500, seconds that each takes longer, a readiness that never comes, an end at the start.

    The first two are of what people use: pages, uploads and the API. Of the smoke tests (runtime/deployments/smoke/suite.toml) one logs in,
    so a ratio of 1 fails them, and a small one passes them. /live, /ready, /health, /metrics and unknown paths answer as ever.
    """

    fail_ratio: float = 0.0
    slow_seconds: float = 0.0
    never_ready: bool = False
    crash: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Faults":
        """The faults that the environment asks for."""
        return cls(
            fail_ratio=float(environment.get(FAIL_RATIO, "0")),
            slow_seconds=float(environment.get(SLOW_SECONDS, "0")),
            never_ready=environment.get(NEVER_READY) == "true",
            crash=environment.get(CRASH) == "true",
        )


class Share:
    """Picks a share of requests: evenly spread, so that a rehearsal repeats itself."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._due = 0.0

    def next(self) -> bool:
        """Whether this one is of the share."""
        self._due += self._ratio
        # A ratio such as 0.02 adds up to a little less than 1.
        if self._due < 1 - 1e-9:
            return False
        self._due -= 1
        return True
