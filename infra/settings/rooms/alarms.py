"""Where alarms go off. The defaults are the operations guide's numbers, and what AWS's pages advise where it has none."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from infra.settings.rooms.base import Room, Rule
from infra.settings.types import Duration, between

Percent = Annotated[float, Field(gt=0, le=100)]
Hours = Annotated[Duration, between(timedelta(hours=2), timedelta(days=7))]
# RDS for PostgreSQL reports up to five minutes of lag while nobody writes (RDS User Guide, "Monitoring read replication").
ReplicaLag = Annotated[Duration, between(timedelta(minutes=6), timedelta(days=1))]
Latency = Annotated[Duration, between(timedelta(seconds=1), timedelta(minutes=1))]
# PostgreSQL stops taking writes three million short of 2^31 transactions; autovacuum begins to prevent that at 200 million
# (PostgreSQL 18, "Preventing Transaction ID Wraparound Failures").
TransactionIds = Annotated[int, Field(ge=250_000_000, le=2_000_000_000)]
# RDS grows the storage by itself once less than 10 % is free (RDS User Guide, "Managing capacity automatically"): what is asked
# here has to be less, or each growth would be an alarm.
StoragePercent = Annotated[float, Field(ge=1, lt=10)]


class AlarmSettings(Room):
    """Where alarms go off."""

    error_percent: Percent = Field(
        5, alias="alarmErrorPercent", description="The share of requests answered by 5xx, for two minutes, in percent."
    )
    minimum_requests: Annotated[int, Field(ge=1, le=100_000)] = Field(
        20,
        alias="alarmMinimumRequests",
        description="In a minute with fewer requests, their failures count as if there had been that many: one failure at night is no alarm.",
    )
    latency: Latency = Field(
        timedelta(seconds=2),
        alias="alarmLatency",
        description="The response time that 95 % of requests must stay within, over five minutes: `1s` to `1m`.",
    )
    task_cpu_percent: Percent = Field(
        90, alias="alarmTaskCpuPercent", description="The tasks' CPU in use, on average, in percent."
    )
    task_memory_percent: Percent = Field(
        90,
        alias="alarmTaskMemoryPercent",
        description="The memory in use of what containers of a task may have at most, in percent.",
    )
    connections_percent: Percent = Field(
        90,
        alias="alarmConnectionsPercent",
        description="The database connections in use, in percent of `databaseMaximumConnections`.",
    )
    database_cpu_percent: Percent = Field(
        90,
        alias="alarmDatabaseCpuPercent",
        description="The database's CPU in use for a quarter of an hour, in percent.",
    )
    database_memory_mib: Annotated[int, Field(ge=50, le=1_048_576)] = Field(
        150,
        alias="alarmDatabaseMemoryMib",
        description="The memory that the database's machine must have left, in MiB.",
    )
    storage_percent: StoragePercent = Field(
        8,
        alias="alarmDatabaseStoragePercent",
        description="The storage that must be free, in percent of `databaseStorageGib`; less than 10, where RDS itself adds storage.",
    )
    replica_lag: ReplicaLag = Field(
        timedelta(minutes=10),
        alias="alarmReplicaLag",
        description="How far the replica may be behind: `6m` to `1d`; while nobody writes RDS reports up to five minutes.",
    )
    slot_lag_percent: Percent = Field(
        20,
        alias="alarmSlotLagPercent",
        description="The WAL that a replication slot may hold back, in percent of `databaseStorageGib`.",
    )
    transaction_ids: TransactionIds = Field(
        1_000_000_000,
        alias="alarmTransactionIds",
        description="The transaction ids in use without a freeze; PostgreSQL stops near two billion.",
    )
    deadlocks: Annotated[int, Field(ge=1, le=10_000)] = Field(
        5, alias="alarmDeadlocks", description="The deadlocks within five minutes."
    )
    borrow_latency: Latency = Field(
        timedelta(seconds=1),
        alias="alarmProxyBorrowLatency",
        description="How long RDS Proxy may take to find a connection, on average: `1s` to `1m`.",
    )
    uploads_io_percent: Percent = Field(
        90,
        alias="alarmUploadsIoPercent",
        description="The operations on the uploads' file system, in percent of what it can do.",
    )
    certificate_days: Annotated[int, Field(ge=1, le=40)] = Field(
        30,
        alias="alarmCertificateDays",
        description="The days that the certificate must still be valid: 1 to 40, as ACM renews its own 45 days before the end or earlier.",
    )
    backup_age: Hours = Field(
        timedelta(hours=26),
        alias="alarmBackupAge",
        description="How old the newest good dump may be: `2h` to `7d`; a day and some for a daily backup.",
    )


RULES: tuple[Rule, ...] = ()
