"""The traffic hook from ECS's call to its answer: a whole deployment in minutes that the test lets pass."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.deployments.door import serve
from runtime.deployments.traffic.handler import HOOK, handle
from tests.runtime.conftest import BUCKET
from tests.runtime.deployments.traffic.stand_ins import (
    BALANCER,
    BLUE_GROUP,
    DIGEST,
    GREEN_GROUP,
    NOON,
    PRODUCTION_RULE,
    TOPICS,
    Account,
    call,
    context,
    deployment,
    refused,
    set_environment,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AFTER = call("after-production-shift")
MINUTE = timedelta(minutes=1)
SHIFT = NOON.replace(second=0)
FOLDER = "deployments/jobr/9313423515462893900"


@dataclass
class Scene:
    """An account, and the answers that the hook gave so far."""

    account: Account
    s3: "S3Client"

    def ask(self, event: dict[str, Any] = AFTER) -> dict[str, Any]:
        return serve(event, context(), HOOK, self.account.tools(self.s3))

    def walk(self, event: dict[str, Any] = AFTER) -> tuple[dict[str, Any], timedelta]:
        """Call as ECS does until the hook has decided: its answer, and how long that took."""
        begun = self.account.now
        for _ in range(100):
            answer = self.ask(event)
            if answer["hookStatus"] != "IN_PROGRESS":
                return answer, self.account.now - begun
            self.account.now += timedelta(seconds=answer["callBackDelay"])
        raise AssertionError("the hook never decides")

    def verdict(self, name: str = "POST_PRODUCTION_TRAFFIC_SHIFT") -> dict[str, Any]:
        body = self.s3.get_object(Bucket=BUCKET, Key=f"{FOLDER}/{name}.json")["Body"].read()
        document: dict[str, Any] = json.loads(body)
        return document

    def traffic(self, requests: int = 6000, errors: int = 0, p95: float = 0.1, minutes: int = 40) -> None:
        for number in range(minutes):
            self.account.serve(GREEN_GROUP, SHIFT + number * MINUTE, requests, errors, p95)


@pytest.fixture
def scene(bucket: "S3Client", monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_environment(monkeypatch)
    account = Account()
    for number in range(1, 16):
        account.serve(BLUE_GROUP, SHIFT - (number + 1) * MINUTE, 6000, 1)
    return Scene(account, bucket)


def test_a_good_release_is_watched_for_five_minutes_and_let_go(scene: Scene) -> None:
    scene.traffic()
    answer, took = scene.walk()
    assert answer["hookStatus"] == "SUCCEEDED"
    # The rest of the shift's minute, five whole ones, and two until the last one is complete.
    assert took == timedelta(minutes=8) - timedelta(seconds=30)
    verdict = scene.verdict()
    assert (verdict["outcome"], verdict["image_digest"]) == ("GO", DIGEST)
    assert verdict["numbers"]["green_requests"] == 36_000
    assert [message["TopicArn"] for message in scene.account.published] == [TOPICS["information"]]


@pytest.mark.parametrize("second", [0, 1, 30, 59])
def test_a_slow_burn_is_stopped_a_minute_after_the_metrics_can_show_it(scene: Scene, second: int) -> None:
    scene.account.now = NOON.replace(second=second)
    for number in range(10):
        share = 60 - second if number == 0 else 60
        scene.account.serve(GREEN_GROUP, SHIFT + number * MINUTE, 100 * share, 2 * share)
    answer, took = scene.walk()
    assert answer["hookStatus"] == "FAILED"
    # To a minute's end, and until CloudWatch has it.
    delay = timedelta(seconds=60 + 120)
    assert took <= delay + timedelta(seconds=60)
    assert scene.verdict()["blames_image"]
    assert scene.verdict()["numbers"]["failed_requests_so_far"] > 0


def test_a_stop_explains_itself_to_a_person_who_was_asleep(scene: Scene) -> None:
    scene.traffic(errors=120)
    scene.walk()
    (message,) = scene.account.published
    assert message["TopicArn"] == TOPICS["critical"]
    for said in (
        "STOP on production traffic: jobr in production",
        "2 % of 6,000 requests to green failed in 1 minute from 12:00 UTC; the limit is 1 %",
        "ECS moves all traffic back to blue",
        "120 by the application, 0 by the load balancer",
        "blue before the shift: 0.02 %",
        "To mend it: read green's log in the group of the application from 12:00 to 12:06 UTC",
        f"s3://{BUCKET}/{FOLDER}/POST_PRODUCTION_TRAFFIC_SHIFT.json",
        DIGEST,
    ):
        assert said in message["Message"], said


def test_a_release_that_is_only_slow_goes_back(scene: Scene) -> None:
    scene.traffic(p95=0.8)
    answer, _ = scene.walk()
    assert answer["hookStatus"] == "FAILED"
    assert "Green is slow: in 3 minutes its p95 was above 500 ms; blue's was 100 ms" in scene.verdict()["summary"]


def test_targets_that_do_not_answer_at_all_are_seen_by_the_load_balancers_own_errors(scene: Scene) -> None:
    for number in range(10):
        minute = SHIFT + number * MINUTE
        scene.account.count("HTTPCode_ELB_5XX_Count", BALANCER, minute, 6000)
        scene.account.count("HTTPCode_ELB_503_Count", BALANCER, minute, 6000)
    answer, _ = scene.walk()
    assert answer["hookStatus"] == "FAILED"
    assert "the load balancer made most of them" in json.dumps(scene.verdict()["findings"])


def test_a_blue_that_failed_as_much_before_blames_no_image(scene: Scene) -> None:
    for number in range(1, 16):
        scene.account.serve(BLUE_GROUP, SHIFT - (number + 1) * MINUTE, 6000, 200)
    scene.traffic(errors=200)
    scene.walk()
    assert not scene.verdict()["blames_image"]
    assert "look outside the release first" in json.dumps(scene.verdict()["findings"])


@pytest.mark.parametrize(
    ("setting", "status", "minutes"),
    [("continue", "SUCCEEDED", 8), ("rollback", "FAILED", 8), ("extend", "FAILED", 32)],
)
def test_a_quiet_night_is_inconclusive_and_a_setting_says_what_then(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, setting: str, status: str, minutes: int
) -> None:
    set_environment(monkeypatch, WHEN_INCONCLUSIVE=setting)
    scene.traffic(requests=2)
    answer, took = scene.walk()
    assert answer["hookStatus"] == status
    assert took == timedelta(minutes=minutes) - timedelta(seconds=30)
    assert scene.verdict()["outcome"] == "INCONCLUSIVE"
    assert not scene.verdict()["blames_image"]
    assert [message["TopicArn"] for message in scene.account.published] == [TOPICS["warning"]]


def test_an_extended_night_ends_when_enough_people_asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, WHEN_INCONCLUSIVE="extend")
    scene.traffic(requests=10)
    answer, took = scene.walk()
    assert answer["hookStatus"] == "SUCCEEDED"
    assert took == timedelta(minutes=12) - timedelta(seconds=30)


def test_the_first_release_has_nothing_to_be_compared_with(scene: Scene) -> None:
    scene.account.deployments = [deployment(sourceServiceRevisions=[])]
    answer, took = scene.walk()
    assert (answer["hookStatus"], took) == ("SUCCEEDED", timedelta(0))
    assert scene.account.cloudwatch.calls == []


def test_the_way_back_is_not_held_up(scene: Scene) -> None:
    assert scene.ask(call("production-back"))["hookStatus"] == "SUCCEEDED"
    assert scene.account.ecs.calls == []


def test_a_canarys_first_step_is_judged_by_what_it_alone_met(scene: Scene) -> None:
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 10, BLUE_GROUP: 90}
    for number in range(10):
        scene.account.serve(GREEN_GROUP, SHIFT + number * MINUTE, 600, 60)
        scene.account.serve(BLUE_GROUP, SHIFT + number * MINUTE, 5400, 0)
    answer, _ = scene.walk(call("production-step"))
    assert answer["hookStatus"] == "FAILED"
    assert scene.verdict("PRODUCTION_TRAFFIC_SHIFT-10")["numbers"]["green_share_percent"] == 10


def test_a_canary_does_not_answer_for_blues_usual_errors(scene: Scene) -> None:
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 10, BLUE_GROUP: 90}
    for number in range(-16, 10):
        scene.account.count("HTTPCode_ELB_5XX_Count", BALANCER, SHIFT + number * MINUTE, 40)
        if number >= 0:
            scene.account.serve(GREEN_GROUP, SHIFT + number * MINUTE, 600)
            scene.account.serve(BLUE_GROUP, SHIFT + number * MINUTE, 5400)
    answer, _ = scene.walk(call("production-step"))
    assert answer["hookStatus"] == "SUCCEEDED"


def test_before_the_next_step_the_time_that_it_baked_is_judged_at_once(scene: Scene) -> None:
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 10, BLUE_GROUP: 90}
    for number in range(-10, 0):
        scene.account.serve(GREEN_GROUP, SHIFT + number * MINUTE, 600)
        scene.account.serve(BLUE_GROUP, SHIFT + number * MINUTE, 5400)
    answer, took = scene.walk(call("before-second-shift"))
    assert answer["hookStatus"] == "SUCCEEDED"
    assert took < 2 * MINUTE
    assert scene.verdict("PRE_PRODUCTION_TRAFFIC_SHIFT-10")["numbers"]["green_requests"] == 3600


@pytest.mark.parametrize(
    ("payload", "why"),
    [("before-production-shift", "No production traffic"), ("production-shift", "The last shift is judged at POST_")],
)
def test_what_is_judged_elsewhere_is_let_go_at_once(scene: Scene, payload: str, why: str) -> None:
    answer = scene.ask(call(payload))
    assert answer["hookStatus"] == "SUCCEEDED"
    assert answer["reason"].startswith(why)
    assert scene.account.cloudwatch.calls == []


def test_a_rule_that_does_not_show_the_shift_is_waited_for(scene: Scene) -> None:
    scene.traffic()
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 0, BLUE_GROUP: 100}
    assert scene.ask()["callBackDelay"] == 5
    scene.account.now += timedelta(seconds=5)
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 100, BLUE_GROUP: 0}
    assert scene.walk()[0]["hookStatus"] == "SUCCEEDED"


def test_a_rule_that_somebody_else_moved_stops_the_deployment_before_blue_is_removed(scene: Scene) -> None:
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 0, BLUE_GROUP: 100}
    answer, took = scene.walk()
    assert (answer["hookStatus"], took) == ("FAILED", timedelta(seconds=60))
    assert "Going on would stop blue" in answer["reason"]
    assert not scene.verdict()["blames_image"]


def test_a_step_that_waits_for_the_hook_itself_is_let_go(scene: Scene) -> None:
    scene.account.weights[PRODUCTION_RULE] = {GREEN_GROUP: 0, BLUE_GROUP: 100}
    answer, took = scene.walk(call("production-step"))
    assert (answer["hookStatus"], took) == ("SUCCEEDED", timedelta(seconds=60))


def test_a_hook_that_is_called_twice_answers_the_same_and_tells_once(scene: Scene) -> None:
    scene.traffic(errors=120)
    first, _ = scene.walk()
    for number in range(10):
        scene.account.serve(GREEN_GROUP, SHIFT + number * MINUTE, 6000, 0)
    assert scene.ask() == first
    assert len(scene.account.published) == 1


def test_a_metric_that_cannot_be_read_stops_the_deployment_and_says_why(scene: Scene) -> None:
    scene.account.failing["get_metric_data"] = refused("AccessDenied", "GetMetricData")
    answer = scene.ask()
    assert answer["hookStatus"] == "FAILED"
    assert "the function's role lacks GetMetricData" in answer["reason"]
    assert scene.verdict()["outcome"] == "STOP"
    assert not scene.verdict()["blames_image"]


def test_the_door_refuses_what_is_no_call_of_ecs() -> None:
    assert handle({}, context())["hookStatus"] == "FAILED"


def test_a_window_without_a_request_begins_with_the_first_call(scene: Scene) -> None:
    answer, took = scene.walk()
    assert (answer["hookStatus"], took) == ("SUCCEEDED", timedelta(minutes=8) - timedelta(seconds=30))
    assert scene.verdict()["numbers"]["window_start"] == datetime.isoformat(SHIFT)
