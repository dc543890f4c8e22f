"""The WAL archive: what archives the database, as a task or as a function by setting (docs/database/archive.md)."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.component import Component
from infra.data.buckets import Folder
from infra.iam.archive import archiver
from infra.iam.document import Statement, rendered_statements
from infra.operations.archiver_task import ArchiverTask, ArchiverTaskArgs, Place
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
from infra.settings import ArchiveSettings, WalArchive
from runtime.wal.settings import WalSettings

HANDLER = "runtime.wal.handler.handle"
RUNBOOK = "archiver-failing"
# EventBridge Scheduler's shortest interval. A run archives until 20 s before its timeout (STOP_BEFORE_TIMEOUT_SECONDS of
# runtime/wal/handler.py), so for 40 s of each minute. What is written after that waits 20 s for the next run, some 5 s for its start
# and 1 s for its segment: 26 s. With one run that failed or never began it is 86 s, and as much where Scheduler begins one a whole
# minute late, which its precision allows (EventBridge Scheduler User Guide, "Schedule types"): both within the objective of 120 s.
SCHEDULE = "rate(1 minute)"
TIMEOUT = timedelta(minutes=1)
# The archiver takes 256 MB with a transaction of any size; CPU grows with memory.
MEMORY_MIB = 512
# A start that was refused beside a run that lasted is as good a few minutes later; after that others have done its work.
MAXIMUM_AGE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class ArchivedDatabase:
    """The primary itself, never the proxy, which passes no replication on: its address, and its resource id, which tells it from its copies.

    `secret_arn` is the replication login's.
    """

    host: pulumi.Input[str]
    port: pulumi.Input[int]
    name: str
    instance: pulumi.Input[str]
    secret_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class WalArchiverArgs:
    """What the archive is made from."""

    platform: FunctionPlatform
    settings: ArchiveSettings
    place: Place
    network: FunctionNetwork
    database: ArchivedDatabase
    folder: Folder
    storage_key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]


class WalArchiver(Component):
    """Produces what archives the database: by setting a task that never ends, or a function that a schedule starts every minute.

    `task` and `function`: the one that the setting asks for, the other one is None.
    """

    room = "operations"

    def __init__(self, name: str, args: WalArchiverArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        is_task = args.settings.mode is WalArchive.TASK
        self.task = self._task() if is_task else None
        self.function = None if is_task else self._function()
        self.finish({})

    def _task(self) -> ArchiverTask:
        args = self._args
        return ArchiverTask(
            self.component_name,
            ArchiverTaskArgs(
                platform=args.platform,
                place=args.place,
                network=args.network,
                environment=self._environment(),
                statements=self._statements(),
            ),
            self.options(),
        )

    def _function(self) -> Function:
        args = self._args
        function = Function(
            self.component_name,
            FunctionArgs(
                platform=args.platform,
                description="Archives what is written to PostgreSQL",
                command=HANDLER,
                environment=self._environment(),
                statements=self._statements(),
                network=args.network,
                limits=FunctionLimits(
                    timeout=TIMEOUT,
                    memory_mib=MEMORY_MIB,
                    reserved_concurrency=1,
                    # The next minute's run is the next attempt.
                    attempts=0,
                    maximum_age=MAXIMUM_AGE,
                ),
                failure=FunctionFailure(
                    # One run may fail within the objective; when more do, the archive's lag is the alarm that wakes somebody.
                    means="A run of the archiver ended in an error: the next one goes on from what is stored",
                    severity=Severity.WARNING,
                    runbook=RUNBOOK,
                ),
            ),
            self.options(),
        )
        FunctionSchedule(
            self.component_name,
            FunctionScheduleArgs(
                account_id=args.platform.stack.account_id,
                description="Archives what is written to PostgreSQL",
                expression=SCHEDULE,
                function_arn=function.arn,
                queue_arn=function.queue_arn,
                messages_key_arn=args.platform.messages_key_arn,
                event={},
            ),
            self.options(depends_on=list(args.place.ready)),
        )
        return function

    def _environment(self) -> dict[str, pulumi.Input[str]]:
        args, database = self._args, self._args.database
        return WalSettings.render(
            environment=args.platform.stack.environment.value,
            database_host=database.host,
            database_port=pulumi.Output.from_input(database.port).apply(lambda port: str(int(port))),
            database_name=database.name,
            database_instance=database.instance,
            replication_secret_arn=database.secret_arn,
            backup_bucket=args.folder.name,
            wal_prefix=args.folder.prefix,
            backup_kms_key_arn=args.storage_key_arn,
        )

    def _statements(self) -> pulumi.Output[tuple[Statement, ...]]:
        args = self._args
        return rendered_statements(
            archiver,
            secret_arn=args.database.secret_arn,
            bucket_arn=args.folder.arn,
            bucket_prefix=args.folder.prefix,
            storage_key_arn=args.storage_key_arn,
            secrets_key_arn=args.secrets_key_arn,
        )
