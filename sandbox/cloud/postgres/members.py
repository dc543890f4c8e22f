"""What was sent for an instance is what DescribeDBInstances answers: members that moto drops, defaults that it has wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from moto.moto_api._internal import mock_random
from moto.rds.models import DBInstance

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# Sent and described under the same name, and dropped by moto.
SAME_NAME = (
    "BackupTarget",
    "CustomIamInstanceProfile",
    "DatabaseInsightsMode",
    "DedicatedLogVolume",
    "EngineLifecycleSupport",
    "MultiTenant",
    "NetworkType",
    "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod",
    "ProcessorFeatures",
    "ReplicaMode",
)
OTHER_NAME = {
    "enable_performance_insights": "performance_insights_enabled",
    "enable_customer_owned_ip": "customer_owned_ip_enabled",
}
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
DEFAULTS: dict[str, Any] = {
    "backup_target": "region",
    "customer_owned_ip_enabled": False,
    "database_insights_mode": "standard",
    "dedicated_log_volume": False,
    "engine_lifecycle_support": "open-source-rds-extended-support",
    "network_type": "IPV4",
    "performance_insights_enabled": False,
    "status_infos": [],
}
INSIGHTS_DAYS = 7
AUTHORITY = "rds-ca-rsa2048-g1"
# What waits for the maintenance window without ApplyImmediately; all else takes effect at once either way.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
DEFERRED = {
    "allocated_storage": "AllocatedStorage",
    "ca_certificate_identifier": "CACertificateIdentifier",
    "db_instance_class": "DBInstanceClass",
    "dedicated_log_volume": "DedicatedLogVolume",
    "engine_version": "EngineVersion",
    "iops": "Iops",
    "license_model": "LicenseModel",
    "multi_az": "MultiAZ",
    "new_db_instance_identifier": "DBInstanceIdentifier",
    "processor_features": "ProcessorFeatures",
    "storage_throughput": "StorageThroughput",
    "storage_type": "StorageType",
}


def resource_id() -> str:
    """A new DbiResourceId; moto's random numbers, so that a recorded run replays to the same one."""
    return "db-" + "".join(mock_random.choice(ALPHABET) for _ in range(26))


def remember(instance: DBInstance, request: Mapping[str, Any]) -> None:
    """Keep what a create or modify call sent (by moto's names) and moto drops, so that it is described."""
    described = {xform_name(name): xform_name(name) for name in SAME_NAME} | OTHER_NAME
    for sent, name in described.items():
        if request.get(sent) is not None:
            setattr(instance, name, request[sent])
    insights: dict[str, Any] = vars(instance)
    if insights.get("performance_insights_enabled"):
        insights.setdefault("performance_insights_retention_period", INSIGHTS_DAYS)
        key = f"arn:aws:kms:{instance.region}:{instance.account_id}:alias/aws/rds"
        insights.setdefault("performance_insights_kms_key_id", key)
    if instance.monitoring_interval:
        insights["enhanced_monitoring_resource_arn"] = (
            f"arn:aws:logs:{instance.region}:{instance.account_id}:log-group:RDSOSMetrics:log-stream:{instance.dbi_resource_id}"
        )


def complete(instance: DBInstance, identity: str, request: Mapping[str, Any]) -> None:
    """Give a new instance its own DbiResourceId and AWS's defaults, then what was sent."""
    instance.dbi_resource_id = identity
    instance.enabled_cloudwatch_logs_exports = sorted(set(instance.enabled_cloudwatch_logs_exports))
    if instance.ca_certificate_identifier == "rds-ca-default":
        instance.ca_certificate_identifier = AUTHORITY
    for name, value in DEFAULTS.items():
        setattr(instance, name, value)
    vars(instance).update(pending_modified_values={}, waiting={})
    remember(instance, request)


def detach(replica: DBInstance, request: Mapping[str, Any]) -> None:
    """Turn moto's shallow copy of the primary into an instance of its own: what AWS says a replica does not inherit.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
    """
    replica.created = replica.instance_create_time = datetime.now(UTC).replace(tzinfo=None)
    replica.tags = list(request.get("tags") or [])
    replica.vpc_security_group_ids = list(request.get("vpc_security_group_ids") or replica.vpc_security_group_ids)
    replica._associated_roles = []  # noqa: SLF001 - the property has no setter
    own: dict[str, Any] = {
        "backup_retention_period": 0,
        "copy_tags_to_snapshot": False,
        "deletion_protection": False,
        "enable_iam_database_authentication": False,
        "enabled_cloudwatch_logs_exports": list(request.get("enable_cloudwatch_logs_exports") or []),
        "monitoring_interval": 0,
        "monitoring_role_arn": None,
        "multi_az": False,
        "publicly_accessible": False,
    }
    for name, value in own.items():
        sent = request.get(name)
        setattr(replica, name, value if sent is None else sent)
    for name in ("performance_insights_retention_period", "performance_insights_kms_key_id"):
        vars(replica).pop(name, None)
    vars(replica).pop("enhanced_monitoring_resource_arn", None)
    if request.get("max_allocated_storage") is None:
        replica.max_allocated_storage = replica.allocated_storage


def defer(instance: DBInstance, request: Mapping[str, Any], *, now: bool) -> dict[str, Any]:
    """What of a modification takes effect now; the rest is described as pending, and joins the next one with ApplyImmediately."""
    sent = {name: value for name, value in request.items() if value is not None}
    waiting: dict[str, Any] = vars(instance)["waiting"]
    if now:
        effective = waiting | sent
        waiting.clear()
    else:
        effective = {name: value for name, value in sent.items() if name not in DEFERRED}
        later = {name: value for name, value in sent.items() if name in DEFERRED}
        waiting |= {name: value for name, value in later.items() if getattr(instance, name, None) != value}
    vars(instance)["pending_modified_values"] = {DEFERRED[name]: value for name, value in waiting.items()}
    return effective
