from dataclasses import replace
from typing import Any

import pytest

from runtime.wal.settings import WalSettings
from tools.costs.bill import ARCHIVER, IDLE_SECONDS, WRITING_SECONDS, Bill, Line
from tools.costs.prices import HOURS, Price, UnknownPriceError, prices, usage
from tools.declared import STACKS, Declaration, Declared, declare

USED = dict.fromkeys(usage()["production"], 0.0)


def _declared(type_: str, **inputs: Any) -> Declared:
    return Declared(type=type_, name="it", urn="urn", inputs=inputs, parent="", dependencies=frozenset())


def _bill(*resources: Declared, **used: float) -> list[Line]:
    return Bill(Declaration("production", list(resources)), {**USED, **used}, prices()).lines()


def test_an_hourly_price_counts_every_hour_of_the_month() -> None:
    price = Price(key="x", per="hour", usd=0.5, page="p", what="w")
    assert Line(service="S", what="w", quantity=3, price=price).usd == 3 * 0.5 * HOURS


def test_a_standby_doubles_instance_and_storage_and_a_replica_has_the_primarys_storage() -> None:
    primary = _declared("aws:rds/instance:Instance", instanceClass="db.m7g.large", multiAz=True, allocatedStorage=100)
    replica = _declared("aws:rds/instance:Instance", instanceClass="db.m7g.large", replicateSourceDb="it")
    quantities = {line.what: line.quantity for line in _bill(primary, replica)}
    assert quantities == {
        "db.m7g.large, primary and standby": 2,
        "storage of primary and standby, GB": 200,
        "db.m7g.large, replica": 1,
        "storage of replica, GB": 100,
    }


def test_a_class_without_a_price_is_an_error_that_says_where_it_belongs() -> None:
    instance = _declared("aws:rds/instance:Instance", instanceClass="db.r9z.large", allocatedStorage=20)
    with pytest.raises(UnknownPriceError, match=r"prices\.toml has no \[hour\] price of db\.r9z\.large"):
        _bill(instance)


def test_an_alarm_costs_as_many_metrics_as_its_expression_reads() -> None:
    queries = [{"id": "ratio", "expression": "a/b"}, {"id": "a", "metric": {}}, {"id": "b", "metric": {}}]
    alarm = _declared("aws:cloudwatch/metricAlarm:MetricAlarm", metricQueries=queries)
    plain = _declared("aws:cloudwatch/metricAlarm:MetricAlarm", metricName="Errors")
    (line,) = _bill(alarm, plain)
    assert line.quantity == 3


def test_the_first_hundred_gigabytes_to_the_internet_are_free() -> None:
    assert _bill(internet_gb=100) == []
    (line,) = _bill(internet_gb=130)
    assert line.quantity == 30


def test_the_autoscalers_least_is_the_floor_of_the_tasks() -> None:
    task = _declared(
        "aws:ecs/taskDefinition:TaskDefinition",
        cpu="2048",
        memory="4096",
        runtimePlatform={"cpuArchitecture": "ARM64"},
    )
    target = _declared("aws:appautoscaling/target:Target", minCapacity=4)
    vcpus, gib = _bill(task, target, average_tasks=2)
    assert (vcpus.quantity, gib.quantity) == (8, 16)


def test_a_service_that_nothing_scales_has_the_tasks_that_it_asks_for() -> None:
    task = replace(
        _declared(
            "aws:ecs/taskDefinition:TaskDefinition",
            cpu="512",
            memory="1024",
            runtimePlatform={"cpuArchitecture": "ARM64"},
        ),
        name="jobr-production-wal-archive",
    )
    service = _declared(
        "aws:ecs/service:Service",
        taskDefinition="arn:aws:x:task-definition:jobr-production-wal-archive",
        desiredCount=1,
    )
    target = _declared("aws:appautoscaling/target:Target", minCapacity=4, resourceId="service/cluster/another")
    found = {line.what: line.quantity for line in _bill(task, service, target, average_tasks=5)}
    assert found == {"vCPUs of wal archive": 0.5, "GB of wal archive": 1}


@pytest.mark.parametrize(("busy", "millions"), [(0, 0.0876), (50, 1.3578), (100, 2.628)])
def test_the_archive_puts_a_segment_a_second_while_somebody_writes_and_two_a_minute_otherwise(
    busy: float, millions: float
) -> None:
    (line,) = _bill(_declared(ARCHIVER), archive_busy_percent=busy)
    assert line.quantity == pytest.approx(millions)
    assert line.price.usd == 5


def test_the_bills_pace_is_the_archivers_own() -> None:
    fields = WalSettings.model_fields
    assert (fields["wal_seconds"].default, fields["wal_idle_seconds"].default) == (WRITING_SECONDS, IDLE_SECONDS)


def test_every_price_names_its_page() -> None:
    assert all(price.page.startswith("aws.amazon.com/") and price.usd > 0 for price in prices().all())


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_has_a_bill(stack: str) -> None:
    lines = Bill(declare(stack), usage()[stack], prices()).lines()
    assert {"RDS", "Fargate", "Load balancing", "Network", "KMS", "Secrets Manager"} <= {line.service for line in lines}
