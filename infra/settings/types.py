"""The rich types of settings: durations, lists, patterns; each says in words what it expects."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})([smhd])")

# An image by tag can change under a running service; a digest cannot.
_IMAGE_BY_DIGEST = r"^[a-z0-9][a-z0-9./_:-]*@sha256:[0-9a-f]{64}$"
# The stack spreads over three zones, so that one may fail and a majority is left.
ZONES = 3
_EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")

# The periods that CloudWatch Logs takes: PutRetentionPolicy, "retentionInDays".
LOG_RETENTION_DAYS = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653},
)


class Environment(StrEnum):
    """What a stack is for; production is held to more."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


class NatGateways(StrEnum):
    """One NAT gateway for all zones, or one in each, so that a zone's failure stays its own."""

    ONE = "one"
    PER_ZONE = "per-zone"


class Architecture(StrEnum):
    """The processor that images are built for and run on."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


def _parse_duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(str(value))
    if match is None:
        raise ValueError("is no duration: write a number and s, m, h or d, such as 15m or 30d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """A limit of a duration, both ends included; pydantic's own would tell it as Python writes it."""

    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise ValueError(f"must be {in_words(least)} to {in_words(most)}")
        return value

    return AfterValidator(check)


def _whole_days(value: timedelta) -> timedelta:
    if value % timedelta(days=1) or not value:
        raise ValueError("must be whole days, at least one, such as 30d")
    return value


def _log_retention(value: timedelta) -> timedelta:
    if value.days not in LOG_RETENTION_DAYS:
        raise ValueError(
            f"must be one of CloudWatch's periods: {', '.join(f'{d}d' for d in sorted(LOG_RETENTION_DAYS))}"
        )
    return value


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _emails(values: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [value for value in values if not _EMAIL.fullmatch(value)]
    if wrong:
        raise ValueError(f"holds what is no e-mail address: {', '.join(wrong)}")
    return values


def _zone_letters(values: tuple[str, ...]) -> tuple[str, ...]:
    letters = all(re.fullmatch(r"[a-z]", value) for value in values)
    if not letters or len(values) != ZONES or len(set(values)) != ZONES:
        raise ValueError("must name three different zones by their letters, such as a,b,c")
    return values


Duration = Annotated[timedelta, BeforeValidator(_parse_duration)]
Days = Annotated[Duration, AfterValidator(_whole_days)]
LogRetention = Annotated[Days, AfterValidator(_log_retention)]
Emails = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_emails)]
ZoneLetters = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_zone_letters)]
AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
ImageByDigest = Annotated[str, StringConstraints(pattern=_IMAGE_BY_DIGEST)]
InstanceClass = Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$")]
DatabaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
DomainName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")]
CertificateArn = Annotated[str, StringConstraints(pattern=r"^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+$")]
ScheduleExpression = Annotated[
    str, StringConstraints(pattern=r"^(cron\(\S+ \S+ \S+ \S+ \S+ \S+\)|rate\([1-9]\d* (minute|hour|day)s?\))$")
]


def in_words(value: object) -> str:
    """A setting's value as it is written in a stack's file: the inverse of the types' parsing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
            if seconds and seconds % size == 0:
                return f"{seconds // size}{letter}"
        return f"{seconds}s"
    return str(value)
