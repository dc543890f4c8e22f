"""Numbers with their units, and texts that a terminal can show."""

from collections.abc import Mapping
from typing import Any

NOTHING = "not known"


def count(number: int, thing: str) -> str:
    """Such as "1,204 requests" and "1 request"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def latency(seconds: float | None) -> str:
    """Such as "8.4 ms", "120 ms" and "2.50 s"."""
    if seconds is None:
        return NOTHING
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"  # noqa: PLR2004 - two digits


def moment(seconds: float) -> str:
    """A second of the clock, such as "-120 s" and "1,204.5 s"."""
    rounded = round(seconds, 1)
    return f"{rounded:,.0f} s" if rounded == int(rounded) else f"{rounded:,.1f} s"


def measure(found: Mapping[str, Any]) -> str:
    """The value of a measure with its unit."""
    value, unit = found["value"], found["unit"]
    if value is None:
        return NOTHING
    if found["name"].startswith("p") and unit == "s":
        return latency(value)
    return f"{value:,.6g} {unit}".strip() if isinstance(value, float) else f"{value:,} {unit}".strip()


def printable(text: str) -> str:
    """The text with its lines, without what a terminal would obey and a page could not hold."""
    return "\n".join("".join(letter if letter.isprintable() else " " for letter in line) for line in text.splitlines())


def one_line(text: str) -> str:
    """The same in one line."""
    return " ".join(printable(text).split())
