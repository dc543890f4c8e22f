"""The whole stack: which part gets what from which. Wiring only."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.application.certificate import Certificate, CertificateArgs
from infra.application.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.application.service import Service, ServiceArgs
from infra.data.buckets import BackupsBucket, BackupsBucketArgs
from infra.data.keys import EncryptionKey, EncryptionKeyArgs
from infra.data.postgres import Postgres, PostgresArgs
from infra.data.secrets import StoredSecret, StoredSecretArgs
from infra.naming import safe_name
from infra.network.address_plan import Tier
from infra.network.security_groups import SecurityGroups, SecurityGroupsArgs
from infra.network.vpc import Vpc, VpcArgs
from infra.operations.database_backup import DatabaseBackup, DatabaseBackupArgs
from infra.operations.image import RuntimeImage, RuntimeImageArgs
from infra.operations.notifications import Notifications, NotificationsArgs
from infra.outputs import StackOutputs
from infra.settings import Settings, StackSettings

PROJECT = "jobr"


@dataclass(frozen=True, kw_only=True)
class _Network:
    vpc: Vpc
    groups: SecurityGroups


@dataclass(frozen=True, kw_only=True)
class _Data:
    key: EncryptionKey
    postgres: Postgres
    backups: BackupsBucket
    openai: StoredSecret


@dataclass(frozen=True, kw_only=True)
class _Application:
    balancer: LoadBalancer
    service: Service
    url: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class _Operations:
    image: RuntimeImage
    notifications: Notifications
    backup: DatabaseBackup


class _Builder:
    """Builds the rooms one after the other, each from the settings and the rooms before it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.prefix = safe_name(PROJECT, settings.stack.environment)
        self._provider = _provider(self.prefix, settings.stack)

    def _opts(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(providers=[self._provider])

    def network(self) -> _Network:
        vpc = Vpc(self.prefix, VpcArgs(settings=self.settings.network, region=self.settings.stack.region), self._opts())
        return _Network(vpc=vpc, groups=SecurityGroups(self.prefix, SecurityGroupsArgs(vpc_id=vpc.id), self._opts()))

    def data(self, network: _Network) -> _Data:
        stack = self.settings.stack
        key = EncryptionKey(
            self.prefix,
            EncryptionKeyArgs(account_id=stack.account_id, region=stack.region, disposable=stack.disposable),
            self._opts(),
        )
        postgres = PostgresArgs(
            settings=self.settings.database,
            subnet_ids=network.vpc.subnet_ids(Tier.DATABASE),
            security_group_id=network.groups.database.id,
            key_arn=key.arn,
            disposable=stack.disposable,
        )
        backups = BackupsBucketArgs(
            key_arn=key.arn, retention=self.settings.operations.backup_retention, disposable=stack.disposable
        )
        openai = StoredSecretArgs(
            description="The application's key for OpenAI's API",
            value=self.settings.application.openai_api_key.get_secret_value(),
            key_arn=key.arn,
            disposable=stack.disposable,
        )
        return _Data(
            key=key,
            postgres=Postgres(self.prefix, postgres, self._opts()),
            backups=BackupsBucket(safe_name(self.prefix, "backups"), backups, self._opts()),
            openai=StoredSecret(safe_name(self.prefix, "openai"), openai, self._opts()),
        )

    def application(self, network: _Network, data: _Data) -> _Application:
        settings, stack = self.settings.application, self.settings.stack
        balancer = LoadBalancer(
            self.prefix,
            LoadBalancerArgs(
                vpc_id=network.vpc.id,
                subnet_ids=network.vpc.subnet_ids(Tier.PUBLIC),
                security_group_id=network.groups.load_balancer.id,
                certificate_arn=Certificate(self.prefix, CertificateArgs(settings=settings), self._opts()).arn,
                disposable=stack.disposable,
            ),
            self._opts(),
        )
        url = pulumi.Output.concat("https://", settings.domain or balancer.dns_name)
        service = ServiceArgs(
            stack=stack,
            settings=settings,
            subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE),
            security_group_id=network.groups.application.id,
            blue_arn=balancer.blue.arn,
            green_arn=balancer.green.arn,
            production_rule=balancer.production_rule,
            base_url=url,
            database_secret_arn=data.postgres.secret_arn,
            openai_secret_arn=data.openai.arn,
            key_arn=data.key.arn,
        )
        return _Application(balancer=balancer, service=Service(self.prefix, service, self._opts()), url=url)

    def operations(self, network: _Network, data: _Data) -> _Operations:
        settings, stack = self.settings.operations, self.settings.stack
        image = RuntimeImage(
            self.prefix,
            RuntimeImageArgs(architecture=settings.architecture, key_arn=data.key.arn, disposable=stack.disposable),
            self._opts(),
        )
        notifications = Notifications(
            self.prefix,
            NotificationsArgs(
                account_id=stack.account_id, region=stack.region, key_arn=data.key.arn, emails=settings.alarm_emails
            ),
            self._opts(),
        )
        backup = DatabaseBackupArgs(
            stack=stack,
            settings=settings,
            image=image,
            subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE),
            security_group_id=network.groups.backup.id,
            database_host=data.postgres.host,
            database_port=data.postgres.port,
            database_name=self.settings.database.name,
            database_secret_arn=data.postgres.secret_arn,
            bucket_name=data.backups.name,
            bucket_arn=data.backups.arn,
            key_arn=data.key.arn,
            topic_arn=notifications.topic_arn,
        )
        return _Operations(
            image=image,
            notifications=notifications,
            backup=DatabaseBackup(safe_name(self.prefix, "database-backup"), backup, self._opts()),
        )


def build(settings: Settings) -> StackOutputs:
    """Register every resource of the stack and return what it shows."""
    builder = _Builder(settings)
    network = builder.network()
    data = builder.data(network)
    application = builder.application(network, data)
    operations = builder.operations(network, data)
    return StackOutputs(
        vpc_id=network.vpc.id,
        public_subnet_ids=network.vpc.subnet_ids(Tier.PUBLIC),
        private_subnet_ids=network.vpc.subnet_ids(Tier.PRIVATE),
        database_subnet_ids=network.vpc.subnet_ids(Tier.DATABASE),
        application_url=application.url,
        load_balancer_dns_name=application.balancer.dns_name,
        cluster_name=application.service.cluster_name,
        service_name=application.service.service_name,
        database_host=data.postgres.host,
        database_port=data.postgres.port,
        database_name=settings.database.name,
        database_replica_host=data.postgres.replica_host,
        database_secret_arn=data.postgres.secret_arn,
        backups_bucket_name=data.backups.name,
        backup_function_name=operations.backup.function_name,
        runtime_repository_url=operations.image.repository_url,
        alarm_topic_arn=operations.notifications.topic_arn,
        encryption_key_arn=data.key.arn,
    )


def _provider(prefix: str, stack: StackSettings) -> aws.Provider:
    tags = {"Project": PROJECT, "Environment": stack.environment.value, "ManagedBy": "pulumi"}
    return aws.Provider(
        prefix,
        region=stack.region,
        # Whoever runs this with another account's credentials changes nothing.
        allowed_account_ids=[stack.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
    )
