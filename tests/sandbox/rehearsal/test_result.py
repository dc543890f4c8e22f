"""What did not come of a scenario is said, each as a sentence with its numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.rehearsal.journal import Entry
from sandbox.rehearsal.load import Request
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.result import Result
from sandbox.rehearsal.scenarios import Expected, Scenario

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PACE = Pace(MOMENT, 1000.0, 10.0)
BLUE, GREEN = "sha256:blue", "sha256:green"


def expecting(**expected: Any) -> Scenario:
    return Scenario(
        what="a test",
        configuration={"strategy": "BLUE_GREEN"},
        expect=Expected(**{"status": "SUCCESSFUL", **expected}),
    )


def request(second: float, version: str = GREEN, status: int = 200) -> Request:
    return Request(sent=1000.0 + second, status=status, version=version, seconds=0.01 * second, upload=False)


GOOD = Result(
    name="test",
    scenario=expecting(),
    pace=PACE,
    begun=1010.0,
    walked=("SUCCESSFUL",),
    reason="green is the production revision",
    entries=(Entry(MOMENT + timedelta(seconds=20), "PRODUCTION_TRAFFIC_SHIFT", 100.0, "begins", shifted=True),),
    requests=tuple(request(second, BLUE if second < 21 else GREEN) for second in range(60)),
    late=0,
    minutes=(),
    groups=("a", "b"),
    versions=(BLUE, GREEN),
    verdicts=({"outcome": "GO", "decided": (MOMENT + timedelta(seconds=50)).isoformat(), "summary": "Green is good"},),
    notices=(),
    shares=(100.0,),
    left=(),
)
STOP = {"outcome": "STOP", "summary": "Green failed", "decided": (MOMENT + timedelta(seconds=221)).isoformat()}


def test_a_good_one_misses_nothing() -> None:
    assert GOOD.misses == []


@pytest.mark.parametrize(
    ("expected", "changes", "sentence"),
    [
        ({}, {"walked": ("SUCCESSFUL", "STOPPED")}, "it ended as STOPPED, not as SUCCESSFUL"),
        ({"failed": 0}, {"requests": (*GOOD.requests, request(70, "", 503))}, "1 requests failed, where at most 0"),
        ({"green": 10}, {}, "39 production requests were answered by green, where at most 10"),
        ({"left": 0}, {"left": ("a target",)}, "1 targets left the load balancer"),
        ({"requests": 61}, {}, "60 requests were sent, where at least 61"),
        ({}, {"requests": ()}, "no request was sent"),
        ({}, {"requests": (request(1, BLUE),)}, "green answered no production request"),
        ({"shares": (25.0, 100.0)}, {}, "green's shares were [100.0], not [25.0, 100.0]"),
        ({"said": "OpenAI"}, {}, "no verdict says 'OpenAI'"),
        ({"told": True}, {}, "nobody was told"),
        ({"status": "ROLLBACK_SUCCESSFUL"}, {"walked": ("ROLLBACK_SUCCESSFUL",)}, "no verdict explains why"),
        ({}, {"printed": (1, "error: something")}, "`pulumi up` ended with 1: error: something"),
        ({"up": "was not kept"}, {"printed": (1, "error")}, "`pulumi up` does not say 'was not kept'"),
        ({"up": "was not kept"}, {"printed": (0, "was not kept")}, "`pulumi up` ended with 0"),
        ({}, {"problems": ("the weights moved",)}, "the weights moved"),
        ({"burn": 60}, {}, "the verdict came None seconds"),
    ],
)
def test_what_is_missed_is_said(expected: dict[str, Any], changes: dict[str, Any], sentence: str) -> None:
    result = replace(GOOD, scenario=expecting(**expected), **changes)
    assert any(sentence in miss for miss in result.misses), result.misses


def test_a_slow_burn_is_measured_beyond_the_metrics_own_delay() -> None:
    burnt = replace(GOOD, verdicts=(STOP,), metrics_delay=120.0)
    # Green's first request is at second 21 of a minute, the verdict 200 s later: 39 s to the minute's end, then 120 s.
    assert burnt.measures["seconds of the clock from green's first request to the verdict"] == 200
    assert burnt.measures["seconds of these beyond the metrics' own delay"] == pytest.approx(200 - 39 - 120)


def test_requests_that_failed_until_the_verdict_are_counted() -> None:
    failed = (request(30, GREEN, 500), request(220, "", 503), request(222, GREEN, 500))
    burnt = replace(GOOD, verdicts=(STOP,), requests=(*GOOD.requests, *failed))
    assert burnt.measures["requests that failed from green's first to the verdict"] == 2
    assert GOOD.measures["requests that failed from green's first to the verdict"] is None


def test_percentiles_are_of_before_and_of_the_minute_of_the_shift() -> None:
    assert GOOD.measures["p99 before the deployment"] == pytest.approx(0.09)
    assert GOOD.measures["p99 in the minute of the shift"] == pytest.approx(0.59)
