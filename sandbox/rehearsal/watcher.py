"""The watch on deployments as EventBridge runs it: on ECS's events, and on its schedule."""

import queue
import threading
from typing import Any

from sandbox.rehearsal.functions import Invoker
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.pace import Pace

# infra/releases/watch.py: rate(2 minutes).
SCHEDULE_SECONDS = 120.0
# How often the thread looks whether it is its turn, in seconds of the clock.
LOOK_SECONDS = 1.0


class Watcher:
    """Invokes the watch from `start` to `end`."""

    def __init__(self, invoker: Invoker, arn: str, pace: Pace, journal: Journal) -> None:
        self._invoker = invoker
        self._arn = arn
        self._pace = pace
        self._journal = journal
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="watch")

    def start(self) -> None:
        """From now on it looks."""
        self._thread.start()

    def tell(self, name: str, reason: str) -> None:
        """ECS sends an event."""
        self._events.put(
            {"detail-type": "ECS Deployment State Change", "detail": {"eventName": name, "reason": reason}}
        )

    def end(self) -> None:
        """Look a last time for every event that was sent, and no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        while not self._events.empty():
            self._look(self._events.get())

    def _run(self) -> None:
        due = self._pace.clock.steady() + SCHEDULE_SECONDS
        while not self._ended.is_set():
            try:
                self._look(self._events.get(timeout=LOOK_SECONDS / self._pace.speed))
            except queue.Empty:
                if self._pace.clock.steady() >= due:
                    due += SCHEDULE_SECONDS
                    self._look({})

    def _look(self, event: dict[str, Any]) -> None:
        reply = self._invoker.invoke(self._arn, event)
        if reply.failed:
            self._journal.note(f"the watch failed: {reply.payload.decode(errors='replace')[:300]}")
