"""The functions, their schedules and who hears of trouble."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from infra.settings.rooms.base import Room, Rule, in_production
from infra.settings.types import Architecture, Duration, Emails, ScheduleExpression, between

# Lambda's quotas: 1 s to 15 minutes, 128 to 10240 MiB, 512 to 10240 MiB of /tmp.
FunctionTimeout = Annotated[Duration, between(timedelta(seconds=1), timedelta(minutes=15))]


class OperationsSettings(Room):
    """The functions, their schedules and who hears of trouble."""

    architecture: Architecture = Field(
        Architecture.ARM64,
        alias="functionArchitecture",
        description="The processor that the functions' image is built for: `arm64` or `x86_64`.",
    )
    backup_schedule: ScheduleExpression = Field(
        "cron(15 1 * * ? *)",
        alias="backupSchedule",
        description="When the database is dumped (UTC), as EventBridge Scheduler writes it.",
    )
    backup_timeout: FunctionTimeout = Field(
        timedelta(minutes=15),
        alias="backupTimeout",
        description="How long one dump may take: `1s` to `15m`, Lambda's limit.",
    )
    backup_memory_mib: Annotated[int, Field(ge=128, le=10240)] = Field(
        2048, alias="backupMemoryMib", description="Memory of the backup function, in MiB; CPU grows with it."
    )
    backup_temporary_mib: Annotated[int, Field(ge=512, le=10240)] = Field(
        512, alias="backupTemporaryMib", description="Temporary disk of the backup function, in MiB."
    )
    backup_reserved: bool = Field(
        False,
        alias="backupReservedConcurrency",
        description="Whether one execution is reserved for the backup function and no second may run; needs more than 100 concurrent executions in the account.",
    )
    alarm_emails: Emails = Field(
        (),
        alias="alarmEmails",
        description="Who is told of critical alarms and warnings: e-mail addresses, separated by commas.",
    )
    information_emails: Emails = Field(
        (),
        alias="informationEmails",
        description="Who is told of what needs no action: e-mail addresses, separated by commas.",
    )


RULES: tuple[Rule, ...] = (
    in_production("alarmEmails", holds=bool, reason="must name somebody", value="operations@example.com"),
)
