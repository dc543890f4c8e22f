"""The data room: keys, secrets, PostgreSQL, buckets."""

from dataclasses import dataclass

from infra.context import Context
from infra.data.application_secrets import ApplicationSecrets, ApplicationSecretsArgs
from infra.data.buckets import Buckets
from infra.data.keys import Keys, KeysArgs
from infra.data.postgres import Postgres, PostgresArgs, PostgresNetwork
from infra.data.storage import buckets_with_copies
from infra.data.uploads import Uploads, UploadsArgs
from infra.network.address_plan import Tier
from infra.network.room import Network
from infra.operations.functions import FunctionNetwork, FunctionPlatform


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the data room shows."""

    postgres: Postgres
    buckets: Buckets
    uploads: Uploads
    secrets: ApplicationSecrets


def keys(context: Context) -> Keys:
    """Declare the keys, which come before everything that is encrypted."""
    stack = context.stack
    args = KeysArgs(account_id=stack.account_id, region=stack.region, disposable=stack.disposable)
    return Keys(context.prefix, args, context.options())


def data(context: Context, keys: Keys, network: Network, platform: FunctionPlatform) -> Data:
    """Declare what must not be lost."""
    settings, disposable = context.settings, context.stack.disposable
    postgres = PostgresArgs(
        settings=settings.database,
        platform=platform,
        network=PostgresNetwork(
            database_subnet_ids=network.vpc.subnet_ids(Tier.DATABASE),
            database_group_id=network.groups.database.id,
            proxy_group_id=network.groups.proxy.id if network.groups.proxy else None,
            functions=FunctionNetwork(
                subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE), security_group_id=network.groups.database_functions.id
            ),
        ),
        keys=keys,
    )
    uploads = UploadsArgs(
        subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE),
        security_group_id=network.groups.uploads.id,
        key_arn=keys.storage,
        disposable=disposable,
    )
    secrets = ApplicationSecretsArgs(settings=settings.variables, key_arn=keys.secrets, disposable=disposable)
    return Data(
        postgres=Postgres(context.prefix, postgres, context.options()),
        buckets=buckets_with_copies(context, keys.storage),
        uploads=Uploads(context.name("uploads"), uploads, context.options()),
        secrets=ApplicationSecrets(context.prefix, secrets, context.options()),
    )
