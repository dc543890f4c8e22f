"""The operations room: what watches the others and works on them."""

from dataclasses import dataclass

from infra.context import Context
from infra.data.keys import Keys
from infra.data.room import Data
from infra.network.address_plan import Tier
from infra.network.room import Network
from infra.operations.database_backup import DatabaseBackup, DatabaseBackupArgs
from infra.operations.image import RuntimeImage, RuntimeImageArgs
from infra.operations.notifications import Notifications, NotificationsArgs


@dataclass(frozen=True, kw_only=True)
class Operations:
    """What the operations room shows."""

    image: RuntimeImage
    backup: DatabaseBackup


def notifications(context: Context, keys: Keys) -> Notifications:
    """Declare where alarms are told."""
    args = NotificationsArgs(
        account_id=context.stack.account_id,
        region=context.stack.region,
        key_arn=keys.messages,
        emails=context.settings.operations.alarm_emails,
    )
    return Notifications(context.prefix, args, context.options())


def operations(context: Context, keys: Keys, network: Network, data: Data, notifications: Notifications) -> Operations:
    """Declare the functions and what starts and watches them."""
    settings = context.settings
    image_args = RuntimeImageArgs(
        architecture=settings.operations.architecture, key_arn=keys.images, disposable=context.stack.disposable
    )
    image = RuntimeImage(context.prefix, image_args, context.options())
    backup = DatabaseBackupArgs(
        stack=context.stack,
        settings=settings.operations,
        image=image,
        subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE),
        security_group_id=network.groups.backup.id,
        database_host=data.postgres.host,
        database_port=data.postgres.port,
        database_name=settings.database.name,
        database_secret_arn=data.postgres.secret_arn,
        bucket_name=data.backups.name,
        bucket_arn=data.backups.arn,
        storage_key_arn=keys.storage,
        secrets_key_arn=keys.secrets,
        logs_key_arn=keys.logs,
        topic_arn=notifications.topic_arn,
    )
    return Operations(image=image, backup=DatabaseBackup(context.name("database-backup"), backup, context.options()))
