"""What requests meet: errors, slowness, targets. The first list can move a release back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pulumi

from infra.operations.alarms.model import MINUTE, Alarm, Comparison, Group, Metric, Missing, Signal, metric, total
from infra.operations.severity import Severity
from infra.settings import AlarmSettings

BALANCERS = "AWS/ApplicationELB"


@dataclass(frozen=True, kw_only=True)
class WatchedBalancer:
    """A load balancer and its target groups by colour, each by the end of its ARN as CloudWatch's dimensions want it."""

    load_balancer: pulumi.Input[str]
    target_groups: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)

    def counter(self, name: str, statistic: str = "Sum") -> Metric:
        """A metric of the load balancer."""
        return Metric(
            namespace=BALANCERS, name=name, dimensions={"LoadBalancer": self.load_balancer}, statistic=statistic
        )

    def group_counter(self, colour: str, name: str, statistic: str = "Sum") -> Metric:
        """A metric of one target group."""
        dimensions = {"LoadBalancer": self.load_balancer, "TargetGroup": self.target_groups[colour]}
        return Metric(namespace=BALANCERS, name=name, dimensions=dimensions, statistic=statistic)


def release_alarms(balancer: WatchedBalancer, settings: AlarmSettings) -> list[Alarm]:
    """What is asked of a release while it takes the traffic: for all requests, and for each colour alone."""
    alarms = [_error_ratio(balancer, settings), _latency(balancer.counter("TargetResponseTime", "p95"), settings)]
    for colour in balancer.target_groups:
        alarms += [
            _group_error_ratio(balancer, colour, settings),
            replace(
                _latency(balancer.group_counter(colour, "TargetResponseTime", "p95"), settings),
                name=f"latency-high-{colour}",
                severity=Severity.INFORMATION,
                runbook="latency-high",
            ),
            _unhealthy(balancer, colour),
        ]
    return alarms


def request_alarms(balancer: WatchedBalancer) -> list[Alarm]:
    """What is watched beside a release."""
    colours = list(balancer.target_groups)
    healthy = {colour: balancer.group_counter(colour, "HealthyHostCount", "Maximum") for colour in colours}
    return [
        Alarm(
            name="no-healthy-target",
            severity=Severity.CRITICAL,
            group=Group.REQUESTS,
            summary="No target of either colour is healthy: every request fails",
            # The idle colour has no targets, and then no data: a sum over a list leaves it out. Zones count for themselves, and one
            # without a task reports none, hence the maximum.
            signal=Signal(metrics=healthy, expression=total(*colours)),
            comparison=Comparison.BELOW,
            threshold=1,
            periods=2,
            # Both silent: no target is even registered.
            missing=Missing.BAD,
        ),
        Alarm(
            name="connections-rejected",
            severity=Severity.WARNING,
            group=Group.REQUESTS,
            summary="The load balancer rejected connections because it had reached its maximum",
            signal=metric(BALANCERS, "RejectedConnectionCount", LoadBalancer=balancer.load_balancer),
            comparison=Comparison.AT_LEAST,
            threshold=1,
            periods=5,
            datapoints=2,
            missing=Missing.FINE,
        ),
    ]


def _error_ratio(balancer: WatchedBalancer, settings: AlarmSettings) -> Alarm:
    """The targets' 5xx and the load balancer's own, which are the only sign of targets that do not answer at all.

    RequestCount leaves out what found no target (the metric's page), which the load balancer answers with 503: these count among the
    requests as well. Its 502 and 504 had a target and are in RequestCount already.
    """
    metrics = {
        "requests": balancer.counter("RequestCount"),
        "target": balancer.counter("HTTPCode_Target_5XX_Count"),
        "balancer": balancer.counter("HTTPCode_ELB_5XX_Count"),
        "untargeted": balancer.counter("HTTPCode_ELB_503_Count"),
    }
    return Alarm(
        name="error-ratio-high",
        severity=Severity.CRITICAL,
        group=Group.REQUESTS,
        summary=f"More than {settings.error_percent:g} % of requests were answered by 5xx, for two minutes",
        signal=Signal(
            metrics=metrics,
            expression=_ratio(total("target", "balancer"), total("requests", "untargeted"), settings),
        ),
        comparison=Comparison.ABOVE,
        threshold=settings.error_percent,
        periods=2,
        # Nobody asked for anything.
        missing=Missing.FINE,
    )


def _group_error_ratio(balancer: WatchedBalancer, colour: str, settings: AlarmSettings) -> Alarm:
    """The colour's 5xx, and the connections that its targets did not take.

    The load balancer answers those with a 502 of its own, which it counts for no target group.
    """
    metrics = {
        "requests": balancer.group_counter(colour, "RequestCount"),
        "target": balancer.group_counter(colour, "HTTPCode_Target_5XX_Count"),
        "refused": balancer.group_counter(colour, "TargetConnectionErrorCount"),
    }
    return Alarm(
        name=f"error-ratio-high-{colour}",
        # A small part of the traffic cannot move the ratio of all: this one moves the release back, the other wakes people.
        severity=Severity.INFORMATION,
        group=Group.REQUESTS,
        summary=f"More than {settings.error_percent:g} % of what {colour} was asked failed with 5xx, for two minutes",
        signal=Signal(metrics=metrics, expression=_ratio(total("target", "refused"), "requests", settings)),
        comparison=Comparison.ABOVE,
        threshold=settings.error_percent,
        periods=2,
        missing=Missing.FINE,
        runbook="error-ratio-high",
    )


def _ratio(errors: str, requests: str, settings: AlarmSettings) -> str:
    """Percent; below the minimum of requests, out of the minimum: never a division by nothing, no alarm for one failure at night."""
    least = settings.minimum_requests
    return f"100 * {errors} / IF({requests} > {least}, {requests}, {least})"


def _latency(measured: Metric, settings: AlarmSettings) -> Alarm:
    seconds = settings.latency.total_seconds()
    return Alarm(
        name="latency-high",
        severity=Severity.WARNING,
        group=Group.REQUESTS,
        summary=f"5 % of requests took longer than {seconds:g} s, for five minutes",
        signal=Signal(metrics={"value": measured}),
        comparison=Comparison.ABOVE,
        threshold=seconds,
        period=MINUTE,
        periods=5,
        missing=Missing.FINE,
    )


def _unhealthy(balancer: WatchedBalancer, colour: str) -> Alarm:
    return Alarm(
        name=f"unhealthy-targets-{colour}",
        severity=Severity.WARNING,
        group=Group.REQUESTS,
        summary=f"A target of {colour} does not answer its readiness check",
        signal=Signal(metrics={"value": balancer.group_counter(colour, "UnHealthyHostCount", "Maximum")}),
        comparison=Comparison.AT_LEAST,
        threshold=1,
        # A task that starts slowly counts as unhealthy for a while.
        periods=5,
        # The idle colour has no targets.
        missing=Missing.FINE,
        runbook="unhealthy-targets",
    )
