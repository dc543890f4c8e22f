"""The database backup: a function that dumps the primary, and its schedule."""

from dataclasses import dataclass

import pulumi

from infra.component import Component
from infra.data.buckets import DATABASE_PREFIX
from infra.iam.document import Statement, rendered_statements
from infra.iam.functions import database_backup
from infra.operations.functions import (
    Function,
    FunctionArgs,
    FunctionFailure,
    FunctionLimits,
    FunctionNetwork,
    FunctionPlatform,
)
from infra.operations.schedules import FunctionSchedule, FunctionScheduleArgs
from infra.operations.severity import Severity
from infra.settings import OperationsSettings
from runtime.backups.settings import BackupSettings

HANDLER = "runtime.backups.handler.handle"
RUNBOOK = "database-backup-failed"


@dataclass(frozen=True, kw_only=True)
class DatabaseBackupArgs:
    """What the backup is made from."""

    platform: FunctionPlatform
    settings: OperationsSettings
    network: FunctionNetwork
    database_host: pulumi.Input[str]
    database_port: pulumi.Input[int]
    database_name: str
    database_secret_arn: pulumi.Input[str]
    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    storage_key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]


class DatabaseBackup(Component):
    """Produces the function that writes dumps under `database/` of the backups bucket, started by its schedule."""

    room = "operations"

    def __init__(self, name: str, args: DatabaseBackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.function = self._function()
        FunctionSchedule(
            name,
            FunctionScheduleArgs(
                account_id=args.platform.stack.account_id,
                description="Dumps the database into the backups bucket",
                expression=args.settings.backup_schedule,
                function_arn=self.function.arn,
                queue_arn=self.function.queue_arn,
                messages_key_arn=args.platform.messages_key_arn,
                event={},
            ),
            self.options(),
        )
        self.function_name = self.function.name
        self.finish({"functionName": self.function_name})

    def _function(self) -> Function:
        args, settings = self._args, self._args.settings
        return Function(
            self.component_name,
            FunctionArgs(
                platform=args.platform,
                description="Dumps PostgreSQL into the backups bucket",
                command=HANDLER,
                environment=self._environment(),
                statements=self._statements(),
                network=args.network,
                limits=FunctionLimits(
                    timeout=settings.backup_timeout,
                    memory_mib=settings.backup_memory_mib,
                    temporary_mib=settings.backup_temporary_mib,
                    reserved_concurrency=1 if settings.backup_reserved else None,
                ),
                failure=FunctionFailure(
                    means="The database backup ended in an error: the newest dump is older than it should be",
                    severity=Severity.WARNING,
                    runbook=RUNBOOK,
                ),
            ),
            self.options(),
        )

    def _environment(self) -> dict[str, pulumi.Input[str]]:
        args = self._args
        return BackupSettings.render(
            environment=args.platform.stack.environment.value,
            database_host=args.database_host,
            database_port=pulumi.Output.from_input(args.database_port).apply(lambda port: str(int(port))),
            database_name=args.database_name,
            database_secret_arn=args.database_secret_arn,
            backup_bucket=args.bucket_name,
            backup_prefix=DATABASE_PREFIX,
            backup_kms_key_arn=args.storage_key_arn,
        )

    def _statements(self) -> pulumi.Output[tuple[Statement, ...]]:
        args = self._args
        return rendered_statements(
            database_backup,
            secret_arn=args.database_secret_arn,
            bucket_arn=args.bucket_arn,
            bucket_prefix=DATABASE_PREFIX,
            storage_key_arn=args.storage_key_arn,
            secrets_key_arn=args.secrets_key_arn,
        )
