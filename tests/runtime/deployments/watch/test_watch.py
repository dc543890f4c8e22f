"""The watch, from what wakes it to what people read; ECS is a stand-in that is held to AWS's model, the records lie in moto's S3."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.common.errors import CloudError, OperationError, SettingsError, UnexpectedError
from runtime.deployments.records import Records
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Finding, Level, Outcome, Verdict
from runtime.deployments.watch.handler import handle, run
from tests.docs.aws_cli import commands, problems
from tests.runtime.conftest import BUCKET, KEY
from tests.runtime.deployments.traffic.stand_ins import (
    DEPLOYMENT,
    DIGEST,
    NOON,
    SERVICE,
    TOPICS,
    Account,
    context,
    deployment,
    refused,
    set_environment,
)
from tools.documents.stages import facts

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DETAIL = facts()["events"]["ECS Deployment State Change"]["detail"]
EVENT = {"source": "aws.ecs", "detail-type": "ECS Deployment State Change", "resources": [SERVICE], "detail": DETAIL}
REVISION = "9313423515462893900"
MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    account: Account
    s3: "S3Client"

    @property
    def records(self) -> Records:
        return Records(self.s3, BUCKET, KEY)

    def look(self, event: object = EVENT) -> list[str]:
        done: list[str] = run(event, context(), self.account.tools(self.s3))["done"]
        return done

    def decided(self, stage: Stage, outcome: Outcome, moment: datetime = NOON, **members: Any) -> None:
        """A hook's verdict, kept as the door keeps it."""
        verdict = Verdict(
            environment="production",
            service="jobr",
            deployment=DEPLOYMENT,
            revision=REVISION,
            image_digest=DIGEST,
            stage=stage,
            outcome=outcome,
            started=moment - MINUTE,
            decided=moment,
            **{"summary": f"what {stage} saw", **members},
        )
        self.records.put(verdict)

    def told(self) -> list[tuple[str, str]]:
        """Topic and subject of everything that was published."""
        names = {arn: name for name, arn in TOPICS.items()}
        return [(names[message["TopicArn"]], message["Subject"]) for message in self.account.published]

    def becomes(self, status: str, **members: Any) -> None:
        ended = {"finishedAt": self.account.now} if status.endswith(("SUCCESSFUL", "FAILED", "STOPPED")) else {}
        self.account.deployments[0].update({"status": status, **ended, **members})


@pytest.fixture
def scene(bucket: "S3Client", monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_environment(monkeypatch, SERVICE_ARN=SERVICE)
    return Scene(Account(), bucket)


def scaling(scene: Scene, minutes: int) -> None:
    """Green's tasks have been starting for so long since the gate let them."""
    scene.becomes("IN_PROGRESS", lifecycleStage="SCALE_UP")
    scene.decided(Stage.PRE_SCALE_UP, Outcome.GO, scene.account.now - minutes * MINUTE)


def test_a_deployment_that_goes_well_is_nobodys_news(scene: Scene) -> None:
    scene.becomes("IN_PROGRESS", lifecycleStage="BAKE_TIME")
    assert scene.look() == []
    scene.becomes("SUCCESSFUL")
    assert scene.look() == []
    assert scene.told() == []


def test_a_green_that_does_not_become_healthy_is_given_up_at_the_deadline_and_not_before(scene: Scene) -> None:
    scaling(scene, 14)
    assert scene.look() == []
    scene.account.now += MINUTE
    assert scene.look() == [f"rolled back {DEPLOYMENT}: green not healthy after 15 minutes"]
    assert (
        "stop_service_deployment",
        {"serviceDeploymentArn": DEPLOYMENT, "stopType": "ROLLBACK"},
    ) in scene.account.ecs.calls


def test_what_the_gate_and_migrations_took_is_not_held_against_green(scene: Scene) -> None:
    scene.becomes("IN_PROGRESS", lifecycleStage="SCALE_UP", startedAt=NOON - timedelta(hours=5))
    scene.decided(Stage.PRE_SCALE_UP, Outcome.GO, NOON - MINUTE)
    assert scene.look() == []


def test_without_a_record_of_the_gate_the_deployments_beginning_counts(scene: Scene) -> None:
    scene.becomes("IN_PROGRESS", lifecycleStage="SCALE_UP", startedAt=NOON - 16 * MINUTE)
    assert len(scene.look()) == 1


def test_a_record_of_an_earlier_deployment_of_the_same_revision_does_not_count(scene: Scene) -> None:
    scene.becomes("IN_PROGRESS", lifecycleStage="SCALE_UP", startedAt=NOON - MINUTE)
    scene.decided(Stage.PRE_SCALE_UP, Outcome.GO, NOON - timedelta(days=2))
    other = scene.records.find("jobr", REVISION, Stage.PRE_SCALE_UP)
    assert other is not None
    key = f"deployments/jobr/{REVISION}/PRE_SCALE_UP.json"
    body = json.dumps(other.model_copy(update={"deployment": f"{DEPLOYMENT}x"}).document())
    scene.s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())
    assert scene.look() == []


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.SCALE_UP])
def test_no_other_stage_has_this_deadline(scene: Scene, stage: Stage) -> None:
    scene.becomes("IN_PROGRESS", lifecycleStage="POST_SCALE_UP" if "PRE_PROD" in stage else stage.value)
    scene.account.now += timedelta(hours=12)
    assert scene.look() == []


def test_giving_up_twice_is_giving_up_once(scene: Scene) -> None:
    scaling(scene, 20)
    scene.look()
    scene.becomes("IN_PROGRESS")  # the answer to the stop was slow, or this process died before it was sent
    scene.look()
    stops = [name for name, _ in scene.account.ecs.calls if name == "stop_service_deployment"]
    assert len(stops) == 2
    kept = scene.records.find("jobr", REVISION, Stage.SCALE_UP)
    assert kept is not None
    assert (kept.outcome, kept.blames_image, kept.image_digest) == (Outcome.STOP, True, DIGEST)


def test_a_deployment_that_is_on_its_way_back_already_is_no_error(scene: Scene) -> None:
    scaling(scene, 20)
    scene.account.failing["stop_service_deployment"] = refused("ConflictException", "StopServiceDeployment")
    assert len(scene.look()) == 1


def test_a_stop_that_is_refused_is_an_error_that_an_alarm_reports(scene: Scene) -> None:
    scaling(scene, 20)
    scene.account.failing["stop_service_deployment"] = refused("AccessDeniedException", "StopServiceDeployment")
    with pytest.raises(CloudError, match="the function's role lacks StopServiceDeployment"):
        scene.look()


def test_a_green_that_was_given_up_is_announced_with_that_reason_and_remembered(scene: Scene) -> None:
    scaling(scene, 15)
    scene.look()
    scene.look()
    assert scene.told() == [("warning", "Rollback: jobr in production goes back")]
    text = scene.account.published[0]["Message"]
    for said in (
        "Green did not become healthy within 15 minutes",
        "Blue has kept all traffic",
        "aws ecs describe-services",
    ):
        assert said in text, said
    assert scene.records.failure("jobr", DIGEST) is not None


def test_a_rollback_is_told_when_it_begins_and_when_it_is_over_and_once_each(scene: Scene) -> None:
    for status in ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"):
        scene.becomes(status)
        scene.look()
        scene.look({})
        scene.account.now += MINUTE
    assert scene.told() == [
        ("warning", "Rollback: jobr in production goes back"),
        ("information", "Rollback: jobr in production went back"),
    ]


def test_a_rollback_that_is_over_before_anybody_looked_is_a_warning(scene: Scene) -> None:
    scene.becomes("ROLLBACK_SUCCESSFUL")
    scene.look()
    assert scene.told() == [("warning", "Rollback: jobr in production went back")]


def test_the_announcement_explains_itself_with_the_verdict_that_stopped_the_deployment(scene: Scene) -> None:
    finding = Finding(check="errors", outcome=Level.FAIL, message="2 % failed (limit 1 %)", mend="read green's log")
    scene.decided(Stage.PRE_SCALE_UP, Outcome.GO, NOON - 9 * MINUTE)
    scene.decided(Stage.PRODUCTION_TRAFFIC_SHIFT, Outcome.STOP, shift="10", findings=(finding,), blames_image=True)
    scene.becomes("ROLLBACK_SUCCESSFUL", statusReason="Service deployment rolled back because of its hooks.")
    scene.look()
    text = scene.account.published[0]["Message"]
    for said in (
        f"The release {DIGEST[:19]} of jobr went back. Why (PRODUCTION_TRAFFIC_SHIFT): what PRODUCTION_TRAFFIC_SHIFT saw",
        "The release before it has all traffic again.",
        "Next: nobody has to get up for it; mend what stands below and deploy a new image.",
        "errors: 2 % failed (limit 1 %)",
        "To mend it: read green's log",
        "ECS: Service deployment rolled back because of its hooks.",
        f"s3://{BUCKET}/deployments/jobr/{REVISION}/",
        DEPLOYMENT,
    ):
        assert said in text, said


def test_the_last_of_several_stops_is_the_reason(scene: Scene) -> None:
    scene.decided(Stage.POST_TEST_TRAFFIC_SHIFT, Outcome.STOP, NOON - 5 * MINUTE)
    scene.decided(Stage.POST_PRODUCTION_TRAFFIC_SHIFT, Outcome.INCONCLUSIVE, NOON)
    scene.becomes("ROLLBACK_IN_PROGRESS")
    scene.look()
    assert "Why (POST_PRODUCTION_TRAFFIC_SHIFT)" in scene.account.published[0]["Message"]


def test_an_inconclusive_verdict_that_was_tolerated_is_no_reason(scene: Scene) -> None:
    scene.decided(Stage.POST_PRODUCTION_TRAFFIC_SHIFT, Outcome.INCONCLUSIVE, tolerated=True)
    scene.becomes("ROLLBACK_IN_PROGRESS", statusReason="a person asked")
    scene.look()
    assert "Why, in ECS's words: a person asked. No hook has stopped it" in scene.account.published[0]["Message"]


def test_a_verdict_that_blames_no_image_lets_the_same_image_be_deployed_again(scene: Scene) -> None:
    scene.decided(Stage.POST_TEST_TRAFFIC_SHIFT, Outcome.STOP)
    scene.becomes("ROLLBACK_SUCCESSFUL")
    scene.look()
    assert "mend what stands below and deploy it again" in scene.account.published[0]["Message"]
    assert scene.records.failure("jobr", DIGEST) is None


def test_an_alarm_that_went_off_is_named_and_accuses_the_image(scene: Scene) -> None:
    scene.becomes("ROLLBACK_IN_PROGRESS", alarms={"status": "TRIGGERED", "triggeredAlarmNames": ["error-ratio-high"]})
    scene.look()
    assert "went off during the deployment: error-ratio-high" in scene.account.published[0]["Message"]
    assert scene.records.failure("jobr", DIGEST) is not None


def test_an_image_that_was_asked_for_again_is_not_accused_twice_by_one_rollback(scene: Scene) -> None:
    alarms = {"status": "TRIGGERED", "triggeredAlarmNames": ["error-ratio-high"]}
    scene.becomes("ROLLBACK_IN_PROGRESS", alarms=alarms)
    scene.look()
    scene.s3.delete_object(Bucket=BUCKET, Key=f"deployments/jobr/failed/{DIGEST.replace(':', '-')}.json")
    scene.becomes("ROLLBACK_SUCCESSFUL")
    scene.look()
    assert scene.records.failure("jobr", DIGEST) is None


def test_a_rollback_that_fails_is_critical_whatever_was_told_before(scene: Scene) -> None:
    scene.becomes("ROLLBACK_IN_PROGRESS")
    scene.look()
    scene.becomes("ROLLBACK_FAILED")
    scene.look({**EVENT, "detail": {**DETAIL, "eventName": "SERVICE_DEPLOYMENT_FAILED"}})
    assert scene.told()[1:] == [("critical", "Rollback: jobr in production could NOT go back")]
    assert "nobody knows which release serves" in scene.account.published[1]["Message"]


def test_a_first_release_that_fails_has_nothing_to_go_back_to(scene: Scene) -> None:
    scene.becomes("ROLLBACK_FAILED", sourceServiceRevisions=[])
    scene.look()
    assert "nothing to go back to, and nothing serves" in scene.account.published[0]["Message"]


def test_people_are_told_although_ecs_does_not_know_the_revision_any_more(scene: Scene) -> None:
    scene.becomes("ROLLBACK_FAILED")
    scene.account.failing["describe_service_revisions"] = refused(
        "InvalidParameterException", "DescribeServiceRevisions"
    )
    scene.look()
    assert f"The release {REVISION} of jobr" in scene.account.published[0]["Message"]


def test_a_topic_that_fails_is_tried_again_at_the_next_look(scene: Scene) -> None:
    scene.becomes("ROLLBACK_SUCCESSFUL")
    scene.account.failing["publish"] = refused("InternalErrorException", "Publish")
    with pytest.raises(CloudError, match="publish"):
        scene.look()
    scene.account.failing.clear()
    scene.look()
    assert len(scene.told()) == 1


def test_one_deployment_that_cannot_be_looked_at_does_not_hide_another(scene: Scene) -> None:
    scaling(scene, 20)
    older = deployment(serviceDeploymentArn=f"{DEPLOYMENT}x", status="ROLLBACK_FAILED", startedAt=NOON, finishedAt=NOON)
    scene.account.deployments.append(older)
    scene.account.failing["stop_service_deployment"] = refused("ServerException", "StopServiceDeployment")
    with pytest.raises(OperationError):
        scene.look()
    assert [topic for topic, _ in scene.told()] == ["critical"]


def test_yesterdays_rollbacks_are_no_news(scene: Scene) -> None:
    scene.becomes("ROLLBACK_SUCCESSFUL")
    scene.account.now += timedelta(days=1)
    assert scene.look() == []


def test_more_deployments_than_a_call_takes_are_all_looked_at(scene: Scene) -> None:
    scene.account.deployments = [
        deployment(serviceDeploymentArn=f"{DEPLOYMENT}{number}", status="SUCCESSFUL" if number % 2 else "IN_PROGRESS")
        for number in range(60)
    ]
    scene.look()
    sizes = [
        len(arguments["serviceDeploymentArns"])
        for name, arguments in scene.account.ecs.calls
        if name == "describe_service_deployments"
    ]
    assert sizes == [20, 10]


def test_every_command_that_it_tells_people_is_one_that_the_aws_cli_takes(scene: Scene) -> None:
    scaling(scene, 20)
    scene.look()
    kept = scene.records.find("jobr", REVISION, Stage.SCALE_UP)
    assert kept is not None
    command = kept.findings[0].mend.partition(" says ")[0]
    assert {" ".join(words): problems(words) for words in commands(command)} == {command.replace("'", ""): []}


def test_the_log_says_what_woke_it_and_what_it_did(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.becomes("ROLLBACK_SUCCESSFUL")
    scene.look()
    line = json.loads(capsys.readouterr().out)
    assert (line["woken_by"], line["done"]) == (
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        [f"announced {DEPLOYMENT}: ROLLBACK_SUCCESSFUL"],
    )


def test_a_defect_is_an_unexpected_error_and_not_silence(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    del scene.account.deployments[0]["targetServiceRevision"]
    with pytest.raises(UnexpectedError, match="KeyError"):
        scene.look({})
    assert json.loads(capsys.readouterr().out)["woken_by"] == "schedule"


def test_a_wrong_environment_is_refused(monkeypatch: pytest.MonkeyPatch, aws: str) -> None:
    assert aws
    set_environment(monkeypatch, SERVICE_ARN="jobr", SCALE_UP_MINUTES="0")
    with pytest.raises(SettingsError) as caught:
        handle({}, context())
    assert len(caught.value.problems) == 2
