"""The course of RunTask's tasks, where somebody acts for Fargate and where nobody does."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.cloud.extensions.service_deployments import WALKED
from sandbox.home import Home

Aws = Callable[[str], Any]
Report = Callable[..., dict[str, Any]]


@dataclass
class Cluster:
    """A cluster with a task definition of its own."""

    ecs: Any
    name: str
    definition: str
    subnet: str

    def run(self, token: str | None = None, **others: Any) -> dict[str, Any]:
        declared = {
            "cluster": self.name,
            "taskDefinition": self.definition,
            "launchType": "FARGATE",
            "startedBy": "a-test",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": [self.subnet], "securityGroups": []}},
            **({"clientToken": token} if token else {}),
        }
        task: dict[str, Any] = self.ecs.run_task(**declared | others)["tasks"][0]
        return task

    def look(self, arn: str) -> dict[str, Any]:
        task: dict[str, Any] = self.ecs.describe_tasks(cluster=self.name, tasks=[arn])["tasks"][0]
        return task

    def listed(self, **others: Any) -> list[str]:
        return list(self.ecs.list_tasks(cluster=self.name, **others)["taskArns"])


def cluster(aws: Aws, *tags: dict[str, str]) -> Cluster:
    ecs, ec2, name = aws("ecs"), aws("ec2"), f"one-{uuid4().hex[:8]}"
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    # moto gives a task's interface a name only there, as the stack's network has it.
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ecs.create_cluster(clusterName=name, tags=list(tags))
    containers = [{"name": part, "image": f"{part}:1", "memory": 512} for part in ("app", "collector")]
    made = ecs.register_task_definition(
        family=name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="1024",
        containerDefinitions=containers,
    )
    return Cluster(ecs, name, made["taskDefinition"]["taskDefinitionArn"], subnet)


@pytest.fixture
def walked(aws: Aws) -> Cluster:
    return cluster(aws, {"key": WALKED, "value": "yes"})


@pytest.fixture
def report(cloud: Home) -> Report:
    def call(arn: str, **members: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  # the home's own https endpoint
            f"{cloud.endpoint}/sandbox/tasks", json.dumps({"taskArn": arn, **members}).encode(), method="POST"
        )
        context = ssl.create_default_context(cafile=str(cloud.certificate_authority))
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310  # as above
            return dict(json.load(answer))

    return call


def refusal(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        call()
    return refused.value.code, json.load(refused.value)["message"]


def test_a_task_waits_for_somebody_who_acts_for_fargate_however_often_it_is_looked_at(walked: Cluster) -> None:
    arn = walked.run()["taskArn"]
    found = [walked.look(arn) for _ in range(5)][-1]
    assert (found["lastStatus"], found["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert [container["name"] for container in found["containers"]] == ["app", "collector"]
    assert not any("exitCode" in container for container in found["containers"])
    assert "startedAt" not in found
    assert found["createdAt"] <= datetime.now(UTC)


def test_a_task_is_what_was_reported_of_it_last(walked: Cluster, report: Report) -> None:
    arn = walked.run()["taskArn"]
    started = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)
    report(arn, lastStatus="RUNNING", startedAt=started.isoformat())
    assert (walked.look(arn)["lastStatus"], walked.look(arn)["startedAt"]) == ("RUNNING", started)
    ended = [{"name": "app", "exitCode": 3, "lastStatus": "STOPPED"}]
    reason = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}
    report(
        arn,
        lastStatus="STOPPED",
        desiredStatus="STOPPED",
        stoppedAt=started.timestamp() + 5,
        containers=ended,
        **reason,
    )
    found = walked.look(arn)
    assert {name: found[name] for name in ("lastStatus", "desiredStatus", *reason)} == {
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        **reason,
    }
    assert (found["stoppedAt"] - found["startedAt"]).total_seconds() == 5
    app, collector = found["containers"]
    assert (app["exitCode"], app["image"], app["lastStatus"]) == (3, "app:1", "STOPPED")
    assert "exitCode" not in collector


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({"exitCode": 1}, 400, "exitCode"),
        ({"lastStatus": 5}, 400, "lastStatus"),
        ({"lastStatus": "ENDED"}, 409, "ENDED is no status of a task"),
        ({"lastStatus": "PENDING"}, 409, "The task is RUNNING, and cannot be PENDING any more"),
        ({"startedBy": "somebody"}, 409, "startedBy cannot change"),
        ({"containers": [{"name": "nginx", "exitCode": 0}]}, 409, "has no container nginx; it has app, collector"),
    ],
)
def test_a_report_that_aws_could_not_make_is_refused_and_changes_nothing(
    walked: Cluster, report: Report, members: dict[str, Any], code: int, words: str
) -> None:
    arn = walked.run()["taskArn"]
    report(arn, lastStatus="RUNNING")
    before = walked.look(arn)
    found, message = refusal(lambda: report(arn, **members))
    assert found == code
    assert words in message
    assert walked.look(arn) == before


def test_the_same_token_starts_one_task_and_for_another_request_is_a_conflict_that_names_it(walked: Cluster) -> None:
    first = walked.run("token")
    assert walked.run("token")["taskArn"] == first["taskArn"]
    assert walked.listed() == [first["taskArn"]]
    with pytest.raises(walked.ecs.exceptions.ConflictException) as conflict:
        walked.run("token", startedBy="somebody-else")
    assert conflict.value.response["resourceIds"] == [first["taskArn"]]
    assert walked.run("another token".replace(" ", "-"))["taskArn"] != first["taskArn"]


def test_a_token_holds_for_one_cluster(walked: Cluster, aws: Aws) -> None:
    other = cluster(aws, {"key": WALKED, "value": "yes"})
    assert walked.run("token")["clusterArn"] != other.run("token")["clusterArn"]


def test_stopping_a_task_asks_for_its_end_and_says_why_and_asking_again_changes_nothing(
    walked: Cluster, report: Report
) -> None:
    arn = walked.run()["taskArn"]
    report(arn, lastStatus="RUNNING")
    for reason in ("it is late", "for another reason"):
        walked.ecs.stop_task(cluster=walked.name, task=arn, reason=reason)
        found = walked.look(arn)
        assert (found["lastStatus"], found["desiredStatus"]) == ("RUNNING", "STOPPED")
        assert (found["stopCode"], found["stoppedReason"]) == ("UserInitiated", "it is late")
    assert walked.listed() == []
    assert walked.listed(desiredStatus="STOPPED", startedBy="a-test") == [arn]


def test_a_task_that_nobody_knows_cannot_be_stopped_nor_reported_on(walked: Cluster, report: Report) -> None:
    arn = walked.run()["taskArn"][:-4] + "none"
    with pytest.raises(ClientError, match="InvalidParameterException"):
        walked.ecs.stop_task(cluster=walked.name, task=arn)
    assert refusal(lambda: report(arn, lastStatus="RUNNING"))[0] == 409


def test_tasks_of_other_clusters_are_left_as_they_are(aws: Aws, report: Report) -> None:
    plain = cluster(aws)
    task = plain.run()
    assert task["lastStatus"] == "RUNNING"
    assert "the tag" in refusal(lambda: report(task["taskArn"], lastStatus="STOPPED"))[1]
    plain.ecs.stop_task(cluster=plain.name, task=task["taskArn"], reason="enough")
    assert plain.look(task["taskArn"])["lastStatus"] == "STOPPED"
    assert plain.listed() == [task["taskArn"]]
