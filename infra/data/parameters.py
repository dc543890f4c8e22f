"""PostgreSQL's settings, in RDS's names and units. Pure data.

From the operations guide. Left out because RDS keeps them to itself: archive_command, archive_mode, logging_collector, log_directory,
log_filename (tied to its own rotation), wal_level (replica already), and max_wal_senders (3 is below what its replicas need).
"""

from dataclasses import dataclass

FAMILY = "postgres18"


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


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(name="max_connections", value="200", static=True),
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
)
