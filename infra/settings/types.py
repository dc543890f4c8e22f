"""The rich types of settings: durations, lists, patterns; each says in words what it expects."""

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from infra.settings.cron import check_schedule
from infra.settings.scaling import Schedule, parse_schedule

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")

# An image by tag can change under a running service; a digest cannot.
_IMAGE_BY_DIGEST = r"^[a-z0-9][a-z0-9./_:-]*@sha256:[0-9a-f]{64}$"
# The stack spreads over three zones at least, so that one may fail and a majority is left; the address plan has room for four.
ZONES = (3, 4)
_DOMAIN_NAME = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
# The longest name that DNS carries (RFC 1035, 2.3.4).
_LONGEST_DOMAIN_NAME = 253
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


class LockMode(StrEnum):
    """Whether S3 holds new backups against deletion, and whether a right of its own can lift that (Object Lock)."""

    OFF = "off"
    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class Architecture(StrEnum):
    """The processor that images are built for and run on."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class DeploymentStrategy(StrEnum):
    """How a release takes over the traffic, in ECS's own words."""

    BLUE_GREEN = "BLUE_GREEN"
    CANARY = "CANARY"
    LINEAR = "LINEAR"
    ROLLING = "ROLLING"


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


def _whole_minutes(value: timedelta) -> timedelta:
    if value % timedelta(minutes=1):
        raise ValueError("must be whole minutes, such as 15m")
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("is no time zone: write its name, such as Europe/Berlin or UTC")
    return value


def _domain_names(values: tuple[str, ...]) -> tuple[str, ...]:
    _each(values, lambda v: re.fullmatch(_DOMAIN_NAME, v) and len(v) <= _LONGEST_DOMAIN_NAME, "no domain name")
    if len(set(values)) < len(values):
        raise ValueError("has a name twice")
    return values


def _log_retention(value: timedelta) -> timedelta:
    if value.days not in LOG_RETENTION_DAYS:
        raise ValueError(
            f"must be one of CloudWatch's periods: {', '.join(f'{d}d' for d in sorted(LOG_RETENTION_DAYS))}"
        )
    return value


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if not parts:
        raise ValueError("is a list of nothing: write what it holds")
    return parts


def _each(values: Collection[str], good: Callable[[str], object], what: str) -> None:
    """Refuse the values that are not good, by their place: their text may be a secret that was put under the wrong key."""
    wrong = [str(number) for number, value in enumerate(values, start=1) if not good(value)]
    if wrong:
        raise ValueError(f"holds what is {what}: number {' and '.join(wrong)} of the list")


def _emails(values: tuple[str, ...]) -> tuple[str, ...]:
    _each(values, _EMAIL.fullmatch, "no e-mail address")
    return values


def _zone_letters(values: tuple[str, ...]) -> tuple[str, ...]:
    letters = all(re.fullmatch(r"[a-z]", value) for value in values)
    if not letters or len(values) not in ZONES or len(set(values)) != len(values):
        raise ValueError("must name three or four different zones by their letters, such as a,b,c")
    return values


# Services with an interface endpoint that has private DNS and takes an endpoint policy (AWS PrivateLink guide, "AWS services that integrate").
_INTERFACE_SERVICES = frozenset(
    {
        "aps-workspaces",
        "ecr.api",
        "ecr.dkr",
        "ecs",
        "elasticfilesystem",
        "elasticloadbalancing",
        "events",
        "kms",
        "lambda",
        "logs",
        "monitoring",
        "rds",
        "scheduler",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "states",
        "sts",
        "xray",
    }
)


def _interface_services(values: tuple[str, ...]) -> tuple[str, ...]:
    known = ", ".join(sorted(_INTERFACE_SERVICES))
    _each(values, _INTERFACE_SERVICES.__contains__, f"none of {known}")
    if len(set(values)) != len(values):
        raise ValueError("names a service twice")
    return values


def _ipv4_networks(values: tuple[str, ...]) -> tuple[str, ...]:
    _each(values, _is_ipv4_network, "no IPv4 network such as 198.51.100.0/24")
    networks = [IPv4Network(value) for value in values]
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("must not hold the whole internet")
    return tuple(dict.fromkeys(map(str, networks)))


def _is_ipv4_network(value: str) -> bool:
    try:
        IPv4Network(value)
    except ValueError:
        return False
    return True


Duration = Annotated[timedelta, BeforeValidator(_parse_duration)]
Days = Annotated[Duration, AfterValidator(_whole_days)]
LogRetention = Annotated[Days, AfterValidator(_log_retention)]
Emails = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_emails)]
ZoneLetters = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_zone_letters)]
InterfaceServices = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_interface_services)]
Ipv4Networks = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_ipv4_networks)]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
ImageByDigest = Annotated[str, StringConstraints(pattern=_IMAGE_BY_DIGEST)]
InstanceClass = Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$")]
DatabaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
DomainName = Annotated[str, StringConstraints(pattern=_DOMAIN_NAME, max_length=_LONGEST_DOMAIN_NAME)]
DomainNames = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_domain_names)]
HostedZoneId = Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{1,31}$")]
whole_minutes = AfterValidator(_whole_minutes)
ScalingSchedule = Annotated[Schedule, BeforeValidator(parse_schedule)]
Timezone = Annotated[str, AfterValidator(_timezone)]
CertificateArn = Annotated[str, StringConstraints(pattern=r"^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$")]
ScheduleExpression = Annotated[str, AfterValidator(check_schedule)]


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
