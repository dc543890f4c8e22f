"""The metrics of AWS that alarms, dashboard and scaling may use, each as the page of its service lists it.

The pages were read in the public sources of AWS's guides and, for what changed since, in stored copies of the pages themselves;
the date is the day on which the entries were compared.
"""

from dataclasses import dataclass
from enum import StrEnum

READ_ON = "2026-11-24"


class Unit(StrEnum):
    """In what CloudWatch has a metric's values."""

    COUNT = "Count"
    PERCENT = "Percent"
    BYTES = "Bytes"
    SECONDS = "Seconds"
    MICROSECONDS = "Microseconds"
    DAYS = "Days"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A metric: the sets of dimensions that it comes with and that we use, its unit, the statistics that its page calls useful."""

    dimensions: tuple[frozenset[str], ...]
    unit: Unit = Unit.COUNT
    statistics: frozenset[str] = frozenset({"Sum"})


@dataclass(frozen=True, kw_only=True)
class Namespace:
    """A namespace: the page that lists its metrics, and the metrics by name."""

    title: str
    page: str
    metrics: dict[str, Published]


def _set(*names: str) -> frozenset[str]:
    return frozenset(names)


_EXTREMES = _set("Average", "Minimum", "Maximum")
_BALANCER = (_set("LoadBalancer"),)
_GROUP = (_set("LoadBalancer", "TargetGroup"),)
_SERVICE = (_set("ClusterName", "ServiceName"),)
_INSTANCE = (_set("DBInstanceIdentifier"),)
_FUNCTION = (_set("FunctionName"),)

_APPLICATION_ELB = Namespace(
    title="Elastic Load Balancing, CloudWatch metrics for your Application Load Balancer",
    page="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
    metrics={
        # Only requests for which a target was chosen.
        "RequestCount": Published(dimensions=_BALANCER + _GROUP),
        # The mean over a group's targets; Sum is its only statistic all the same.
        "RequestCountPerTarget": Published(dimensions=_GROUP),
        "HTTPCode_Target_5XX_Count": Published(dimensions=_BALANCER + _GROUP),
        # Its own errors belong to no target group.
        "HTTPCode_ELB_5XX_Count": Published(dimensions=_BALANCER),
        "HTTPCode_ELB_503_Count": Published(dimensions=_BALANCER),
        "TargetConnectionErrorCount": Published(dimensions=_BALANCER + _GROUP),
        "TargetResponseTime": Published(
            dimensions=_BALANCER + _GROUP, unit=Unit.SECONDS, statistics=_set("Average", "p95")
        ),
        "RejectedConnectionCount": Published(dimensions=_BALANCER),
        # Both only while a target is registered.
        "HealthyHostCount": Published(dimensions=_GROUP, statistics=_EXTREMES),
        "UnHealthyHostCount": Published(dimensions=_GROUP, statistics=_EXTREMES),
    },
)
_ECS = Namespace(
    title="Amazon ECS Developer Guide, Amazon ECS CloudWatch metrics",
    page="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html",
    metrics={
        # Percents of what the task reserves.
        name: Published(dimensions=_SERVICE, unit=Unit.PERCENT, statistics=_EXTREMES)
        for name in ("CPUUtilization", "MemoryUtilization")
    },
)
_CONTAINER_INSIGHTS = Namespace(
    title="Amazon CloudWatch User Guide, Amazon ECS Container Insights metrics",
    page="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html",
    metrics={
        name: Published(dimensions=_SERVICE, statistics=_EXTREMES) for name in ("DesiredTaskCount", "RunningTaskCount")
    },
)
_RDS = Namespace(
    title="Amazon RDS User Guide, Amazon CloudWatch metrics for Amazon RDS; Monitoring RDS Proxy metrics with Amazon CloudWatch",
    page="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html",
    metrics={
        "CPUUtilization": Published(dimensions=_INSTANCE, unit=Unit.PERCENT, statistics=_EXTREMES),
        "DatabaseConnections": Published(dimensions=_INSTANCE, statistics=_EXTREMES),
        "FreeableMemory": Published(dimensions=_INSTANCE, unit=Unit.BYTES, statistics=_EXTREMES),
        "FreeStorageSpace": Published(dimensions=_INSTANCE, unit=Unit.BYTES, statistics=_EXTREMES),
        "MaximumUsedTransactionIDs": Published(dimensions=_INSTANCE, statistics=_EXTREMES),
        "OldestReplicationSlotLag": Published(dimensions=_INSTANCE, unit=Unit.BYTES, statistics=_EXTREMES),
        # The console shows milliseconds, CloudWatch has seconds.
        "ReplicaLag": Published(dimensions=_INSTANCE, unit=Unit.SECONDS, statistics=_EXTREMES),
        # rds-proxy.monitoring.html, dimension set 1.
        "DatabaseConnectionsBorrowLatency": Published(
            dimensions=(_set("ProxyName"),), unit=Unit.MICROSECONDS, statistics=_set("Average")
        ),
    },
)
_LAMBDA = Namespace(
    title="AWS Lambda Developer Guide, Types of metrics for Lambda functions",
    page="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
    metrics={"Errors": Published(dimensions=_FUNCTION), "Throttles": Published(dimensions=_FUNCTION)},
)
_SQS = Namespace(
    title="Amazon SQS Developer Guide, Available CloudWatch metrics for Amazon SQS",
    page="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
    metrics={
        # A queue that holds a message is active, and an active queue reports.
        "ApproximateNumberOfMessagesVisible": Published(dimensions=(_set("QueueName"),), statistics=_EXTREMES)
    },
)
_SNS = Namespace(
    title="Amazon SNS Developer Guide, Monitoring Amazon SNS topics using CloudWatch",
    page="https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html",
    metrics={"NumberOfNotificationsFailed": Published(dimensions=(_set("TopicName"),))},
)
_NAT_GATEWAY = Namespace(
    title="Amazon VPC User Guide, NAT gateway metrics and dimensions",
    page="https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html",
    metrics={"ErrorPortAllocation": Published(dimensions=(_set("NatGatewayId"),))},
)
_CERTIFICATES = Namespace(
    title="AWS Certificate Manager User Guide, Supported CloudWatch metrics",
    page="https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html",
    # It ends when the certificate does.
    metrics={
        "DaysToExpiry": Published(dimensions=(_set("CertificateArn"),), unit=Unit.DAYS, statistics=_EXTREMES),
    },
)
_EFS = Namespace(
    title="Amazon EFS User Guide, CloudWatch metrics for Amazon EFS",
    page="https://docs.aws.amazon.com/efs/latest/ug/efs-metrics.html",
    metrics={
        "PercentIOLimit": Published(dimensions=(_set("FileSystemId"),), unit=Unit.PERCENT, statistics=_EXTREMES),
    },
)

METRICS: dict[str, Namespace] = {
    "AWS/ApplicationELB": _APPLICATION_ELB,
    "AWS/ECS": _ECS,
    "ECS/ContainerInsights": _CONTAINER_INSIGHTS,
    "AWS/RDS": _RDS,
    "AWS/Lambda": _LAMBDA,
    "AWS/SQS": _SQS,
    "AWS/SNS": _SNS,
    "AWS/NATGateway": _NAT_GATEWAY,
    "AWS/CertificateManager": _CERTIFICATES,
    "AWS/EFS": _EFS,
}
