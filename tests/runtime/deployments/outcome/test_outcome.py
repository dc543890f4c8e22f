"""What `pulumi up` hears about its deployment."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.common.aws import Clients, make_client
from runtime.common.errors import CloudError, SettingsError
from runtime.deployments.hearing import Tools
from runtime.deployments.outcome.handler import run
from runtime.deployments.outcome.judge import RolledBackError, UnfinishedError
from runtime.deployments.stages import Stage
from runtime.deployments.verdict import Finding, Level, Outcome, Verdict
from tests.runtime.deployments.account import NOON, Account, Context
from tests.runtime.deployments.deployment import CLUSTER, DEPLOYMENT, GREEN, SERVICE
from tests.runtime.deployments.shaped import RefusedError, Shaped

DECLARED = "arn:aws:ecs:us-east-1:123456789012:task-definition/application:7"
OTHER = "arn:aws:ecs:us-east-1:123456789012:task-definition/application:9"


@dataclass
class Story:
    """One deployment, whose status is the next of `statuses` at each look and the last one from then on."""

    statuses: list[str]
    brings: str = DECLARED
    runs: str = DECLARED
    reason: str = ""
    deployed: bool = True
    waited: list[float] = field(default_factory=list)

    def client(self) -> Any:
        """A client of this ECS."""
        answers = {
            "ListServiceDeployments": self._listed,
            "DescribeServiceDeployments": self._described,
            "DescribeServiceRevisions": lambda _: {
                "serviceRevisions": [{"serviceRevisionArn": GREEN, "taskDefinition": self.brings}]
            },
            "DescribeServices": lambda _: {"services": [{"serviceArn": SERVICE, "taskDefinition": self.runs}]},
        }
        return Shaped("ecs", answers).client

    def _listed(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if parameters != {"service": "application", "cluster": "jobr"}:
            raise RefusedError("ServiceNotFoundException")
        # An older deployment, which no longer counts, stands before the newest one.
        older = {"serviceDeploymentArn": f"{DEPLOYMENT}-older", "createdAt": NOON.timestamp() - 60}
        newest = {"serviceDeploymentArn": DEPLOYMENT, "createdAt": NOON.timestamp()}
        return {"serviceDeployments": [older, newest] if self.deployed else []}

    def _described(self, parameters: dict[str, Any]) -> dict[str, Any]:
        assert parameters["serviceDeploymentArns"] == [DEPLOYMENT]
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        deployment = {"serviceDeploymentArn": DEPLOYMENT, "status": status, "statusReason": self.reason}
        target = {"targetServiceRevision": {"arn": GREEN}, "lifecycleStage": "BAKE_TIME"}
        return {"serviceDeployments": [{**deployment, **target, "clusterArn": CLUSTER}]}


def _hears(account: Account, story: Story, monkeypatch: pytest.MonkeyPatch, event: object = None) -> dict[str, Any]:
    monkeypatch.setenv("SERVICE_ARN", SERVICE)
    context, ecs = Context(seconds=600.0), story.client()

    def pause(seconds: float) -> None:
        story.waited.append(seconds)
        account.time.passes(seconds)

    def make(service: str, region: str | None) -> Any:
        return ecs if service == "ecs" else make_client(service, region)

    tools = Tools(account.time.clock(), Clients(make))
    return run({"taskDefinition": DECLARED} if event is None else event, context, tools, pause)


def _stopped(account: Account, deployment: str = DEPLOYMENT) -> None:
    finding = Finding(check="OpenAI", outcome=Level.FAIL, message="it refuses the key", mend="set a new one")
    verdict = Verdict(
        environment="test",
        service="application",
        deployment=deployment,
        revision="9313423515462893900",
        image_digest=None,
        stage=Stage.PRE_SCALE_UP,
        outcome=Outcome.STOP,
        summary="Green was not started, because of: OpenAI.",
        findings=(finding,),
        started=NOON,
        decided=NOON,
    )
    account.records().put(verdict)


def test_a_deployment_that_ended_well_is_no_news(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(["SUCCESSFUL"])
    assert _hears(account, story, monkeypatch) == {"deployment": DEPLOYMENT, "status": "SUCCESSFUL"}
    assert story.waited == []


@pytest.mark.parametrize("status", ["ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "STOPPED"])
def test_a_release_that_ecs_did_not_keep_fails_with_the_verdict_that_stopped_it(
    account: Account, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    _stopped(account)
    with pytest.raises(RolledBackError) as told:
        _hears(account, Story([status], reason="lifecycle hook(s) failed"), monkeypatch)
    text = str(told.value)
    assert status in text
    assert "lifecycle hook(s) failed" in text
    assert "because of: OpenAI" in text
    assert "it refuses the key" in text
    assert "set a new one" in text
    assert "pulumi up --refresh" in text
    assert "s3://jobr-test-artifacts/deployments/application/9313423515462893900/" in text


def test_another_deployments_verdict_is_not_told_for_this_one(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stopped(account, deployment=f"{DEPLOYMENT}-before")
    with pytest.raises(RolledBackError) as told:
        _hears(account, Story(["ROLLBACK_SUCCESSFUL"], reason="alarm detected"), monkeypatch)
    assert "OpenAI" not in str(told.value)
    assert "alarm detected" in str(told.value)


def test_a_deployment_that_is_under_way_is_waited_for(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(["PENDING", "IN_PROGRESS", "IN_PROGRESS", "SUCCESSFUL"])
    assert _hears(account, story, monkeypatch)["status"] == "SUCCESSFUL"
    assert len(story.waited) == 3


def test_a_rollback_that_is_under_way_is_waited_for_and_told(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RolledBackError, match="ROLLBACK_FAILED"):
        _hears(account, Story(["ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED"]), monkeypatch)


def test_a_deployment_that_takes_too_long_is_no_success_and_says_where_it_is(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(["IN_PROGRESS"])
    with pytest.raises(UnfinishedError, match=r"IN_PROGRESS at BAKE_TIME.*run `pulumi up` again"):
        _hears(account, story, monkeypatch)
    assert 560 <= sum(story.waited) < 600, "it waits within its own time, and keeps some to answer"


def test_a_deployment_of_something_else_is_no_success_of_this_one(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnfinishedError, match=r"application:9.*somebody deployed at the same time"):
        _hears(account, Story(["SUCCESSFUL"], brings=OTHER), monkeypatch)


def test_a_service_whose_deployments_ecs_has_forgotten_is_what_it_runs(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _hears(account, Story([""], deployed=False), monkeypatch)["deployment"] is None
    with pytest.raises(UnfinishedError, match="application:9 and not"):
        _hears(account, Story([""], deployed=False, runs=OTHER), monkeypatch)


@pytest.mark.parametrize("event", [{}, [], {"taskDefinition": 7}])
def test_an_event_without_a_task_definition_is_refused(
    account: Account, monkeypatch: pytest.MonkeyPatch, event: object
) -> None:
    with pytest.raises(SettingsError, match="taskDefinition"):
        _hears(account, Story(["SUCCESSFUL"]), monkeypatch, event)


def test_what_aws_refuses_is_told_as_such(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_ARN", SERVICE)
    denied = Shaped("ecs", {"ListServiceDeployments": _refuse}).client
    clients = Clients(lambda service, region: denied if service == "ecs" else make_client(service, region))
    with pytest.raises(CloudError, match="list the deployments of application"):
        run({"taskDefinition": DECLARED}, Context(), Tools(account.time.clock(), clients), account.time.passes)


def _refuse(_: dict[str, Any]) -> dict[str, Any]:
    raise RefusedError("AccessDeniedException")
