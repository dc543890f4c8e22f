"""The load balancer's own counts, minute by minute, and CloudWatch's metrics out of them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html: names, dimensions and units;
a minute without requests has no data.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.rehearsal.account import Account

NAMESPACE = "AWS/ApplicationELB"
SERVER_ERROR = 500
# Response times are kept with so many digits, so that a minute has few different ones.
DIGITS = 2
# PutMetricData: values of one datum.
VALUES = 150
# 1,000 would be allowed; the embedded cloud answers others sooner with fewer.
DATA = 100


@dataclass
class Minute:
    """What one target group did in a minute. `errors` are its targets' 5xx, `seconds` say how many requests took so long."""

    requests: int = 0
    errors: int = 0
    refused: int = 0
    seconds: Counter[float] = field(default_factory=Counter)
    healthy: Counter[int] = field(default_factory=Counter)
    unhealthy: Counter[int] = field(default_factory=Counter)


class Counters:
    """Counts requests by target group, and those that the load balancer answers itself."""

    def __init__(self, balancer: str, now: Callable[[], datetime]) -> None:
        self._balancer = balancer.partition(":loadbalancer/")[2]
        self._now = now
        self._lock = threading.Lock()
        self._groups: defaultdict[datetime, defaultdict[str, Minute]] = defaultdict(lambda: defaultdict(Minute))
        self._own: defaultdict[datetime, Counter[int]] = defaultdict(Counter)
        self._published: set[datetime] = set()
        self.totals: defaultdict[str, Minute] = defaultdict(Minute)

    def answered(self, group: str, status: int, seconds: float) -> None:
        """A target answered, after seconds of the wall."""
        with self._lock:
            for minute in self._both(group):
                minute.requests += 1
                minute.errors += status >= SERVER_ERROR
                minute.seconds[float(f"{seconds:.{DIGITS}g}")] += 1

    def failed(self, group: str | None, status: int) -> None:
        """The load balancer had to answer for a target, or for a group without one."""
        with self._lock:
            self._own[self._minute()][status] += 1
            # RequestCount is of requests whose target could be chosen.
            if group is not None:
                for minute in self._both(group):
                    minute.requests += 1

    def refused(self, group: str) -> None:
        """A target took no connection; the request's failure is counted by itself."""
        with self._lock:
            for minute in self._both(group):
                minute.refused += 1

    def hosts(self, group: str, states: Iterable[str]) -> None:
        """The states of a group's targets were looked at; a group without targets says nothing."""
        counted = Counter(states)
        if not counted:
            return
        with self._lock:
            minute = self._groups[self._minute()][group]
            minute.healthy[counted["healthy"]] += 1
            minute.unhealthy[counted["unhealthy"]] += 1

    def publish(self, account: Account, *, everything: bool = False) -> None:
        """Put the minutes that are over into CloudWatch; with `everything` the one under way, too."""
        with self._lock:
            current = self._minute()
            due = {*self._groups, *self._own} - self._published - (set() if everything else {current})
            data = [datum for minute in sorted(due) for datum in self._data(minute)]
            self._published |= due
        for first in range(0, len(data), DATA):
            account.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data[first : first + DATA])

    def series(self) -> list[tuple[datetime, dict[str, Minute]]]:
        """Every minute with requests, by target group."""
        with self._lock:
            asked = {
                at: {group: minute for group, minute in groups.items() if minute.requests}
                for at, groups in self._groups.items()
            }
        return [(at, asked[at]) for at in sorted(asked) if asked[at]]

    def _both(self, group: str) -> tuple[Minute, Minute]:
        return self._groups[self._minute()][group], self.totals[group]

    def _minute(self) -> datetime:
        return self._now().replace(second=0, microsecond=0)

    def _data(self, at: datetime) -> Iterator[dict[str, Any]]:
        balancer = [{"Name": "LoadBalancer", "Value": self._balancer}]
        every = Minute()
        for group, minute in self._groups[at].items():
            both = [{"Name": "TargetGroup", "Value": group.rpartition(":")[2]}, *balancer]
            yield from _requests(minute, at, both)
            yield from _distribution("HealthyHostCount", at, both, minute.healthy, "Count")
            yield from _distribution("UnHealthyHostCount", at, both, minute.unhealthy, "Count")
            every.requests += minute.requests
            every.errors += minute.errors
            every.refused += minute.refused
            every.seconds += minute.seconds
        yield from _requests(every, at, balancer)
        own = self._own[at]
        if own:
            yield _datum("HTTPCode_ELB_5XX_Count", at, balancer, Value=own.total(), Unit="Count")
        for status, count in own.items():
            yield _datum(f"HTTPCode_ELB_{status}_Count", at, balancer, Value=count, Unit="Count")


def _requests(minute: Minute, at: datetime, dimensions: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    counts = {
        "RequestCount": minute.requests,
        "HTTPCode_Target_5XX_Count": minute.errors,
        "TargetConnectionErrorCount": minute.refused,
    }
    for name, count in counts.items():
        if count:
            yield _datum(name, at, dimensions, Value=count, Unit="Count")
    yield from _distribution("TargetResponseTime", at, dimensions, minute.seconds, "Seconds")


def _distribution(
    name: str, at: datetime, dimensions: list[dict[str, str]], counted: Counter[Any], unit: str
) -> Iterator[dict[str, Any]]:
    values = sorted(counted)
    for first in range(0, len(values), VALUES):
        part = values[first : first + VALUES]
        counts = [float(counted[value]) for value in part]
        yield _datum(name, at, dimensions, Values=[float(value) for value in part], Counts=counts, Unit=unit)


def _datum(name: str, minute: datetime, dimensions: list[dict[str, str]], **members: Any) -> dict[str, Any]:
    return {"MetricName": name, "Timestamp": minute, "Dimensions": dimensions, **members}
