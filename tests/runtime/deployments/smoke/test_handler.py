"""The smoke hook from ECS's call to its answer, against a green with real TLS."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.deployments.door import serve
from runtime.deployments.smoke.handler import HOOK, handle
from tests.runtime.conftest import BUCKET
from tests.runtime.deployments.smoke.conftest import Certified
from tests.runtime.deployments.smoke.green import DIGEST, DOMAIN, SECURE, Green, Reply
from tests.runtime.deployments.traffic.stand_ins import (
    BLUE_GROUP,
    GREEN_GROUP,
    TEST_RULE,
    TOPICS,
    Account,
    call,
    context,
    deployment,
    set_environment,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AFTER = call("after-test-shift")
FAILED = f"deployments/jobr/failed/{DIGEST.replace(':', '-')}.json"


@dataclass
class Scene:
    account: Account
    green: Green
    s3: "S3Client"

    def ask(self) -> dict[str, Any]:
        return serve(AFTER, context(), HOOK, self.account.tools(self.s3))

    def verdict(self) -> dict[str, Any]:
        key = "deployments/jobr/9313423515462893900/POST_TEST_TRAFFIC_SHIFT.json"
        document: dict[str, Any] = json.loads(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        return document

    def is_marked_failed(self) -> bool:
        return any(item["Key"] == FAILED for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))


@pytest.fixture
def scene(bucket: "S3Client", certified: Certified, monkeypatch: pytest.MonkeyPatch) -> Scene:
    green = certified.green()
    set_environment(
        monkeypatch,
        LOAD_BALANCER_HOST="127.0.0.1",
        DOMAIN=DOMAIN,
        TEST_PORT=str(green.https_port),
        PLAIN_PORT=str(green.http_port),
        CERTIFICATE_AUTHORITY=certified.authority,
    )
    monkeypatch.setattr("time.sleep", green.pauses.append)
    return Scene(Account(), green, bucket)


def test_a_good_green_goes_on(scene: Scene) -> None:
    assert scene.ask()["hookStatus"] == "SUCCEEDED"
    verdict = scene.verdict()
    assert (verdict["outcome"], verdict["image_digest"], verdict["numbers"]["failed"]) == ("GO", DIGEST, 0)


def test_a_bad_green_stops_explains_itself_and_is_remembered(scene: Scene) -> None:
    scene.green.replies["/ready"] = [Reply(500, SECURE)]
    answer = scene.ask()
    assert answer["hookStatus"] == "FAILED"
    (message,) = scene.account.published
    assert message["TopicArn"] == TOPICS["critical"]
    for said in (
        "STOP on test traffic: jobr in production",
        f"Green ({DIGEST[:19]}) failed 1 of 10 tests on the test listener: readiness.",
        "Blue keeps all traffic.",
        "GET /ready, 3 times, at last: the status is 500, not 200",
        "To mend it: read green's log",
    ):
        assert said in message["Message"], said
    assert scene.is_marked_failed()


def test_a_first_release_that_fails_does_not_speak_of_blue(scene: Scene) -> None:
    scene.account.deployments = [deployment(sourceServiceRevisions=[])]
    scene.green.replies["/ready"] = [Reply(500, SECURE)]
    assert "first release: nothing serves" in scene.ask()["reason"]


def test_a_first_release_that_is_good_goes_on(scene: Scene) -> None:
    scene.account.deployments = [deployment(sourceServiceRevisions=[])]
    assert scene.ask()["hookStatus"] == "SUCCEEDED"


def test_a_listener_with_a_bad_certificate_stops_the_release_and_blames_no_image(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOMAIN", "other.example")
    assert scene.ask()["hookStatus"] == "FAILED"
    assert not scene.is_marked_failed()


def test_a_rule_that_still_leads_to_blue_is_waited_for_and_then_told(scene: Scene) -> None:
    scene.account.weights[TEST_RULE] = {GREEN_GROUP: 0, BLUE_GROUP: 100}
    assert scene.ask() | {"reason": ""} == {"hookStatus": "IN_PROGRESS", "callBackDelay": 5, "reason": ""}
    scene.account.now += timedelta(seconds=60)
    answer = scene.ask()
    assert answer["hookStatus"] == "FAILED"
    assert "so the tests would ask blue" in json.dumps(scene.verdict())
    assert scene.green.asked == []
    assert not scene.is_marked_failed()


def test_an_image_without_a_digest_cannot_be_told_from_another(scene: Scene) -> None:
    scene.account.digest = None
    assert scene.ask()["hookStatus"] == "FAILED"
    assert "repository@sha256" in json.dumps(scene.verdict(), ensure_ascii=False)


def test_the_version_is_the_one_that_the_task_definition_names(scene: Scene) -> None:
    scene.account.image = f"registry.example/jobr@{DIGEST}"
    scene.account.digest = f"sha256:{'c3' * 32}"
    assert scene.ask()["hookStatus"] == "SUCCEEDED"


def test_it_is_tried_once_however_often_ecs_asks(scene: Scene) -> None:
    first = scene.ask()
    asked = len(scene.green.asked)
    assert scene.ask() == first
    assert (len(scene.green.asked), len(scene.account.published)) == (asked, 1)


def test_a_wrong_environment_is_refused_with_every_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch)
    answer = handle(AFTER, context())
    assert answer["hookStatus"] == "FAILED"
    assert "LOAD_BALANCER_HOST is not set" in answer["reason"]
    assert "DOMAIN is not set" in answer["reason"]
