"""What of a stretch of the archive does not come out as it was: for whoever plans a recovery."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runtime.recovery.ddl.announcement import Announcement, Object, Texts, parse
from runtime.recovery.ddl.plan import plan
from runtime.recovery.errors import ReplayError


@dataclass(frozen=True)
class Inexact:
    """A change of the schema that replay cannot make exactly, or rows that are not archived.

    `position` is the message's; `tag` and `object` say what was changed and `reason` why that is not exact. `blocks`: replay stops there.
    `needs_base`: only a base made after it is exact again.
    """

    position: int
    tag: str
    object: str
    reason: str
    blocks: bool
    needs_base: bool


def inexact(messages: Iterable[tuple[int, bytes]]) -> tuple[Inexact, ...]:
    """All that is not exact in these messages with the prefix jobr.ddl, each with its position, in their order."""
    texts = Texts()
    return tuple(found for position, content in messages for found in _judge(position, content, texts))


def _judge(position: int, content: bytes, texts: Texts) -> Iterator[Inexact]:
    try:
        announcement = texts.complete(parse(content))
    except ReplayError as error:
        yield Inexact(position, "unknown", "", str(error), blocks=True, needs_base=True)
        return
    refusal = _refusal(announcement)
    if announcement.exact and refusal is None:
        return
    reasons = announcement.reasons or (refusal or "",)
    named = [item for item in announcement.objects if not item.temporary]
    for item in named or [Object()]:
        name = item.identity or item.type
        for reason in (item.reason,) if item.reason else reasons:
            yield Inexact(
                position, announcement.tag, name, reason, refusal is not None, announcement.base or refusal is not None
            )


def _refusal(announcement: Announcement) -> str | None:
    try:
        plan(announcement)
    except ReplayError as error:
        return str(error)
    return None
