"""What the ways out, the certificate, the uploads, the topics and the backups are watched by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.operations.alarms.model import Alarm, Comparison, Group, Metric, Missing, Signal, metric, total
from infra.operations.severity import Severity
from infra.settings import AlarmSettings
from runtime.backups.settings import NAMESPACE

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class WatchedPlatform:
    """What stands around application and database. `topic_names` are by severity, `nat_gateway_ids` in the order of the zones."""

    environment: str
    certificate_arn: pulumi.Input[str]
    file_system_id: pulumi.Input[str]
    nat_gateway_ids: Sequence[pulumi.Input[str]]
    topic_names: Mapping[Severity, pulumi.Input[str]]


def platform_alarms(platform: WatchedPlatform, settings: AlarmSettings) -> list[Alarm]:
    """The alarms of the platform."""
    return [
        _backup_missing(platform, settings),
        _certificate(platform, settings),
        _ports(platform),
        _uploads(platform, settings),
        _undelivered(platform),
    ]


def _backup_missing(platform: WatchedPlatform, settings: AlarmSettings) -> Alarm:
    succeeded = Metric(namespace=NAMESPACE, name="BackupSucceeded", dimensions={"Environment": platform.environment})
    hours = int(settings.backup_age / _HOUR)
    return Alarm(
        name="database-backup-missing",
        severity=Severity.CRITICAL,
        group=Group.PLATFORM,
        summary=f"No database backup has succeeded for {hours} hours",
        # Hours without a run are filled, so that each of them counts.
        signal=Signal(metrics={"succeeded": succeeded}, expression="FILL(succeeded, 0)"),
        comparison=Comparison.BELOW,
        threshold=1,
        period=_HOUR,
        periods=hours,
        # A stack that never made a backup has none.
        missing=Missing.BAD,
    )


def _certificate(platform: WatchedPlatform, settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="certificate-expires",
        severity=Severity.CRITICAL,
        group=Group.PLATFORM,
        summary=f"The certificate is valid for less than {settings.certificate_days} more days, and was not renewed",
        signal=metric("AWS/CertificateManager", "DaysToExpiry", "Minimum", CertificateArn=platform.certificate_arn),
        comparison=Comparison.BELOW,
        threshold=settings.certificate_days,
        period=_DAY,
        periods=1,
        # It comes twice a day, and stops when the certificate has expired: that must not look like the end of the trouble.
        missing=Missing.UNCHANGED,
    )


def _ports(platform: WatchedPlatform) -> Alarm:
    errors = {
        f"nat{number}": Metric(
            namespace="AWS/NATGateway", name="ErrorPortAllocation", dimensions={"NatGatewayId": gateway}
        )
        for number, gateway in enumerate(platform.nat_gateway_ids, start=1)
    }
    return Alarm(
        name="nat-ports-exhausted",
        severity=Severity.CRITICAL,
        group=Group.PLATFORM,
        summary="A NAT gateway had no port left for a connection to the internet",
        # The sum of a single series is a number and no series ("Using metric math"), which no alarm takes.
        signal=Signal(metrics=errors, expression=total(*errors) if len(errors) > 1 else ""),
        comparison=Comparison.AT_LEAST,
        threshold=1,
        periods=5,
        datapoints=2,
        missing=Missing.FINE,
    )


def _uploads(platform: WatchedPlatform, settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="uploads-io-limit",
        severity=Severity.WARNING,
        group=Group.PLATFORM,
        summary=f"The uploads' file system is at {settings.uploads_io_percent:g} % of the operations that it can do",
        signal=metric("AWS/EFS", "PercentIOLimit", "Average", FileSystemId=platform.file_system_id),
        comparison=Comparison.ABOVE,
        threshold=settings.uploads_io_percent,
        period=timedelta(minutes=5),
        periods=3,
        missing=Missing.FINE,
    )


def _undelivered(platform: WatchedPlatform) -> Alarm:
    failed = {
        severity.value: Metric(namespace="AWS/SNS", name="NumberOfNotificationsFailed", dimensions={"TopicName": name})
        for severity, name in platform.topic_names.items()
    }
    return Alarm(
        name="notifications-undelivered",
        severity=Severity.WARNING,
        group=Group.PLATFORM,
        summary="A notification reached nobody: SNS could not deliver it",
        signal=Signal(metrics=failed, expression=total(*failed)),
        comparison=Comparison.AT_LEAST,
        threshold=1,
        period=timedelta(minutes=5),
        periods=1,
        missing=Missing.FINE,
    )
