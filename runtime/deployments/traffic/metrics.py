"""The load balancer's counters from CloudWatch, one value per minute.

Names, dimensions and statistics: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from runtime.common.aws import cloud_errors
from runtime.common.errors import CloudError
from runtime.deployments.traffic.series import ZERO, Counted, Group
from runtime.deployments.traffic.window import MINUTE, minute_of

NAMESPACE = "AWS/ApplicationELB"
PERIOD_SECONDS = 60
COLOURS = ("green", "blue")
# By the part of a query's id that stands for it: metric and statistic of a target group, and of the load balancer as a whole.
GROUP_METRICS = {
    "requests": ("RequestCount", "Sum"),
    "errors": ("HTTPCode_Target_5XX_Count", "Sum"),
    "p95": ("TargetResponseTime", "p95"),
}
BALANCER_METRICS = {
    "balancer_errors": ("HTTPCode_ELB_5XX_Count", "Sum"),
    "untargeted": ("HTTPCode_ELB_503_Count", "Sum"),
}
INCOMPLETE = "PartialData"
Values = dict[str, dict[datetime, Decimal]]


@dataclass(frozen=True)
class Measured:
    """What is measured, each by the end of its ARN, as CloudWatch's dimensions want it."""

    balancer: str
    green: str
    blue: str

    @classmethod
    def by_arn(cls, balancer: str, green: str, blue: str) -> "Measured":
        """The same by whole ARNs: `…:loadbalancer/app/name/id` is known as `app/name/id`, `…:targetgroup/…` as it stands."""
        return cls(balancer.partition(":loadbalancer/")[2], _last(green), _last(blue))


def request(measured: Measured, start: datetime, end: datetime) -> dict[str, Any]:
    """The arguments of GetMetricData for every minute from `start` to before `end`."""
    balancer = {"LoadBalancer": measured.balancer}
    queries = [_query(name, BALANCER_METRICS[name], balancer) for name in BALANCER_METRICS]
    for colour in COLOURS:
        group = {"TargetGroup": getattr(measured, colour), **balancer}
        queries += [_query(f"{colour}_{name}", GROUP_METRICS[name], group) for name in GROUP_METRICS]
    return {
        "MetricDataQueries": queries,
        "StartTime": minute_of(start),
        "EndTime": minute_of(end),
        "ScanBy": "TimestampAscending",
    }


def read(client: Any, measured: Measured, start: datetime, end: datetime) -> tuple[Counted, ...]:
    """Every minute from `start` to before `end`, the silent ones as zeros. Raises CloudError."""
    if minute_of(start) >= minute_of(end):
        return ()
    values: Values = {}
    for page in _pages(client, request(measured, start, end)):
        _collect(page, values)
    minutes = []
    minute = minute_of(start)
    while minute < minute_of(end):
        minutes.append(_counted(minute, values))
        minute += MINUTE
    return tuple(minutes)


def _pages(client: Any, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while not pages or token:
        with cloud_errors("read the load balancer's metrics"):
            pages.append(client.get_metric_data(**arguments, **token))
        token = {"NextToken": pages[-1]["NextToken"]} if pages[-1].get("NextToken") else {}
    return pages


def _collect(page: Mapping[str, Any], values: Values) -> None:
    for result in page["MetricDataResults"]:
        status = result.get("StatusCode", "Complete")
        # PartialData goes on at the next page; the others mean that this metric cannot be had.
        if status not in {"Complete", INCOMPLETE} or (status == INCOMPLETE and not page.get("NextToken")):
            raise CloudError(f"CloudWatch has no complete answer for {result['Id']} ({status}): deploy again.")
        points = zip(result["Timestamps"], result["Values"], strict=True)
        # A float's own text is the number that CloudWatch sent; its binary value is not.
        found = {moment.astimezone(UTC): Decimal(str(value)) for moment, value in points}
        values.setdefault(result["Id"], {}).update(found)


def _counted(minute: datetime, values: Values) -> Counted:
    def value(name: str) -> Decimal | None:
        return values.get(name, {}).get(minute)

    groups = {
        colour: Group(
            requests=value(f"{colour}_requests") or ZERO,
            errors=value(f"{colour}_errors") or ZERO,
            p95=value(f"{colour}_p95"),
        )
        for colour in COLOURS
    }
    return Counted(
        start=minute,
        balancer_errors=value("balancer_errors") or ZERO,
        untargeted=value("untargeted") or ZERO,
        **groups,
    )


def _query(name: str, measured: tuple[str, str], dimensions: Mapping[str, str]) -> dict[str, Any]:
    metric, statistic = measured
    return {
        "Id": name,
        "ReturnData": True,
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": metric,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            "Period": PERIOD_SECONDS,
            "Stat": statistic,
        },
    }


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]
