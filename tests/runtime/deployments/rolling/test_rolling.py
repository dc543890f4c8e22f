"""The gate before a rolling deployment, as `pulumi up` asks it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.common.aws import Clients, make_client
from runtime.deployments.gate.check import one
from runtime.deployments.gate.scene import Scene
from runtime.deployments.hearing import Decision, Hearing, Hook, Tools
from runtime.deployments.rolling import handler
from runtime.deployments.rolling.handler import RefusedError, UnfinishedError, run
from runtime.deployments.rolling.scene import look
from runtime.deployments.rolling.settings import RollingSettings
from runtime.deployments.verdict import Level, Outcome
from tests.runtime.deployments.account import NOON, Account, Context
from tests.runtime.deployments.deployment import (
    BLUE,
    BLUE_GROUP,
    CLUSTER,
    DEPLOYMENT,
    DIGEST,
    GREEN_GROUP,
    IMAGE,
    SERVICE,
)
from tests.runtime.deployments.shaped import RefusedError as Refused
from tests.runtime.deployments.shaped import Shaped

DECLARED = "arn:aws:ecs:us-east-1:123456789012:task-definition/application:7"
LIVE = "arn:aws:ecs:us-east-1:123456789012:task-definition/application:6"


@dataclass
class Story:
    """A service that serves, or none; and how the gate decides, at each look the next of `outcomes`."""

    outcomes: list[Outcome]
    serves: bool = True
    scenes: list[Scene] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def decide(self, hearing: Hearing[RollingSettings]) -> Decision:
        """Look as the gate does, and decide as told."""
        self.scenes.append(look(hearing))
        outcome = self.outcomes.pop(0)
        level = {Outcome.STOP: Level.FAIL, Outcome.WAIT: Level.WAIT}.get(outcome, Level.OK)
        findings = one("OpenAI", level, "as the test says", "do as it says").findings
        return Decision(hearing.verdict(outcome, f"The test says {outcome}.", findings=findings), 15)

    def client(self) -> Any:
        """A client of this ECS."""
        answers = {
            "DescribeServices": self._services,
            "ListServiceDeployments": self._deployments,
            "DescribeServiceDeployments": lambda _: {
                "serviceDeployments": [
                    {
                        "serviceDeploymentArn": DEPLOYMENT,
                        "sourceServiceRevisions": [],
                        "targetServiceRevision": {"arn": BLUE},
                    }
                ]
            },
            "DescribeServiceRevisions": lambda _: {"serviceRevisions": [_revision()]},
            "DescribeTaskDefinition": _definition,
        }
        return Shaped("ecs", answers).client

    def _services(self, _: dict[str, Any]) -> dict[str, Any]:
        service = {"serviceArn": SERVICE, "status": "ACTIVE", "desiredCount": 4}
        return {"services": [service] if self.serves else []}

    def _deployments(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if not self.serves:
            raise Refused("ServiceNotFoundException")
        assert parameters["status"] == ["SUCCESSFUL"]
        newest = {"serviceDeploymentArn": DEPLOYMENT, "targetServiceRevisionArn": BLUE, "createdAt": NOON.timestamp()}
        return {"serviceDeployments": [newest]}


def _revision() -> dict[str, Any]:
    return {
        "serviceRevisionArn": BLUE,
        "serviceArn": SERVICE,
        "clusterArn": CLUSTER,
        "taskDefinition": LIVE,
        "loadBalancers": [
            {"targetGroupArn": BLUE_GROUP, "advancedConfiguration": {"alternateTargetGroupArn": GREEN_GROUP}}
        ],
        "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": BLUE_GROUP}]},
        "containerImages": [{"containerName": "app", "image": "app:older"}],
    }


def _definition(parameters: dict[str, Any]) -> dict[str, Any]:
    assert parameters["taskDefinition"] == DECLARED
    return {"taskDefinition": {"containerDefinitions": [{"name": "app", "image": IMAGE}]}}


@pytest.fixture
def asks(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Asks as `pulumi up` does: a story, and by which call of Lambda."""
    monkeypatch.setenv("SERVICE_ARN", SERVICE)
    monkeypatch.setenv("TASKS", "3")

    def ask(story: Story, request_id: str = "11111111-first", seconds: float = 900.0) -> dict[str, Any]:
        hook = Hook(handler.HOOK.name, RollingSettings, handler.HOOK.stages, story.decide)
        monkeypatch.setattr(handler, "HOOK", hook)
        ecs, context = story.client(), Context(seconds=seconds, aws_request_id=request_id)

        def pause(seconds: float) -> None:
            story.waited.append(seconds)
            account.time.passes(seconds)
            context.seconds -= seconds

        def make(service: str, region: str | None) -> Any:
            return ecs if service == "ecs" else make_client(service, region)

        return run({"taskDefinition": DECLARED}, context, Tools(account.time.clock(), Clients(make)), pause)

    return ask


def test_the_service_is_updated_when_the_gate_lets_the_release_pass(asks: Callable[..., dict[str, Any]]) -> None:
    story = Story([Outcome.GO])
    assert asks(story)["hookStatus"] == "SUCCEEDED"
    (scene,) = story.scenes
    assert scene.state.blue is not None
    assert (scene.state.blue.arn, scene.state.desired_tasks) == (BLUE, 4)
    assert scene.state.green.task_definition_arn == DECLARED
    assert scene.state.green.image_digest == DIGEST
    assert scene.image == IMAGE


def test_a_refusal_fails_the_deployment_with_the_whole_verdict_and_people_are_told(
    account: Account, asks: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(RefusedError) as told:
        asks(Story([Outcome.STOP]))
    text = str(told.value)
    assert "STOP before green started" in text
    assert "as the test says" in text
    assert "do as it says" in text
    (notice,) = account.heard("critical")
    assert "The test says STOP." in notice["Message"]
    assert account.objects() == ["deployments/application/application-7/PRE_SCALE_UP.json"]


def test_a_second_try_is_judged_anew_and_may_migrate_again(asks: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(RefusedError):
        asks(first := Story([Outcome.STOP]))
    assert asks(second := Story([Outcome.GO]), "22222222-second")["hookStatus"] == "SUCCEEDED"
    assert first.scenes[0].state.green.id == "application-7-11111111"
    assert second.scenes[0].state.green.id == "application-7-22222222"


def test_what_takes_long_is_waited_for(asks: Callable[..., dict[str, Any]]) -> None:
    story = Story([Outcome.WAIT, Outcome.WAIT, Outcome.GO])
    assert asks(story)["hookStatus"] == "SUCCEEDED"
    assert story.waited == [15, 15]


def test_what_takes_longer_than_a_function_may_run_is_gone_on_with_by_the_next_up(
    asks: Callable[..., dict[str, Any]],
) -> None:
    story = Story([Outcome.WAIT] * 100)
    with pytest.raises(UnfinishedError, match="run `pulumi up` again"):
        asks(story)
    assert sum(story.waited) > 600
    later = Story([Outcome.GO])
    assert asks(later, "22222222-second")["hookStatus"] == "SUCCEEDED"
    assert later.scenes[0].state.green.id == "application-7-11111111", "the migrations that were begun are found"


def test_the_first_deployment_has_no_service_and_starts_as_many_tasks_as_the_settings_say(
    asks: Callable[..., dict[str, Any]],
) -> None:
    story = Story([Outcome.GO], serves=False)
    assert asks(story)["hookStatus"] == "SUCCEEDED"
    (scene,) = story.scenes
    assert scene.state.blue is None
    assert scene.state.desired_tasks == 3
    assert scene.state.cluster_arn == CLUSTER


def test_the_door_decides_by_the_gates_own_checks(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(handler, "look", lambda hearing: hearing)
    monkeypatch.setattr(handler, "decided", seen.append)
    handler.decide(account)  # type: ignore[arg-type]  # any hearing goes the same way
    assert seen == [account]
