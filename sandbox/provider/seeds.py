"""Automatic names that a killed `up` does not change: the engine draws a new seed at each run, and the first one is kept."""

import hashlib
import os
import shutil
from pathlib import Path


class Seeds:
    """The seed of every resource that is not in the state yet, in a folder of the home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def seed(self, urn: str, replaces: str, drawn: bytes) -> bytes:
        """The seed first drawn for this resource, or for this replacement of it; the drawn one where there is none."""
        kept = self._of(urn) / _digest(replaces)
        try:
            return kept.read_bytes()
        except FileNotFoundError:
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(drawn)
            fresh.replace(kept)  # whole or not at all
            return drawn

    def forget(self, urn: str) -> None:
        """The resource is gone: another one under its URN gets a name of its own."""
        shutil.rmtree(self._of(urn), ignore_errors=True)

    def _of(self, urn: str) -> Path:
        return self.folder / _digest(urn)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
