"""The database backup: a function that dumps the primary, its schedule and its alarm."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.component import Component
from infra.data.buckets import DATABASE_PREFIX
from infra.iam.document import Statement, rendered_statements
from infra.iam.functions import database_backup
from infra.operations.alarms import FunctionErrorsAlarm, FunctionErrorsAlarmArgs
from infra.operations.functions import Function, FunctionArgs
from infra.operations.image import RuntimeImage
from infra.operations.schedules import FunctionSchedule, FunctionScheduleArgs
from infra.settings import OperationsSettings, StackSettings
from runtime.backups.settings import BackupSettings

HANDLER = "runtime.backups.handler.handle"
RUNBOOK = "database-backup-failed"


@dataclass(frozen=True, kw_only=True)
class DatabaseBackupArgs:
    """What the backup is made from."""

    stack: StackSettings
    settings: OperationsSettings
    image: RuntimeImage
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    database_host: pulumi.Input[str]
    database_port: pulumi.Input[int]
    database_name: str
    database_secret_arn: pulumi.Input[str]
    bucket_name: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    storage_key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    topic_arn: pulumi.Input[str]


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
                account_id=args.stack.account_id,
                description="Dumps the database into the backups bucket",
                expression=args.settings.backup_schedule,
                function_arn=self.function.arn,
                event={},
            ),
            self.options(),
        )
        FunctionErrorsAlarm(
            name,
            FunctionErrorsAlarmArgs(
                function_name=self.function.name,
                topic_arn=args.topic_arn,
                period=timedelta(minutes=5),
                what_failed="The database backup ended in an error: the newest dump is older than it should be",
                runbook=RUNBOOK,
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
                stack=args.stack,
                description="Dumps PostgreSQL into the backups bucket",
                command=HANDLER,
                image=args.image,
                architecture=settings.architecture,
                environment=self._environment(),
                statements=self._statements(),
                subnet_ids=args.subnet_ids,
                security_group_id=args.security_group_id,
                key_arn=args.logs_key_arn,
                timeout=settings.backup_timeout,
                memory_mib=settings.backup_memory_mib,
                temporary_mib=settings.backup_temporary_mib,
                reserved_concurrency=1 if settings.backup_reserved else None,
            ),
            self.options(),
        )

    def _environment(self) -> dict[str, pulumi.Input[str]]:
        args = self._args
        return BackupSettings.render(
            environment=args.stack.environment.value,
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
