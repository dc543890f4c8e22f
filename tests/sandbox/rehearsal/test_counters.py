"""What the load balancer counted, as CloudWatch has it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.deployments.traffic.metrics import Measured, request
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.counters import VALUES, Counters
from tests.sandbox.rehearsal.world import World

BEGUN = datetime(2026, 1, 2, 3, 4, 30, tzinfo=UTC)


class Moment:
    """A clock that a test sets."""

    now = BEGUN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def counters(world: World, moment: Moment) -> Counters:
    return Counters(world.balancer, moment)


def read(account: Account, world: World) -> dict[str, list[float]]:
    """What the project's own hook reads of it."""
    start = BEGUN.replace(second=0)
    measured = Measured.by_arn(world.balancer, green=world.groups[1], blue=world.groups[0])
    asked = request(measured, start, start + timedelta(minutes=5))
    found = account.client("cloudwatch").get_metric_data(**asked)["MetricDataResults"]
    return {one["Id"]: one["Values"] for one in found if one["Values"]}


def test_a_minute_is_published_once_it_is_over_and_once_alone(
    counters: Counters, world: World, account: Account, moment: Moment
) -> None:
    blue = world.groups[0]
    for status in (200, 200, 500):
        counters.answered(blue, status, 0.2)
    counters.publish(account)
    assert read(account, world) == {}
    moment.now += timedelta(minutes=1)
    counters.answered(blue, 200, 0.2)
    counters.publish(account)
    counters.publish(account)
    assert read(account, world) == {"blue_requests": [3], "blue_errors": [1], "blue_p95": [0.2]}
    counters.publish(account, everything=True)
    assert read(account, world)["blue_requests"] == [3, 1]


def test_what_the_load_balancer_answered_itself_is_its_own(counters: Counters, world: World, account: Account) -> None:
    counters.failed(world.groups[1], 502)
    counters.refused(world.groups[1])
    counters.failed(None, 503)
    counters.publish(account, everything=True)
    found = read(account, world)
    # The 503 had no target, and is no request of any group.
    assert found == {"green_requests": [1], "balancer_errors": [2], "untargeted": [1]}
    assert total(account, world, "TargetConnectionErrorCount", group=1) == 1


class Noted:
    """An account whose CloudWatch keeps what it is sent: the embedded one's adds a load balancer's groups to its own metrics."""

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []

    def client(self, service: str) -> "Noted":
        assert service == "cloudwatch"
        return self

    def put_metric_data(self, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803  # boto3's
        assert Namespace == "AWS/ApplicationELB"
        self.data += MetricData


def test_the_load_balancer_as_a_whole_has_the_sum_of_its_groups(counters: Counters, world: World) -> None:
    noted: Any = Noted()
    counters.answered(world.groups[0], 200, 0.1)
    counters.answered(world.groups[1], 500, 0.3)
    counters.publish(noted, everything=True)
    whole = {one["MetricName"]: one for one in noted.data if len(one["Dimensions"]) == 1}
    assert (whole["RequestCount"]["Value"], whole["HTTPCode_Target_5XX_Count"]["Value"]) == (2, 1)
    assert whole["TargetResponseTime"]["Values"] == [0.1, 0.3]


def test_more_response_times_than_one_datum_takes_are_all_published(
    counters: Counters, world: World, account: Account
) -> None:
    times = [number * scale for scale in (0.001, 0.1) for number in range(10, 100)]
    assert len(times) > VALUES
    for seconds in times:
        counters.answered(world.groups[0], 200, seconds)
    counters.publish(account, everything=True)
    assert total(account, world, "TargetResponseTime", group=0, statistic="SampleCount") == len(times)


def test_the_health_of_targets_is_counted_where_there_are_some(
    counters: Counters, world: World, account: Account
) -> None:
    counters.hosts(world.groups[0], [])
    counters.hosts(world.groups[1], ["healthy", "healthy", "unhealthy", "initial"])
    counters.hosts(world.groups[1], ["healthy", "unhealthy", "unhealthy", "initial"])
    counters.publish(account, everything=True)
    assert total(account, world, "HealthyHostCount", group=0, statistic="Maximum") is None
    assert total(account, world, "HealthyHostCount", group=1, statistic="Maximum") == 2
    assert total(account, world, "UnHealthyHostCount", group=1, statistic="Maximum") == 2
    assert counters.series() == []


def test_the_series_has_each_minute_with_requests(counters: Counters, world: World, moment: Moment) -> None:
    blue, green = world.groups
    counters.answered(blue, 200, 0.1)
    moment.now += timedelta(minutes=2)
    counters.answered(green, 500, 0.1)
    minutes = counters.series()
    start = BEGUN.replace(second=0)
    assert [at for at, _ in minutes] == [start, start + timedelta(minutes=2)]
    assert [{group: one.errors for group, one in groups.items()} for _, groups in minutes] == [{blue: 0}, {green: 1}]


def total(account: Account, world: World, name: str, group: int | None = None, statistic: str = "Sum") -> float | None:
    dimensions: list[Any] = [{"Name": "LoadBalancer", "Value": world.balancer.partition(":loadbalancer/")[2]}]
    if group is not None:
        dimensions = [{"Name": "TargetGroup", "Value": world.groups[group].rpartition(":")[2]}, *dimensions]
    start = BEGUN.replace(second=0)
    found = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApplicationELB",
        MetricName=name,
        Dimensions=dimensions,
        StartTime=start,
        EndTime=start + timedelta(minutes=5),
        Period=300,
        Statistics=[statistic],
    )["Datapoints"]
    return float(found[0][statistic]) if found else None
