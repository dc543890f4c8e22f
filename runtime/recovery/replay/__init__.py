"""Archived transactions into a database that holds a base: exactly, and in batches."""

from runtime.recovery.replay.outcome import Options, Outcome
from runtime.recovery.replay.position import finish
from runtime.recovery.replay.run import replay

__all__ = ["Options", "Outcome", "finish", "replay"]
