"""PostgreSQL's settings, in RDS's names and units. Pure data.

From the operations guide. Left out because RDS keeps them to itself: archive_command, archive_mode, logging_collector, log_directory,
log_filename (tied to its own rotation), wal_level (replica already), and max_wal_senders (3 is below what its replicas need).
"""

from dataclasses import dataclass

FAMILY = "postgres18"
# An abandoned slot keeps WAL until the disk is full; beyond this it is lost, and a new base is taken. RDS wants MiB.
MAXIMUM_SLOT_WAL_MIB = 10_240


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter; a static one takes effect at the next restart."""

    name: str
    value: str
    static: bool = False

    @property
    def apply_method(self) -> str:
        """When RDS applies it; `immediate` is refused for a static one."""
        return "pending-reboot" if self.static else "immediate"


def parameters(*, maximum_connections: int, logical_replication: bool) -> tuple[Parameter, ...]:
    """Every parameter of the group that primary and replica share."""
    return (
        Parameter(name="max_connections", value=str(maximum_connections), static=True),
        # Slots decode what is written only where the server writes it so; RDS then sets wal_level itself.
        Parameter(name="rds.logical_replication", value=str(int(logical_replication)), static=True),
        *_FIXED,
    )


_FIXED: tuple[Parameter, ...] = (
    Parameter(name="shared_buffers", value="32768", static=True),  # 8 KiB pages: 256 MiB
    Parameter(name="effective_cache_size", value="131072"),  # 8 KiB pages: 1 GiB
    Parameter(name="maintenance_work_mem", value="65536"),  # KiB: 64 MiB
    Parameter(name="wal_buffers", value="2048", static=True),  # 8 KiB pages: 16 MiB
    Parameter(name="checkpoint_completion_target", value="0.9"),
    Parameter(name="default_statistics_target", value="100"),
    Parameter(name="log_destination", value="stderr"),
    Parameter(name="log_rotation_age", value="1440"),  # minutes: one day
    Parameter(name="log_rotation_size", value="102400"),  # KiB: 100 MiB
    Parameter(name="log_min_duration_statement", value="1000"),  # milliseconds
    Parameter(name="log_statement", value="mod"),
    Parameter(name="log_checkpoints", value="1"),
    Parameter(name="log_connections", value="1"),
    Parameter(name="log_disconnections", value="1"),
    Parameter(name="wal_keep_size", value="512"),  # MiB: the guide's 32 segments of 16 MiB
    Parameter(name="rds.force_ssl", value="1"),
    # Beyond the guide: what is looked for when the database is slow, stuck or full.
    Parameter(name="shared_preload_libraries", value="pg_stat_statements", static=True),
    Parameter(name="track_io_timing", value="1"),
    Parameter(name="log_lock_waits", value="1"),
    Parameter(name="deadlock_timeout", value="1000"),  # milliseconds: log_lock_waits tells of waits longer than this
    Parameter(name="log_temp_files", value="10240"),  # KiB: sorts of 10 MiB and more that went to disk
    Parameter(name="log_autovacuum_min_duration", value="10000"),  # milliseconds
    # A transaction that was forgotten holds its locks and keeps vacuum from cleaning; the logins have shorter limits.
    Parameter(name="idle_in_transaction_session_timeout", value="300000"),  # milliseconds: 5 minutes
    Parameter(name="max_slot_wal_keep_size", value=str(MAXIMUM_SLOT_WAL_MIB)),
    # A password that somebody sets in clear is stored as a verifier of the strong kind.
    Parameter(name="password_encryption", value="scram-sha-256"),
)
