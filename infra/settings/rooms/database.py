"""The PostgreSQL instances."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, at_least, in_production
from infra.settings.types import DatabaseName, Days, InstanceClass, between

# Two weeks of point-in-time recovery are what production promises people.
PRODUCTION_DATABASE_RETENTION = timedelta(days=14)

_MONITORING_INTERVALS = (0, 1, 5, 10, 15, 30, 60)


def _monitoring_interval(value: int) -> int:
    if value not in _MONITORING_INTERVALS:
        raise ValueError(f"must be one of {', '.join(map(str, _MONITORING_INTERVALS))} seconds")
    return value


# RDS for PostgreSQL on gp3: 20 GiB to 64 TiB (CreateDBInstance, "AllocatedStorage").
StorageGib = Annotated[int, Field(ge=20, le=65536)]
# A base, a proxy and operators need some even in the smallest stack; beyond 5000 RDS's own default ends (max_connections' formula).
MaximumConnections = Annotated[int, Field(ge=50, le=5000)]
# What CreateDBInstance takes as "MonitoringInterval", in seconds; 0 switches enhanced monitoring off.
MonitoringInterval = Annotated[int, AfterValidator(_monitoring_interval)]
# RDS keeps automated backups for 1 to 35 days; 0 switches them off, which no stack may.
DatabaseRetention = Annotated[Days, between(timedelta(days=1), timedelta(days=35))]


class DatabaseSettings(Room):
    """The PostgreSQL instances."""

    instance_class: InstanceClass = Field(
        "db.t4g.medium",
        alias="databaseInstanceClass",
        description="The class of the primary and of its replica; 2 GiB of memory at least.",
    )
    storage_gib: StorageGib = Field(20, alias="databaseStorageGib", description="The storage to begin with, in GiB.")
    maximum_storage_gib: StorageGib = Field(
        100,
        alias="databaseMaximumStorageGib",
        description="The storage up to which RDS grows by itself, in GiB; at least 10 % above the beginning.",
    )
    multi_az: bool = Field(False, alias="databaseMultiAz", description="Whether a standby waits in another zone.")
    replica: bool = Field(True, alias="databaseReplica", description="Whether there is a read replica.")
    replica_instance_class: InstanceClass | None = Field(
        None,
        alias="databaseReplicaInstanceClass",
        description="The class of the replica, where it is not the primary's.",
    )
    maximum_connections: MaximumConnections = Field(
        200,
        alias="databaseMaximumConnections",
        description="How many connections the server takes, 50 to 5000; a change takes effect when it restarts.",
    )
    proxy: bool = Field(
        False,
        alias="databaseProxy",
        description="Whether the application connects through RDS Proxy, which shares connections among its tasks and outlasts a failover.",
    )
    logical_replication: bool = Field(
        False,
        alias="databaseLogicalReplication",
        description="Whether changes can be streamed from a slot; a change takes effect when the server restarts.",
    )
    monitoring_interval: MonitoringInterval = Field(
        60,
        alias="databaseMonitoringInterval",
        description="How often enhanced monitoring looks at the instances, in seconds: 0 (off), 1, 5, 10, 15, 30 or 60.",
    )
    major_upgrade: bool = Field(
        False,
        alias="databaseMajorUpgrade",
        description="Whether a deployment may move the database to another major version of PostgreSQL; true for the upgrade alone (docs/database/major-upgrade.md).",
    )
    adopt: bool = Field(
        False,
        alias="databaseAdopt",
        description="Whether the primary exists already, under the stack's name for it, and is taken into the stack; true for one deployment (docs/database/adoption.md).",
    )
    backup_retention: DatabaseRetention = Field(
        timedelta(days=7),
        alias="databaseBackupRetention",
        description="How far back RDS's own point-in-time recovery reaches: `1d` to `35d`.",
    )
    performance_insights: bool = Field(
        True,
        alias="databasePerformanceInsights",
        description="Whether Performance Insights records the load (7 days, free of charge).",
    )
    blue_green_update: bool = Field(
        False,
        alias="databaseBlueGreenUpdate",
        description="Whether changes go through an RDS blue/green deployment; impossible with a replica.",
    )
    name: DatabaseName = Field("jobr", alias="databaseName", description="The name of the database.")


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


RULES: tuple[Rule, ...] = (
    _database_storage,
    _blue_green_update,
    in_production("databaseMonitoringInterval", holds=bool, reason="must not be 0", value="60"),
    in_production("databaseMultiAz", holds=bool, reason="must be true", value="true"),
    in_production(
        "databaseBackupRetention",
        holds=at_least(PRODUCTION_DATABASE_RETENTION),
        reason="must be at least 14d",
        value="14d",
    ),
)
