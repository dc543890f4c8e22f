"""Buckets and uploads."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, at_least, in_production
from infra.settings.types import Days, LockMode, Region, between

# A month of dumps is what production promises people.
PRODUCTION_BACKUP_RETENTION = timedelta(days=30)
# The longest default retention that Object Lock takes, a hundred years; the other two are held to the same.
Retention = Annotated[Days, between(timedelta(days=1), timedelta(days=36_500))]


class StorageSettings(Room):
    """The buckets and the uploads' file system."""

    backup_retention: Retention = Field(
        timedelta(days=30),
        alias="backupRetention",
        description="How long dumps, the WAL archive and copies of files are kept, such as `30d`.",
    )
    artifact_retention: Retention = Field(
        timedelta(days=90), alias="artifactRetention", description="How long verdicts and reports are kept."
    )
    object_lock: LockMode = Field(
        LockMode.OFF,
        alias="objectLock",
        description=(
            "Whether a new backup can be deleted before objectLockRetention has passed: `off`; `governance`, which a person with "
            "s3:BypassGovernanceRetention can lift; `compliance`, which nobody can, the account's owner included. Once on, S3 "
            "never lets go of Object Lock and versioning of that bucket: `off` then ends it for new objects alone."
        ),
    )
    object_lock_retention: Retention = Field(
        timedelta(days=7),
        alias="objectLockRetention",
        description="How long a new backup is locked; at most backupRetention. What is locked already keeps its date.",
    )
    recovery_region: Region | None = Field(
        None,
        alias="recoveryRegion",
        description="A second AWS region that backups and files are copied to as they are written; empty for none.",
    )


def _lock_within_retention(values: Values) -> Iterator[Problem]:
    kept = values["backupRetention"]
    if values["objectLock"] is not LockMode.OFF and values["objectLockRetention"] > kept:
        yield Problem.to_set(
            "objectLockRetention",
            f"must be at most backupRetention, which is {kept.days}d: S3 could not expire what is still locked",
            f"{kept.days}d",
        )


def _nothing_disposable_in_compliance(values: Values) -> Iterator[Problem]:
    if values["objectLock"] is LockMode.COMPLIANCE and values["disposable"]:
        yield Problem.to_set(
            "objectLock",
            "must not be compliance in a disposable stack: nobody could delete its bucket before the locks end",
            LockMode.GOVERNANCE,
        )


def _another_region(values: Values) -> Iterator[Problem]:
    if values["recoveryRegion"] == values["region"]:
        yield Problem.to_set("recoveryRegion", "must be another region than region: one failure would take both")


RULES: tuple[Rule, ...] = (
    in_production(
        "backupRetention", holds=at_least(PRODUCTION_BACKUP_RETENTION), reason="must be at least 30d", value="30d"
    ),
    in_production(
        "objectLock",
        holds=lambda mode: mode is not LockMode.OFF,
        reason="must not be off",
        value=LockMode.GOVERNANCE,
    ),
    _lock_within_retention,
    _nothing_disposable_in_compliance,
    _another_region,
)
