"""One JSON object per line on standard output, which CloudWatch Logs indexes, with every known secret masked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO
from urllib.parse import quote

from runtime.common.clock import Clock

MASK = "***"


class Redactor:
    """Masks the secrets that it has learnt, wherever they stand in a text, also when they stand there URL-encoded."""

    def __init__(self) -> None:
        """Know no secret yet."""
        self._secrets: list[str] = []

    def learn(self, secret: str) -> None:
        """Mask this value from now on; an empty one is no secret."""
        known = {*self._secrets, secret, quote(secret, safe="")} - {""}
        # Longest first: a secret inside another one must not break the longer one's mask.
        self._secrets = sorted(known, key=lambda value: (-len(value), value))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def tree(self, value: Any) -> Any:
        """A tree of JSON without secrets, in keys and in values; what JSON does not know becomes text."""
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.tree(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.tree(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return value if self.text(str(value)) == str(value) else MASK
        return self.text(str(value))


@dataclass(frozen=True)
class JsonLog:
    """Writes events as lines of JSON: time (UTC), level, event, then the context and the event's own fields."""

    stream: TextIO
    clock: Clock
    redactor: Redactor
    context: Mapping[str, Any] = field(default_factory=dict)

    def info(self, event: str, **fields: Any) -> None:
        """Record that something went as it should."""
        self._write("INFO", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Record a failure that somebody must look at."""
        self._write("ERROR", event, fields)

    def raw(self, document: Mapping[str, Any]) -> None:
        """Write a document that has a format of its own, such as an embedded metric."""
        self._line(document)

    def _write(self, level: str, event: str, fields: Mapping[str, Any]) -> None:
        head = {"time": self.clock.now().isoformat(), "level": level, "event": event}
        self._line({**self.context, **fields, **head})

    def _line(self, document: Mapping[str, Any]) -> None:
        line = json.dumps(self.redactor.tree(document), ensure_ascii=False, separators=(",", ":"))
        self.stream.write(line + "\n")
        self.stream.flush()
