"""The data room: keys, secrets, PostgreSQL, buckets."""

from dataclasses import dataclass

from infra.context import Context
from infra.data.buckets import BackupsBucket, BackupsBucketArgs
from infra.data.keys import Keys, KeysArgs
from infra.data.postgres import Postgres, PostgresArgs
from infra.data.secrets import StoredSecret, StoredSecretArgs
from infra.network.address_plan import Tier
from infra.network.room import Network


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the data room shows."""

    postgres: Postgres
    backups: BackupsBucket
    openai: StoredSecret


def keys(context: Context) -> Keys:
    """Declare the keys, which come before everything that is encrypted."""
    stack = context.stack
    args = KeysArgs(account_id=stack.account_id, region=stack.region, disposable=stack.disposable)
    return Keys(context.prefix, args, context.options())


def data(context: Context, keys: Keys, network: Network) -> Data:
    """Declare what must not be lost."""
    settings, disposable = context.settings, context.stack.disposable
    postgres = PostgresArgs(
        settings=settings.database,
        subnet_ids=network.vpc.subnet_ids(Tier.DATABASE),
        security_group_id=network.groups.database.id,
        key_arn=keys.database,
        secrets_key_arn=keys.secrets,
        disposable=disposable,
    )
    backups = BackupsBucketArgs(
        key_arn=keys.storage, retention=settings.operations.backup_retention, disposable=disposable
    )
    openai = StoredSecretArgs(
        description="The application's key for OpenAI's API",
        value=settings.application.openai_api_key.get_secret_value(),
        key_arn=keys.secrets,
        disposable=disposable,
    )
    return Data(
        postgres=Postgres(context.prefix, postgres, context.options()),
        backups=BackupsBucket(context.name("backups"), backups, context.options()),
        openai=StoredSecret(context.name("openai"), openai, context.options()),
    )
