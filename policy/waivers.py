"""Exceptions that somebody answers for: data in waivers.toml, each with a reason and an end."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from policy.model import Finding, Resource

FILE = Path(__file__).with_name("waivers.toml")


class WaiverError(Exception):
    """A waiver is not written as it must be; the message lists everything that is wrong in the file."""


@dataclass(frozen=True)
class Waiver:
    """One control is not enforced on one resource, up to and including a day."""

    control: str
    resource: str  # the name of the Pulumi resource, as the violation shows it
    reason: str
    until: date

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is about this control on this resource."""
        return (self.control, self.resource) == (finding.control.id, finding.resource.name)


def read(file: Path = FILE) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises WaiverError with every mistake in it."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("waiver", [])
    except tomllib.TOMLDecodeError as error:
        raise WaiverError(f"{file.name} is not TOML: {error}") from error
    mistakes = [mistake for number, entry in enumerate(entries, 1) for mistake in _mistakes(number, entry)]
    if mistakes:
        raise WaiverError(f"{file.name}: " + "; ".join(mistakes))
    return tuple(Waiver(**entry) for entry in entries)


def _mistakes(number: int, entry: dict[str, object]) -> Iterator[str]:
    wanted = {field.name for field in fields(Waiver)}
    if set(entry) != wanted:
        yield f"waiver {number} must have {', '.join(sorted(wanted))}, and has {', '.join(sorted(entry))}"
    for name in sorted(wanted & set(entry)):
        kind = date if name == "until" else str
        if type(entry[name]) is not kind or not entry[name]:
            yield f"waiver {number}: {name} must be {'a date such as 2027-01-31, unquoted' if kind is date else 'a text that says something'}"


def in_force(findings: Iterable[Finding], waivers: Sequence[Waiver], today: date) -> Iterator[Finding]:
    """The findings that no current waiver covers."""
    current = [waiver for waiver in waivers if today <= waiver.until]
    return (finding for finding in findings if not any(waiver.covers(finding) for waiver in current))


def expired(waivers: Iterable[Waiver], today: date) -> Iterator[str]:
    """A message for every waiver whose end has passed, whether or not its resource still breaks the control."""
    for waiver in waivers:
        if waiver.until < today:
            yield (
                f"The waiver of {waiver.control} for {waiver.resource} ended on {waiver.until} ({waiver.reason}). "
                f"Mend the resource and delete the waiver from policy/{FILE.name}, or renew it with a new reason and end"
            )


def unused(waivers: Iterable[Waiver], resources: Sequence[Resource], findings: Sequence[Finding]) -> Iterator[str]:
    """A message for every waiver whose resource is in the stack and keeps to the control.

    One whose resource is not in the stack may be another stack's; one whose resource a preview does not know in full may still be needed.
    """
    for waiver in waivers:
        named = [resource for resource in resources if resource.name == waiver.resource]
        if named and all(map(Resource.is_known, named)) and not any(map(waiver.covers, findings)):
            yield (
                f"The waiver of {waiver.control} for {waiver.resource} covers nothing any more: "
                f"delete it from policy/{FILE.name}"
            )
