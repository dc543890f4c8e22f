"""PostgreSQL on RDS: a primary, a replica if wanted, their parameters and the master password."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from infra.component import Component
from infra.data.parameters import FAMILY, PARAMETERS
from infra.data.secrets import StoredSecret, StoredSecretArgs
from infra.network.security_groups import DATABASE_PORT
from infra.settings import DatabaseSettings

# A major version: RDS chooses the minor one and moves it on in the maintenance window, without drift.
ENGINE_VERSION = "18"
USERNAME = "jobr_admin"
# RDS takes 8 to 128 characters for PostgreSQL; 40 letters and digits are 238 bits and need no escaping in a URL.
PASSWORD_LENGTH = 40
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
# Performance Insights keeps seven days free of charge.
INSIGHTS_RETENTION_DAYS = 7
BACKUP_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:04:00-sun:05:00"


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """What the database is made from."""

    settings: DatabaseSettings
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]
    disposable: bool


class Postgres(Component):
    """Produces the instances and a secret of JSON with username, password, engine, host, port, dbname and url.

    `host`, `port` and `replica_host` are where clients connect, with TLS verified against RDS's authority.
    """

    room = "data"

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._parameters = self._parameter_group()
        password = random.RandomPassword(
            self.named("password"), length=PASSWORD_LENGTH, special=False, opts=self.options()
        )
        self.primary = self._primary(password.result)
        self.replica = self._replica() if args.settings.replica else None
        self.host = self.primary.address
        self.port = self.primary.port
        self.replica_host = self.replica.address if self.replica else None
        self.secret_arn = self._secret(password.result).arn
        self.finish({"host": self.host, "port": self.port, "secretArn": self.secret_arn})

    def _parameter_group(self) -> aws.rds.ParameterGroup:
        name = self.named("parameters")
        return aws.rds.ParameterGroup(
            name,
            family=FAMILY,
            description="The operations guide's settings for PostgreSQL",
            parameters=[
                aws.rds.ParameterGroupParameterArgs(
                    name=parameter.name, value=parameter.value, apply_method=parameter.apply_method
                )
                for parameter in PARAMETERS
            ],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _shared(self, name: str) -> dict[str, Any]:
        """What primary and replica have in common."""
        settings = self._args.settings
        return {
            "instance_class": settings.instance_class,
            "max_allocated_storage": settings.maximum_storage_gib,
            "storage_type": "gp3",
            "vpc_security_group_ids": [self._args.security_group_id],
            "parameter_group_name": self._parameters.name,
            "publicly_accessible": False,
            "iam_database_authentication_enabled": True,
            "ca_cert_identifier": CERTIFICATE_AUTHORITY,
            "auto_minor_version_upgrade": True,
            "maintenance_window": MAINTENANCE_WINDOW,
            "performance_insights_enabled": settings.performance_insights,
            "performance_insights_kms_key_id": self._args.key_arn if settings.performance_insights else None,
            "performance_insights_retention_period": INSIGHTS_RETENTION_DAYS if settings.performance_insights else None,
            "enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"],
            "copy_tags_to_snapshot": True,
            "deletion_protection": not self._args.disposable,
            # A disposable stack has nobody to wait for a maintenance window.
            "apply_immediately": self._args.disposable,
            "tags": self.tags(name),
        }

    def _primary(self, password: pulumi.Output[str]) -> aws.rds.Instance:
        settings, name = self._args.settings, self.named("primary")
        subnets = aws.rds.SubnetGroup(
            self.named("subnets"),
            description="The database subnets of every zone",
            subnet_ids=self._args.subnet_ids,
            tags=self.tags(self.named("subnets")),
            opts=self.options(),
        )
        return aws.rds.Instance(
            name,
            engine="postgres",
            engine_version=ENGINE_VERSION,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            allocated_storage=settings.storage_gib,
            storage_encrypted=True,
            kms_key_id=self._args.key_arn,
            db_name=settings.name,
            username=USERNAME,
            password=password,
            port=DATABASE_PORT,
            db_subnet_group_name=subnets.name,
            multi_az=settings.multi_az,
            backup_retention_period=settings.backup_retention.days,
            backup_window=BACKUP_WINDOW,
            # Point-in-time recovery outlives an instance that was deleted by mistake.
            delete_automated_backups=self._args.disposable,
            skip_final_snapshot=self._args.disposable,
            final_snapshot_identifier=self._final_snapshot(),
            blue_green_update=aws.rds.InstanceBlueGreenUpdateArgs(enabled=True) if settings.blue_green_update else None,
            **self._shared(name),
            opts=self.options(protect=not self._args.disposable),
        )

    def _final_snapshot(self) -> pulumi.Output[str] | None:
        if self._args.disposable:
            return None
        # A snapshot of an earlier stack of this name may still be there.
        suffix = random.RandomId(self.named("final-snapshot"), byte_length=4, opts=self.options())
        return pulumi.Output.concat(self.named("final"), "-", suffix.hex)

    def _replica(self) -> aws.rds.Instance:
        name = self.named("replica")
        return aws.rds.Instance(
            name,
            # In the same region the source is named by its identifier; its subnet group, key, engine and login come with it.
            replicate_source_db=self.primary.identifier,
            # Inherited too, but the provider plans a replacement of an encrypted instance that does not say so.
            storage_encrypted=True,
            multi_az=False,
            backup_retention_period=0,
            # RDS makes no final snapshot of a replica.
            skip_final_snapshot=True,
            **self._shared(name),
            opts=self.options(),
        )

    def _secret(self, password: pulumi.Output[str]) -> StoredSecret:
        database = self._args.settings.name
        value = pulumi.Output.all(host=self.host, port=self.port, password=password).apply(
            lambda known: _secret_value(database, **known)
        )
        return StoredSecret(
            self.named("login"),
            StoredSecretArgs(
                description="How to log in to PostgreSQL as the master user",
                value=value,
                key_arn=self._args.secrets_key_arn,
                disposable=self._args.disposable,
            ),
            self.options(),
        )


def _secret_value(database: str, *, host: str, port: int, password: str) -> str:
    """The secret in the form that Secrets Manager's own rotation reads, with a URL beside it for the application."""
    port = int(port)
    login = f"{USERNAME}:{quote(password, safe='')}"
    return json.dumps(
        {
            "username": USERNAME,
            "password": password,
            "engine": "postgres",
            "host": host,
            "port": port,
            "dbname": database,
            "url": f"postgresql://{login}@{host}:{port}/{database}?sslmode=verify-full",
        }
    )
