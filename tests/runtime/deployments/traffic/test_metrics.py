"""What is asked of CloudWatch, by AWS's own model, and what is made of its answers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from runtime.common.errors import CloudError
from runtime.deployments.traffic.metrics import Measured, read, request
from tests.infra.operations.aws_metrics import METRICS
from tests.runtime.deployments.traffic.stand_ins import BALANCER, BLUE_GROUP, GREEN_GROUP

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
END = START + timedelta(minutes=3)
MEASURED = Measured.by_arn(BALANCER, GREEN_GROUP, BLUE_GROUP)


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudwatch", region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")


def series(name: str, *points: tuple[int, float], status: str = "Complete") -> dict[str, Any]:
    return {
        "Id": name,
        "StatusCode": status,
        "Timestamps": [START + timedelta(minutes=minute) for minute, _ in points],
        "Values": [value for _, value in points],
    }


def test_arns_become_what_cloudwatch_knows_them_by() -> None:
    assert Measured.by_arn(BALANCER, GREEN_GROUP, BLUE_GROUP) == Measured(
        "app/jobr-alb/50dc6c495c0c9188", "targetgroup/green/1111111111111111", "targetgroup/blue/2222222222222222"
    )


def test_every_counter_is_asked_for_by_the_minute() -> None:
    queries = {query["Id"]: query["MetricStat"] for query in request(MEASURED, START, END)["MetricDataQueries"]}
    assert sorted(queries) == sorted(
        [
            *("green_requests", "green_errors", "green_p95", "blue_requests", "blue_errors", "blue_p95"),
            *("balancer_errors", "untargeted"),
        ]
    )
    assert {query["Period"] for query in queries.values()} == {60}
    assert queries["green_p95"]["Stat"] == "p95"
    assert queries["green_requests"]["Metric"]["Dimensions"] == [
        {"Name": "TargetGroup", "Value": "targetgroup/green/1111111111111111"},
        {"Name": "LoadBalancer", "Value": "app/jobr-alb/50dc6c495c0c9188"},
    ]


def test_every_metric_is_one_that_aws_has_with_these_dimensions() -> None:
    for query in request(MEASURED, START, END)["MetricDataQueries"]:
        metric = query["MetricStat"]["Metric"]
        known = METRICS[metric["Namespace"]].metrics[metric["MetricName"]]
        names = frozenset(one["Name"] for one in metric["Dimensions"])
        assert names in known.dimensions, metric["MetricName"]
        assert query["MetricStat"]["Stat"] in known.statistics, metric["MetricName"]


def test_a_silent_minute_is_zero_and_a_silent_percentile_is_unknown(client: Any) -> None:
    with Stubber(client) as stub:
        answer = {"MetricDataResults": [series("green_requests", (1, 600.0)), series("green_p95", (1, 0.125))]}
        stub.add_response("get_metric_data", answer, request(MEASURED, START, END))
        first, second, third = read(client, MEASURED, START, END)
    assert (first.green.requests, first.green.p95, first.balancer_errors) == (Decimal(0), None, Decimal(0))
    assert (second.green.requests, second.green.p95) == (Decimal(600), Decimal("0.125"))
    assert third.start == START + timedelta(minutes=2)


def test_a_value_is_the_decimal_that_cloudwatch_wrote(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": [series("blue_p95", (0, 0.1))]})
        (minute, *_) = read(client, MEASURED, START, END)
    assert minute.blue.p95 == Decimal("0.1")


def test_an_answer_in_pages_is_put_together(client: Any) -> None:
    with Stubber(client) as stub:
        first = {"MetricDataResults": [series("blue_requests", (0, 1.0), status="PartialData")], "NextToken": "more"}
        stub.add_response("get_metric_data", first, request(MEASURED, START, END))
        second = {"MetricDataResults": [series("blue_requests", (1, 2.0))]}
        stub.add_response("get_metric_data", second, {**request(MEASURED, START, END), "NextToken": "more"})
        counted = read(client, MEASURED, START, END)
        stub.assert_no_pending_responses()
    assert [minute.blue.requests for minute in counted] == [1, 2, 0]


@pytest.mark.parametrize("status", ["InternalError", "Forbidden", "PartialData"])
def test_an_answer_that_stays_incomplete_is_no_zero(client: Any, status: str) -> None:
    with Stubber(client) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": [series("green_errors", status=status)]})
        with pytest.raises(CloudError, match=f"no complete answer for green_errors \\({status}\\)"):
            read(client, MEASURED, START, END)


def test_a_refusal_names_the_right_that_is_missing(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("get_metric_data", "AccessDenied")
        with pytest.raises(CloudError, match="lacks GetMetricData"):
            read(client, MEASURED, START, END)


def test_no_time_is_no_minute(client: Any) -> None:
    assert read(client, MEASURED, START, START) == ()
