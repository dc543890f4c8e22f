"""What PostgreSQL is watched by."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.data.parameters import MAXIMUM_SLOT_WAL_MIB
from infra.operations.alarms.model import Alarm, Comparison, Group, Missing, metric
from infra.operations.severity import Severity
from infra.settings import AlarmSettings

RDS = "AWS/RDS"
# The namespace of the metric that is counted from PostgreSQL's log: a filter's metric can have no dimension of the stack's.
LOG_NAMESPACE = "Jobr/Database"
DEADLOCKS = "Deadlocks"
# PostgreSQL writes this once for each deadlock, at the ERROR of the transaction that it ends; a term in quotes is matched as it
# stands, whatever is around it (CloudWatch Logs, "Filter pattern syntax"). The settings keep lc_messages English.
DEADLOCK_PATTERN = '"ERROR:  deadlock detected"'
# The share of max_slot_wal_keep_size at which somebody hears of it. Half leaves 5 GiB: at 8 MiB of WAL a second they last for the ten
# minutes that the alarm takes.
SLOT_SHARE = 0.5
_QUARTER = timedelta(minutes=5)
_GIB = 1024**3
_MIB = 1024**2


@dataclass(frozen=True, kw_only=True)
class WatchedDatabase:
    """The instances by identifier, the proxy by name where there is one, and what the thresholds are worked out from."""

    environment: str
    primary: pulumi.Input[str]
    replica: pulumi.Input[str] | None
    proxy: pulumi.Input[str] | None
    maximum_connections: int
    storage_gib: int


def database_alarms(database: WatchedDatabase, settings: AlarmSettings) -> list[Alarm]:
    """Alarms on each instance, and on what only the primary, the replica or the proxy has."""
    alarms = _instance("", database.primary, database, settings)
    alarms += [_transaction_ids(database, settings), _slots(database, settings), _deadlocks(database, settings)]
    if database.replica is not None:
        alarms += [*_instance("-replica", database.replica, database, settings), _lag(database.replica, settings)]
    if database.proxy is not None:
        alarms.append(_proxy(database.proxy, settings))
    return alarms


def deadlock_namespace(environment: str) -> str:
    """The namespace of a stack's counted deadlocks."""
    return f"{LOG_NAMESPACE}/{environment}"


def _instance(
    ending: str, identifier: pulumi.Input[str], database: WatchedDatabase, settings: AlarmSettings
) -> list[Alarm]:
    which = "the replica" if ending else "the primary"
    connections = database.maximum_connections * settings.connections_percent / 100
    storage = database.storage_gib * _GIB * settings.storage_percent / 100
    return [
        Alarm(
            name=f"database-connections-high{ending}",
            severity=Severity.WARNING,
            group=Group.DATABASE,
            summary=f"More than {connections:g} of {database.maximum_connections} connections to {which} are in use",
            signal=metric(RDS, "DatabaseConnections", "Maximum", DBInstanceIdentifier=identifier),
            comparison=Comparison.ABOVE,
            threshold=connections,
            periods=1,
            missing=Missing.FINE,
            runbook="database-connections-high",
        ),
        Alarm(
            name=f"database-cpu-high{ending}",
            severity=Severity.WARNING,
            group=Group.DATABASE,
            summary=f"{which.capitalize()} uses more than {settings.database_cpu_percent:g} % of its CPU, for a quarter of an hour",
            signal=metric(RDS, "CPUUtilization", "Average", DBInstanceIdentifier=identifier),
            comparison=Comparison.ABOVE,
            threshold=settings.database_cpu_percent,
            period=_QUARTER,
            periods=3,
            missing=Missing.FINE,
            runbook="database-cpu-high",
        ),
        Alarm(
            name=f"database-memory-low{ending}",
            severity=Severity.WARNING,
            group=Group.DATABASE,
            summary=f"{which.capitalize()} has less than {settings.database_memory_mib} MiB of memory left, for a quarter of an hour",
            signal=metric(RDS, "FreeableMemory", "Average", DBInstanceIdentifier=identifier),
            comparison=Comparison.BELOW,
            threshold=settings.database_memory_mib * _MIB,
            period=_QUARTER,
            periods=3,
            missing=Missing.FINE,
            runbook="database-memory-low",
        ),
        Alarm(
            name=f"database-storage-low{ending}",
            severity=Severity.CRITICAL,
            group=Group.DATABASE,
            summary=f"{which.capitalize()} has less than {storage / _GIB:.1f} GiB of storage left, and RDS has not added any",
            signal=metric(RDS, "FreeStorageSpace", "Minimum", DBInstanceIdentifier=identifier),
            comparison=Comparison.BELOW,
            threshold=int(storage),
            period=_QUARTER,
            # RDS itself waits five minutes before it adds storage.
            periods=3,
            # It reports every minute of its life: silence is an instance that is down or gone.
            missing=Missing.BAD,
            runbook="database-storage-low",
        ),
    ]


def _transaction_ids(database: WatchedDatabase, settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="database-transaction-ids-high",
        severity=Severity.CRITICAL,
        group=Group.DATABASE,
        summary=f"{settings.transaction_ids:,} transaction ids are in use: autovacuum does not keep up, and PostgreSQL will stop taking writes",
        signal=metric(RDS, "MaximumUsedTransactionIDs", "Maximum", DBInstanceIdentifier=database.primary),
        comparison=Comparison.ABOVE,
        threshold=settings.transaction_ids,
        period=_QUARTER,
        periods=1,
        missing=Missing.FINE,
    )


def _slots(database: WatchedDatabase, settings: AlarmSettings) -> Alarm:
    held = min(database.storage_gib * _GIB * settings.slot_lag_percent / 100, MAXIMUM_SLOT_WAL_MIB * _MIB * SLOT_SHARE)
    return Alarm(
        name="replication-slot-lag-high",
        severity=Severity.CRITICAL,
        group=Group.DATABASE,
        summary=(
            f"A replication slot holds back more than {held / _GIB:.1f} GiB of WAL, which fills the primary's disk; "
            f"with {MAXIMUM_SLOT_WAL_MIB // 1024} GiB the slot is lost"
        ),
        signal=metric(RDS, "OldestReplicationSlotLag", "Maximum", DBInstanceIdentifier=database.primary),
        comparison=Comparison.ABOVE,
        threshold=int(held),
        period=_QUARTER,
        periods=2,
        # RDS reports it only while there is a slot.
        missing=Missing.FINE,
    )


def _deadlocks(database: WatchedDatabase, settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="database-deadlocks",
        severity=Severity.WARNING,
        group=Group.DATABASE,
        summary=f"{settings.deadlocks} or more deadlocks within five minutes: transactions of the application fail",
        signal=metric(deadlock_namespace(database.environment), DEADLOCKS),
        comparison=Comparison.AT_LEAST,
        threshold=settings.deadlocks,
        period=_QUARTER,
        periods=1,
        missing=Missing.FINE,
    )


def _lag(replica: pulumi.Input[str], settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="replica-lag-high",
        severity=Severity.WARNING,
        group=Group.DATABASE,
        summary=f"The replica is more than {settings.replica_lag.total_seconds() / 60:g} minutes behind: it answers with old data",
        signal=metric(RDS, "ReplicaLag", "Maximum", DBInstanceIdentifier=replica),
        comparison=Comparison.ABOVE,
        threshold=settings.replica_lag.total_seconds(),
        periods=5,
        # A replica reports its lag as long as it replicates.
        missing=Missing.BAD,
    )


def _proxy(proxy: pulumi.Input[str], settings: AlarmSettings) -> Alarm:
    seconds = settings.borrow_latency.total_seconds()
    return Alarm(
        name="proxy-borrow-latency-high",
        severity=Severity.WARNING,
        group=Group.DATABASE,
        summary=f"Clients wait more than {seconds:g} s for a connection of RDS Proxy's",
        signal=metric(RDS, "DatabaseConnectionsBorrowLatency", "Average", ProxyName=proxy),
        comparison=Comparison.ABOVE,
        # CloudWatch has it in microseconds.
        threshold=seconds * 1_000_000,
        periods=5,
        missing=Missing.FINE,
    )
