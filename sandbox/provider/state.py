"""What the engine keeps of a resource, and how an unfinished one is handed to it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class State:
    """A resource as the engine keeps it: its id, its inputs and its outputs."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class UnfinishedError(Exception):
    """The resource exists, but a later step of its creation or update failed; the engine keeps what there is."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(reason)
        self.state = state
