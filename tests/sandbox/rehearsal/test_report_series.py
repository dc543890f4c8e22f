import pytest

from sandbox.rehearsal.report.series import percentile, series, stages, totals, weights
from tests.sandbox.rehearsal.invented import BEGUN, Entry, Request


def test_requests_fall_into_buckets_of_the_clock_counted_from_the_deployments_begin() -> None:
    found = series([Request(97.0), Request(100.0, version="2"), Request(104.9), Request(105.0)], zero=100.0, green="2")
    assert found["bucket_seconds"] == 5
    assert [bucket["second"] for bucket in found["buckets"]] == [-5, 0, 5]
    assert [bucket["by"] for bucket in found["buckets"]] == [
        {"blue": 1, "green": 0, "nobody": 0},
        {"blue": 1, "green": 1, "nobody": 0},
        {"blue": 1, "green": 0, "nobody": 0},
    ]


def test_seconds_without_a_request_have_a_bucket_too_so_that_an_outage_shows() -> None:
    buckets = series([Request(0.0), Request(22.0)], zero=0.0, green="2")["buckets"]
    assert [sum(bucket["by"].values()) for bucket in buckets] == [1, 0, 0, 0, 1]
    assert buckets[1]["p99_seconds"] is None


def test_the_first_and_the_last_bucket_count_only_the_seconds_under_load() -> None:
    buckets = series([Request(second / 10) for second in range(30, 121)], zero=0.0, green="2")["buckets"]
    rates = [sum(bucket["by"].values()) / bucket["seconds"] for bucket in buckets]
    assert rates == pytest.approx([10.0] * len(buckets), rel=0.02), "the load was steady, and no edge says otherwise"


def test_a_long_scenario_has_buckets_of_ten_seconds() -> None:
    found = series([Request(0.0), Request(601.0)], zero=0.0, green="2")
    assert (found["bucket_seconds"], len(found["buckets"])) == (10, 61)


def test_requests_that_come_in_another_order_than_they_were_sent_are_all_counted() -> None:
    found = series([Request(12.0), Request(1.0), Request(7.0)], zero=0.0, green="2")
    assert [sum(bucket["by"].values()) for bucket in found["buckets"]] == [1, 1, 1]


def test_without_requests_there_is_no_bucket() -> None:
    assert series([], zero=0.0, green="2")["buckets"] == []


def test_failures_belong_to_who_answered_and_an_upload_is_no_latency() -> None:
    asked = [Request(0, 500, "2", 0.5), Request(1, 0, "", 0.1), Request(2, seconds=9.0, upload=True)]
    found = totals(asked, green="2")
    assert found["failed_by"] == {"blue": 0, "green": 1, "nobody": 1}
    assert (found["requests"], found["failed"], found["uploads"]) == (3, 2, 1)
    assert found["statuses"] == {"0": 1, "200": 1, "500": 1}
    assert found["p99_seconds"] == 0.5, "the upload's nine seconds are no latency"


@pytest.mark.parametrize(("percent", "expected"), [(50, 5.0), (95, 10.0), (99, 10.0), (10, 1.0)])
def test_a_percentile_is_a_value_that_was_measured(percent: int, expected: float) -> None:
    assert percentile([float(number) for number in range(1, 11)], percent) == expected


def test_a_stage_lasts_until_the_next_and_holds_what_happened_in_it() -> None:
    entries = [
        (0.0, Entry(BEGUN, "SCALE_UP", 0.0, "SCALE_UP begins")),
        (4.0, Entry(BEGUN, "SCALE_UP", 0.0, "healthy")),
        (9.0, Entry(BEGUN, "BAKE_TIME", 100.0, "bakes")),
    ]
    found = stages(entries, -20.0, 30.0)
    assert [(stage["stage"], stage["second"], stage["seconds"]) for stage in found] == [
        ("before the deployment", -20.0, 20.0),
        ("SCALE_UP", 0.0, 9.0),
        ("BAKE_TIME", 9.0, 21.0),
    ]
    assert [event["what"] for event in found[1]["events"]] == ["SCALE_UP begins", "healthy"]


def test_there_is_no_stage_before_the_deployment_where_nothing_was_before() -> None:
    entries = [(0.0, Entry(BEGUN, "SCALE_UP", 0.0, "begins"))]
    assert [stage["stage"] for stage in stages(entries, 0.0, 5.0)] == ["SCALE_UP"]


def test_a_weight_is_told_only_where_it_changes() -> None:
    shares = [(0.0, 0.0), (5.0, 10.0), (6.0, 10.0), (9.0, 0.0)]
    entries = [(second, Entry(BEGUN, "s", share, "w")) for second, share in shares]
    assert weights(entries, -3.0) == [
        {"second": -3.0, "green": 0.0},
        {"second": 5.0, "green": 10.0},
        {"second": 9.0, "green": 0.0},
    ]
