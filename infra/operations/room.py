"""The operations room: what watches the others and works on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.application.room import Application, Entrance
from infra.application.sizes import task_size
from infra.context import Context
from infra.data.database_events import DatabaseEvents, DatabaseEventsArgs
from infra.data.keys import Keys
from infra.data.postgres import Role
from infra.data.room import Data
from infra.network.address_plan import Tier
from infra.network.room import Network
from infra.operations.alarms.archive import WatchedArchive, WatchedTask
from infra.operations.alarms.component import Alarms
from infra.operations.alarms.database import WatchedDatabase
from infra.operations.alarms.platform import WatchedPlatform
from infra.operations.alarms.requests import WatchedBalancer
from infra.operations.alarms.service import WatchedService
from infra.operations.archive import ArchivedDatabase, WalArchiver, WalArchiverArgs
from infra.operations.archiver_task import Place
from infra.operations.database_backup import DatabaseBackup, DatabaseBackupArgs
from infra.operations.functions import FunctionNetwork, FunctionPlatform
from infra.operations.image import RuntimeImage, RuntimeImageArgs
from infra.operations.notifications import Notifications, NotificationsArgs
from infra.operations.release_alarms import ReleaseAlarms, ReleaseAlarmsArgs
from infra.operations.severity import Severity
from infra.operations.watch import Watch, WatchArgs, Watched
from infra.settings import WalArchive


@dataclass(frozen=True, kw_only=True)
class Operations:
    """What the operations room shows; `archiver` is None where nothing is archived."""

    backup: DatabaseBackup
    archiver: WalArchiver | None
    watch: Watch


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The rooms that are operated."""

    keys: Keys
    network: Network
    data: Data
    application: Application
    notifications: Notifications


def notifications(context: Context, keys: Keys) -> Notifications:
    """Declare where alarms are told."""
    settings = context.settings.operations
    args = NotificationsArgs(
        account_id=context.stack.account_id,
        region=context.stack.region,
        key_arn=keys.messages,
        emails={
            Severity.CRITICAL: settings.alarm_emails,
            Severity.WARNING: settings.alarm_emails,
            Severity.INFORMATION: settings.information_emails,
        },
    )
    return Notifications(context.prefix, args, context.options())


def function_platform(context: Context, keys: Keys, notifications: Notifications) -> FunctionPlatform:
    """Declare the functions' image, and put together what all functions share."""
    architecture = context.settings.operations.architecture
    image = RuntimeImageArgs(architecture=architecture, key_arn=keys.images, disposable=context.stack.disposable)
    return FunctionPlatform(
        stack=context.stack,
        image=RuntimeImage(context.prefix, image, context.options()),
        architecture=architecture,
        logs_key_arn=keys.logs,
        messages_key_arn=keys.messages,
        topics=notifications.topics,
    )


def release_alarms(context: Context, entrance: Entrance, notifications: Notifications) -> ReleaseAlarms:
    """Declare what moves a release back; it comes before the service, whose releases it watches."""
    args = ReleaseAlarmsArgs(
        settings=context.settings.alarms, balancer=_watched_balancer(entrance), topics=notifications.topics
    )
    return ReleaseAlarms(context.name("release"), args, context.options())


def operations(
    context: Context, platform: FunctionPlatform, around: Surroundings, others: Sequence[Alarms]
) -> Operations:
    """Declare the functions, what starts them, and what watches the stack; `others` are alarms that other rooms declared."""
    backup = _backup(context, platform, around)
    archiver = _archiver(context, platform, around)
    archiving = [archiver.function] if archiver and archiver.function else []
    functions = (backup.function, around.data.postgres.roles.function, *archiving)
    events = DatabaseEventsArgs(instances=around.data.postgres.instances, topic_arn=platform.topics[Severity.WARNING])
    DatabaseEvents(context.name("database-events"), events, context.options())
    args = WatchArgs(
        settings=context.settings.alarms,
        region=context.stack.region,
        watched=_watched(context, around, archiver),
        database_log_group=around.data.postgres.log_group,
        topics=around.notifications.topics,
        others=[*others, *(function.alarms for function in functions)],
    )
    return Operations(backup=backup, archiver=archiver, watch=Watch(context.prefix, args, context.options()))


def _backup(context: Context, platform: FunctionPlatform, around: Surroundings) -> DatabaseBackup:
    settings, data = context.settings, around.data
    args = DatabaseBackupArgs(
        platform=platform,
        settings=settings.operations,
        network=_beside_the_database(around),
        database_host=data.postgres.host,
        database_port=data.postgres.port,
        database_name=settings.database.name,
        database_secret_arn=data.postgres.logins[Role.BACKUP].secret_arn,
        bucket_name=data.buckets.backups.name,
        bucket_arn=data.buckets.backups.arn,
        storage_key_arn=around.keys.storage,
        secrets_key_arn=around.keys.secrets,
    )
    return DatabaseBackup(context.name("database-backup"), args, context.options())


def _archiver(context: Context, platform: FunctionPlatform, around: Surroundings) -> WalArchiver | None:
    settings, data = context.settings, around.data
    if settings.archive.mode is WalArchive.OFF:
        return None
    args = WalArchiverArgs(
        platform=platform,
        settings=settings.archive,
        place=Place(cluster_arn=around.application.service.cluster_arn, ready=data.postgres.ready),
        network=_beside_the_database(around),
        database=ArchivedDatabase(
            host=data.postgres.host,
            port=data.postgres.port,
            name=settings.database.name,
            instance=data.postgres.primary.resource_id,
            secret_arn=data.postgres.logins[Role.REPLICATION].secret_arn,
        ),
        folder=data.buckets.wal,
        storage_key_arn=around.keys.storage,
        secrets_key_arn=around.keys.secrets,
    )
    return WalArchiver(context.name("wal-archive"), args, context.options())


def _beside_the_database(around: Surroundings) -> FunctionNetwork:
    """Where that stands which reads the whole database."""
    return FunctionNetwork(
        subnet_ids=around.network.vpc.subnet_ids(Tier.PRIVATE), security_group_id=around.network.groups.backup.id
    )


def _watched_balancer(entrance: Entrance) -> WatchedBalancer:
    balancer = entrance.balancer
    return WatchedBalancer(
        load_balancer=balancer.arn_suffix,
        target_groups={"blue": balancer.blue.arn_suffix, "green": balancer.green.arn_suffix},
    )


def _watched(context: Context, around: Surroundings, archiver: WalArchiver | None) -> Watched:
    return Watched(
        balancer=_watched_balancer(around.application.entrance),
        service=_watched_service(context, around),
        database=_watched_database(context, around),
        platform=WatchedPlatform(
            environment=context.stack.environment,
            certificate_arn=around.application.entrance.certificate_arn,
            file_system_id=around.data.uploads.file_system_id,
            nat_gateway_ids=around.network.vpc.nat_gateway_ids,
            topic_names=around.notifications.names,
        ),
        archive=_watched_archive(context, around, archiver),
    )


def _watched_archive(context: Context, around: Surroundings, archiver: WalArchiver | None) -> WatchedArchive | None:
    objective = context.settings.archive.objective
    if archiver is None or objective is None:
        return None
    cluster_name, task = around.application.service.cluster_name, archiver.task
    return WatchedArchive(
        environment=context.stack.environment,
        objective=objective,
        task=WatchedTask(cluster_name=cluster_name, service_name=task.service_name) if task else None,
    )


def _watched_service(context: Context, around: Surroundings) -> WatchedService:
    application, scaling = context.settings.application, context.settings.scaling
    _, task_memory = task_size(application.cpu, application.memory_mib)
    return WatchedService(
        cluster_name=around.application.service.cluster_name,
        service_name=around.application.service.service_name,
        tasks=scaling.tasks,
        maximum_tasks=scaling.maximum_tasks,
        application_share=application.memory_mib / task_memory,
    )


def _watched_database(context: Context, around: Surroundings) -> WatchedDatabase:
    settings, postgres = context.settings.database, around.data.postgres
    return WatchedDatabase(
        environment=context.stack.environment,
        primary=postgres.primary.identifier,
        replica=postgres.replica.identifier if postgres.replica else None,
        proxy=postgres.proxy.name if postgres.proxy else None,
        maximum_connections=settings.maximum_connections,
        storage_gib=settings.storage_gib,
    )
