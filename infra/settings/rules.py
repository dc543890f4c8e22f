"""Rules between settings: what must not stand together, and what production must not be without."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from infra.application.sizes import NoFargateSizeError, fargate_size
from infra.network.address_plan import AddressPlanError, plan
from infra.settings.problems import Problem
from infra.settings.types import Environment, NatGateways

# What production promises people: two weeks of point-in-time recovery, a month of dumps, a quarter of logs.
PRODUCTION_DATABASE_RETENTION = timedelta(days=14)
PRODUCTION_BACKUP_RETENTION = timedelta(days=30)
PRODUCTION_LOG_RETENTION = timedelta(days=90)
PRODUCTION_TASKS = 2


class UnknownValueError(LookupError):
    """A rule asked for a value that is missing or could not be read, which is reported already."""


class Values:
    """The values that could be read, by key."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        if key not in self._values:
            raise UnknownValueError(key)
        return self._values[key]


Rule = Callable[[Values], Iterable[Problem]]


def broken_rules(values: Values) -> Iterator[Problem]:
    """Every rule that the values break; a rule whose values are not all there is not asked."""
    for rule in RULES:
        try:
            yield from list(rule(values))
        except UnknownValueError:
            continue


def _addresses(values: Values) -> Iterator[Problem]:
    try:
        plan(values["networkCidr"], values["networkZones"])
    except AddressPlanError as error:
        yield Problem.to_set("networkCidr", str(error), "10.20.0.0/16")


def _database_storage(values: Values) -> Iterator[Problem]:
    storage, maximum = values["databaseStorageGib"], values["databaseMaximumStorageGib"]
    least = -(-storage * 11 // 10)
    if maximum < least:
        yield Problem.to_set(
            "databaseMaximumStorageGib",
            f"must be at least 10 % above databaseStorageGib, which is {storage}: RDS refuses less",
            str(least),
        )


def _blue_green_update(values: Values) -> Iterator[Problem]:
    if values["databaseBlueGreenUpdate"] and values["databaseReplica"]:
        yield Problem.to_set(
            "databaseBlueGreenUpdate",
            "cannot be true while databaseReplica is: the update would leave the replica behind",
            "false",
        )


def _fargate(values: Values) -> Iterator[Problem]:
    try:
        fargate_size(values["applicationCpu"], values["applicationMemoryMib"])
    except NoFargateSizeError as error:
        yield Problem.to_set("applicationMemoryMib", str(error))


def _one_certificate(values: Values) -> Iterator[Problem]:
    arn, body = values["certificateArn"], values["certificateBody"]
    if arn and body:
        yield Problem.to_remove("certificateBody", "stands beside certificateArn: the listener takes one of them")
    if not arn and not body:
        yield Problem.to_set(
            "certificateArn",
            "is missing, and there is no HTTPS without it; outside production certificateBody and certificatePrivateKey may stand in for it",
        )


def _private_key(values: Values) -> Iterator[Problem]:
    if values["certificateBody"] and not values["certificatePrivateKey"]:
        yield Problem.to_set(
            "certificatePrivateKey", "is missing: certificateBody cannot be imported without it", secret=True
        )


def _certificate_region(values: Values) -> Iterator[Problem]:
    arn, region = values["certificateArn"], values["region"]
    if arn and arn.split(":")[3] != region:
        yield Problem.to_set(
            "certificateArn", f"is of another region than the stack's, {region}: the load balancer cannot use it"
        )


def _nothing_disposable(values: Values) -> Iterator[Problem]:
    if values["disposable"] and values["environment"] is Environment.PRODUCTION:
        yield Problem.to_set("disposable", "must not be true in production", "false")


def _production(key: str, *, holds: Callable[[Any], bool], reason: str, value: str) -> Rule:
    def rule(values: Values) -> Iterator[Problem]:
        if values["environment"] is Environment.PRODUCTION and not holds(values[key]):
            yield Problem.to_set(key, f"{reason} in production", value)

    return rule


def _production_certificate(values: Values) -> Iterator[Problem]:
    if values["environment"] is Environment.PRODUCTION and values["certificateBody"]:
        yield Problem.to_remove(
            "certificateBody", "must not be imported in production: use certificateArn, which ACM renews"
        )


def _at_least(least: timedelta) -> Callable[[timedelta], bool]:
    return lambda value: value >= least


RULES: tuple[Rule, ...] = (
    _addresses,
    _database_storage,
    _blue_green_update,
    _fargate,
    _one_certificate,
    _private_key,
    _certificate_region,
    _nothing_disposable,
    _production_certificate,
    _production("domainName", holds=bool, reason="is missing and needed", value="<value>"),
    _production("databaseMultiAz", holds=bool, reason="must be true", value="true"),
    _production("natGateways", holds=lambda v: v is NatGateways.PER_ZONE, reason="must be per-zone", value="per-zone"),
    _production("applicationTasks", holds=lambda v: v >= PRODUCTION_TASKS, reason="must be at least 2", value="2"),
    _production(
        "databaseBackupRetention",
        holds=_at_least(PRODUCTION_DATABASE_RETENTION),
        reason="must be at least 14d",
        value="14d",
    ),
    _production(
        "backupRetention", holds=_at_least(PRODUCTION_BACKUP_RETENTION), reason="must be at least 30d", value="30d"
    ),
    _production("logRetention", holds=_at_least(PRODUCTION_LOG_RETENTION), reason="must be at least 90d", value="90d"),
)
