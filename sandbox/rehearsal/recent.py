"""Who answered in the last seconds of the clock: an index, so that no look at it goes through all requests again."""

from collections import Counter
from collections.abc import Sequence

from sandbox.rehearsal.report.series import Asked, colour

WINDOW_SECONDS = 10


class Recent:
    """Counts of the answers that came within WINDOW_SECONDS. `requests` only grows; each is read once."""

    def __init__(self, requests: Sequence[Asked], green: str, speed: float) -> None:
        self._requests = requests
        self._green = green
        self._speed = speed
        self._read = 0
        self._seconds: dict[int, tuple[Counter[str], Counter[str]]] = {}
        self.total = 0
        self.failed = 0

    def look(self, now: float) -> tuple[Counter[str], Counter[str]]:
        """Requests and failed ones by colour in the whole seconds before `now`, a moment of the steady clock; adds up the totals."""
        known = len(self._requests)
        while self._read < known:
            self._take(self._requests[self._read])
            self._read += 1
        oldest = int(now) - WINDOW_SECONDS
        for second in [second for second in self._seconds if second < oldest]:
            del self._seconds[second]
        asked, failed = Counter[str](), Counter[str]()
        for second, (some, bad) in self._seconds.items():
            # The second under way is not whole yet.
            if second < int(now):
                asked += some
                failed += bad
        return asked, failed

    def _take(self, request: Asked) -> None:
        self.total += 1
        self.failed += request.failed
        # `seconds` are the wall's.
        second = int(request.sent + request.seconds * self._speed)
        asked, failed = self._seconds.setdefault(second, (Counter(), Counter()))
        name = colour(request.version, self._green)
        asked[name] += 1
        failed[name] += request.failed
