"""PostgreSQL on RDS: a primary, a replica if wanted, and their parameters."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from infra.component import Component
from infra.data.database_monitoring import LOGS, DatabaseMonitoring, DatabaseMonitoringArgs
from infra.data.parameters import FAMILY, parameters
from infra.network.security_groups import DATABASE_PORT
from infra.settings import DatabaseSettings, StackSettings

# A major version: RDS chooses the minor one and moves it on in the maintenance window, without drift.
ENGINE_VERSION = "18"
MASTER_USERNAME = "jobr_admin"
CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
# Performance Insights keeps seven days free of charge.
INSIGHTS_RETENTION_DAYS = 7
BACKUP_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:04:00-sun:05:00"


@dataclass(frozen=True, kw_only=True)
class DatabaseInstancesArgs:
    """What the instances are made from."""

    stack: StackSettings
    settings: DatabaseSettings
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    master_password: pulumi.Input[str]


class DatabaseInstances(Component):
    """Produces `primary` and, by setting, `replica`; neither is reachable from outside the VPC.

    `primary_log_group` is the name of the log group that holds what the primary's PostgreSQL writes.
    """

    room = "data"

    def __init__(self, name: str, args: DatabaseInstancesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._disposable = args.stack.disposable
        self._parameters = self._parameter_group()
        self._monitoring = self._watch()
        self.primary = self._primary()
        self.replica = self._replica() if args.settings.replica else None
        self.primary_log_group = self._monitoring.log_groups[self.named("primary"), "postgresql"].name
        self.finish({"primary": self.primary.identifier})

    def _watch(self) -> DatabaseMonitoring:
        parts = ("primary", "replica") if self._args.settings.replica else ("primary",)
        args = DatabaseMonitoringArgs(
            stack=self._args.stack,
            identifiers=tuple(self.named(part) for part in parts),
            interval=self._args.settings.monitoring_interval,
            key_arn=self._args.logs_key_arn,
        )
        return DatabaseMonitoring(self.component_name, args, self.options())

    def _parameter_group(self) -> aws.rds.ParameterGroup:
        name, settings = self.named("parameters"), self._args.settings
        return aws.rds.ParameterGroup(
            name,
            family=FAMILY,
            description="The operations guide's settings for PostgreSQL",
            parameters=[
                aws.rds.ParameterGroupParameterArgs(
                    name=parameter.name, value=parameter.value, apply_method=parameter.apply_method
                )
                for parameter in parameters(
                    maximum_connections=settings.maximum_connections, logical_replication=settings.logical_replication
                )
            ],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _shared(self, name: str) -> dict[str, Any]:
        """What primary and replica have in common."""
        settings = self._args.settings
        return {
            # RDS names its log groups after it, and they are declared before: so it cannot be left to Pulumi.
            "identifier": name,
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
            "monitoring_interval": settings.monitoring_interval,
            "monitoring_role_arn": self._monitoring.role_arn,
            "enabled_cloudwatch_logs_exports": list(LOGS),
            "copy_tags_to_snapshot": True,
            "deletion_protection": not self._disposable,
            # A disposable stack has nobody to wait for a maintenance window, and a major upgrade was announced: until it is done the
            # replica cannot take the new version's parameter group, and the roles function finds no new extensions.
            "apply_immediately": self._disposable or settings.major_upgrade,
            "tags": self.tags(name),
        }

    def _primary(self) -> aws.rds.Instance:
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
            instance_class=settings.instance_class,
            engine="postgres",
            engine_version=ENGINE_VERSION,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            allocated_storage=settings.storage_gib,
            storage_encrypted=True,
            kms_key_id=self._args.key_arn,
            allow_major_version_upgrade=settings.major_upgrade,
            db_name=settings.name,
            username=MASTER_USERNAME,
            password=self._args.master_password,
            port=DATABASE_PORT,
            db_subnet_group_name=subnets.name,
            multi_az=settings.multi_az,
            backup_retention_period=settings.backup_retention.days,
            backup_window=BACKUP_WINDOW,
            # Point-in-time recovery outlives an instance that was deleted by mistake.
            delete_automated_backups=self._disposable,
            skip_final_snapshot=self._disposable,
            final_snapshot_identifier=self._final_snapshot(),
            blue_green_update=aws.rds.InstanceBlueGreenUpdateArgs(enabled=True) if settings.blue_green_update else None,
            **self._shared(name),
            opts=self._options(
                protect=not self._disposable,
                # An instance that is taken over is first taken as it is; the next deployment brings it to what is declared.
                import_=name if settings.adopt else None,
                # Its key is chosen once: RDS cannot change it, and a new instance is no remedy.
                ignore_changes=["*"] if settings.adopt else ["kmsKeyId"],
            ),
        )

    def _final_snapshot(self) -> pulumi.Output[str] | None:
        if self._disposable:
            return None
        # A snapshot of an earlier stack of this name may still be there.
        suffix = random.RandomId(self.named("final-snapshot"), byte_length=4, opts=self.options())
        return pulumi.Output.concat(self.named("final"), "-", suffix.hex)

    def _replica(self) -> aws.rds.Instance:
        settings, name = self._args.settings, self.named("replica")
        return aws.rds.Instance(
            name,
            instance_class=settings.replica_instance_class or settings.instance_class,
            # In the same region the source is named by its identifier; its subnet group, key, engine and login come with it.
            replicate_source_db=self.primary.identifier,
            # Inherited too, but the provider plans a replacement of an encrypted instance that does not say so.
            storage_encrypted=True,
            multi_az=False,
            backup_retention_period=0,
            # RDS makes no final snapshot of a replica.
            skip_final_snapshot=True,
            **self._shared(name),
            opts=self._options(),
        )

    def _options(self, **others: Any) -> pulumi.ResourceOptions:
        """Two instances cannot have one name, so what is replaced goes first; only where nothing is lost by it."""
        groups = list(self._monitoring.log_groups.values())
        return self.options(delete_before_replace=self._disposable, depends_on=groups, **others)
