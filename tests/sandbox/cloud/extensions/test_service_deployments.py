"""ECS's service deployments and revisions: made by creations and updates, walked by the test, read in AWS's own shapes."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session
from botocore.validate import validate_parameters

from sandbox.cloud.extensions.service_deployments import WALKED
from sandbox.cloud.service_history import NEXT
from sandbox.home import Home
from tools.documents.stages import facts

Aws = Callable[[str], Any]
DIGEST = f"sha256:{'a' * 64}"


@dataclass
class Service:
    """A service of the embedded cloud, with two target groups behind a production and a test rule."""

    aws: Aws
    name: str
    blue: str
    green: str
    rules: tuple[str, str]
    vpc: str

    @property
    def ecs(self) -> Any:
        return self.aws("ecs")

    def create(self, strategy: str = "BLUE_GREEN", **declared: Any) -> dict[str, Any]:
        self.define("1")
        advanced = {
            "alternateTargetGroupArn": self.green,
            "productionListenerRule": self.rules[0],
            "testListenerRule": self.rules[1],
            "roleArn": "arn:aws:iam::123456789012:role/ecs",
        }
        balancer = {"targetGroupArn": self.blue, "containerName": "app", "containerPort": 3000}
        arguments = {
            "cluster": self.name,
            "serviceName": "jobr",
            "taskDefinition": self.name,
            "desiredCount": 4,
            "launchType": "FARGATE",
            "loadBalancers": [balancer | {"advancedConfiguration": advanced}],
            "deploymentConfiguration": {"strategy": strategy},
        }
        made: dict[str, Any] = self.ecs.create_service(**arguments | declared)["service"]
        return made

    def define(self, tag: str) -> str:
        container = {"name": "app", "image": f"jobr:{tag}@{DIGEST}", "memory": 64}
        made = self.ecs.register_task_definition(family=self.name, containerDefinitions=[container])
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def update(self, **declared: Any) -> None:
        self.ecs.update_service(cluster=self.name, service="jobr", **declared)

    def deployments(self, **arguments: Any) -> list[dict[str, Any]]:
        answer = self.ecs.list_service_deployments(cluster=self.name, service="jobr", **arguments)
        return list(_valid("ListServiceDeployments", answer)["serviceDeployments"])

    def newest(self) -> dict[str, Any]:
        arn = self.deployments()[0]["serviceDeploymentArn"]
        answer = self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
        (found,) = _valid("DescribeServiceDeployments", answer)["serviceDeployments"]
        return dict(found)

    def revision(self, arn: str) -> dict[str, Any]:
        answer = self.ecs.describe_service_revisions(serviceRevisionArns=[arn])
        (found,) = _valid("DescribeServiceRevisions", answer)["serviceRevisions"]
        return dict(found)

    def green_group(self) -> str:
        """The target group of the newest deployment's target."""
        target = self.revision(self.newest()["targetServiceRevision"]["arn"])
        return str(target["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"])

    def weights(self, rule: str) -> dict[str, int]:
        (found,) = self.aws("elbv2").describe_rules(RuleArns=[rule])["Rules"]
        groups = found["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {group["TargetGroupArn"]: group["Weight"] for group in groups}


def _valid(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, when AWS's model has each of its members."""
    shape = get_session().get_service_model("ecs").operation_model(operation).output_shape
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    assert shape is not None
    validate_parameters(members, shape)
    return members


@pytest.fixture
def service(aws: Aws) -> Service:
    name, elb, ec2 = f"n-{uuid4().hex[:8]}", aws("elbv2"), aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    ids = [subnet["SubnetId"] for subnet in subnets]
    balancer = elb.create_load_balancer(Name=name, Subnets=ids)["LoadBalancers"][0]["LoadBalancerArn"]
    groups = [
        elb.create_target_group(
            Name=f"{name}-{colour}", Protocol="HTTP", Port=3000, VpcId=vpc, TargetType="ip", HealthCheckPath="/ready"
        )["TargetGroups"][0]["TargetGroupArn"]
        for colour in ("blue", "green")
    ]
    rules = tuple(_rule(elb, balancer, port, groups) for port in (80, 8080))
    aws("ecs").create_cluster(clusterName=name)
    return Service(aws, name, groups[0], groups[1], (rules[0], rules[1]), vpc)


def _rule(elb: Any, balancer: str, port: int, groups: list[str]) -> str:
    nothing = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    made = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=[nothing])
    targets = [{"TargetGroupArn": group, "Weight": weight} for group, weight in zip(groups, (100, 0), strict=True)]
    rule = elb.create_rule(
        ListenerArn=made["Listeners"][0]["ListenerArn"],
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": targets}}],
    )
    return str(rule["Rules"][0]["RuleArn"])


@pytest.fixture
def walked(service: Service) -> Service:
    """The same, on a cluster whose deployments the test walks."""
    cluster = service.ecs.describe_clusters(clusters=[service.name])["clusters"][0]["clusterArn"]
    service.ecs.tag_resource(resourceArn=cluster, tags=[{"key": WALKED, "value": "yes"}])
    service.create()
    return service


@pytest.fixture
def walk(cloud: Home) -> Callable[..., dict[str, Any]]:
    def call(deployment: dict[str, Any], **members: Any) -> dict[str, Any]:
        body = {"serviceDeploymentArn": deployment["serviceDeploymentArn"], **members}
        request = urllib.request.Request(  # noqa: S310  # the home's own https endpoint
            f"{cloud.endpoint}/sandbox/service-deployments", json.dumps(body).encode(), method="POST"
        )
        context = ssl.create_default_context(cafile=str(cloud.certificate_authority))
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310  # as above
            return dict(json.load(answer))

    return call


def test_statuses_follow_each_other_as_the_cited_table_says() -> None:
    assert {name: tuple(status["next"]) for name, status in facts()["statuses"].items()} == dict(NEXT)


def test_a_new_service_has_one_successful_deployment_that_nothing_was_before(service: Service) -> None:
    made = service.create()
    (brief,) = service.deployments()
    found = service.newest()
    assert (found["status"], found["sourceServiceRevisions"]) == ("SUCCESSFUL", [])
    assert found["serviceArn"] == brief["serviceArn"] == made["serviceArn"]
    assert brief["targetServiceRevisionArn"] == found["targetServiceRevision"]["arn"]
    assert found["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100.0
    assert found["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    assert found["createdAt"] <= found["startedAt"] <= found["finishedAt"]
    assert f":service-deployment/{service.name}/jobr/" in found["serviceDeploymentArn"]


def test_a_revision_is_what_was_declared_with_the_image_s_digest_and_the_group_it_really_uses(service: Service) -> None:
    service.create()
    revision = service.revision(service.newest()["targetServiceRevision"]["arn"])
    assert revision["taskDefinition"].endswith(f"/{service.name}:1")
    assert revision["containerImages"] == [
        {"containerName": "app", "image": f"jobr:1@{DIGEST}", "imageDigest": DIGEST},
    ]
    assert revision["loadBalancers"][0]["advancedConfiguration"]["alternateTargetGroupArn"] == service.green
    (resolved,) = revision["resolvedConfiguration"]["loadBalancers"]
    assert resolved == {"targetGroupArn": service.blue, "productionListenerRule": service.rules[0]}


def test_a_new_task_definition_deploys_to_the_other_group_and_moves_both_rules(service: Service) -> None:
    service.create()
    before = service.newest()["targetServiceRevision"]["arn"]
    service.update(taskDefinition=service.define("2"))
    found = service.newest()
    assert [source["arn"] for source in found["sourceServiceRevisions"]] == [before]
    assert service.green_group() == service.green
    for rule in service.rules:
        assert service.weights(rule) == {service.blue: 0, service.green: 100}
    service.update(taskDefinition=service.define("3"))
    assert service.green_group() == service.blue
    assert service.weights(service.rules[0]) == {service.blue: 100, service.green: 0}


def test_a_deployment_whose_rule_forwards_elsewhere_goes_back_and_moves_nothing(service: Service) -> None:
    service.create()
    (foreign,) = service.aws("elbv2").create_target_group(
        Name=f"{service.name}-x", Protocol="HTTP", Port=1, VpcId=service.vpc
    )["TargetGroups"]
    forward = {"TargetGroups": [{"TargetGroupArn": foreign["TargetGroupArn"], "Weight": 1}]}
    actions = [{"Type": "forward", "ForwardConfig": forward}]
    service.aws("elbv2").modify_rule(RuleArn=service.rules[0], Actions=actions)
    service.update(taskDefinition=service.define("2"))
    found = service.newest()
    assert found["status"] == "ROLLBACK_SUCCESSFUL"
    assert found["rollback"]["reason"] == facts()["rollbacks"]["network"]["reason"]
    assert service.weights(service.rules[1]) == {service.blue: 100, service.green: 0}
    service.update(forceNewDeployment=True)
    assert [source["arn"] for source in service.newest()["sourceServiceRevisions"]] == [
        found["sourceServiceRevisions"][0]["arn"]
    ]


def test_a_first_deployment_whose_rule_is_gone_has_nothing_to_go_back_to(service: Service) -> None:
    service.aws("elbv2").delete_rule(RuleArn=service.rules[0])
    service.create()
    assert service.newest()["status"] == "ROLLBACK_FAILED"


def test_a_rolling_deployment_stays_with_its_group(service: Service) -> None:
    service.create("ROLLING")
    service.update(taskDefinition=service.define("2"))
    assert len(service.deployments()) == 2
    assert service.green_group() == service.blue
    assert service.weights(service.rules[0]) == {service.blue: 100, service.green: 0}


def test_a_forced_deployment_is_one_although_nothing_changed(service: Service) -> None:
    service.create()
    service.update(forceNewDeployment=True)
    assert len(service.deployments()) == 2


@pytest.mark.parametrize(
    "declared",
    [{"desiredCount": 6}, {"healthCheckGracePeriodSeconds": 5}, {"deploymentConfiguration": {"strategy": "CANARY"}}],
)
def test_what_no_revision_holds_begins_no_deployment(service: Service, declared: dict[str, Any]) -> None:
    service.create()
    service.update(**declared)
    assert len(service.deployments()) == 1


def test_the_same_task_definition_by_its_short_name_begins_no_deployment(service: Service) -> None:
    service.create()
    service.update(taskDefinition=f"{service.name}:1")
    assert len(service.deployments()) == 1


def test_a_service_that_another_controller_deploys_has_no_deployments(service: Service) -> None:
    service.create(deploymentController={"type": "EXTERNAL"})
    assert service.deployments() == []


def test_a_service_that_was_deleted_and_made_again_has_a_first_deployment_again(service: Service) -> None:
    service.create()
    service.ecs.delete_service(cluster=service.name, service="jobr", force=True)
    service.create()
    assert service.newest()["sourceServiceRevisions"] == []


def test_lists_are_newest_first_filtered_and_paged(service: Service) -> None:
    service.create()
    service.update(forceNewDeployment=True)
    newest, oldest = service.deployments()
    assert newest["createdAt"] >= oldest["createdAt"]
    assert service.deployments(status=["IN_PROGRESS"]) == []
    assert service.deployments(createdAt={"after": datetime.now(UTC) + timedelta(hours=1)}) == []
    pages = service.ecs.list_service_deployments(cluster=service.name, service="jobr", maxResults=1)
    assert [one["serviceDeploymentArn"] for one in pages["serviceDeployments"]] == [newest["serviceDeploymentArn"]]
    (rest,) = service.deployments(maxResults=1, nextToken=pages["nextToken"])
    assert rest["serviceDeploymentArn"] == oldest["serviceDeploymentArn"]


def test_what_is_not_there_is_a_failure_or_an_error_by_its_name(service: Service) -> None:
    arn = "arn:aws:ecs:us-east-1:123456789012:service-deployment/c/s/none"
    for operation, argument in (
        (service.ecs.describe_service_deployments, "serviceDeploymentArns"),
        (service.ecs.describe_service_revisions, "serviceRevisionArns"),
    ):
        assert operation(**{argument: [arn]})["failures"] == [{"arn": arn, "reason": "MISSING"}]
    with pytest.raises(ClientError, match="ServiceNotFoundException"):
        service.deployments()
    with pytest.raises(ClientError, match="ServiceDeploymentNotFoundException"):
        service.ecs.stop_service_deployment(serviceDeploymentArn=arn)


def test_a_walked_deployment_waits_and_goes_through_the_statuses_in_order(walked: Service, walk: Any) -> None:
    found = walked.newest()
    assert found["status"] == "PENDING"
    with pytest.raises(urllib.error.HTTPError) as refused:
        walk(found, status="SUCCESSFUL")
    assert "SUCCESSFUL cannot follow" in json.load(refused.value)["message"]
    walk(found, status="IN_PROGRESS", lifecycleStage="PRE_SCALE_UP")
    assert walked.newest()["lifecycleStage"] == "PRE_SCALE_UP"
    walk(found, status="SUCCESSFUL")
    walked.update(forceNewDeployment=True)
    assert walked.newest()["sourceServiceRevisions"][0]["arn"] == found["targetServiceRevision"]["arn"]


def test_a_service_shows_the_deployment_that_is_under_way(walked: Service, walk: Any) -> None:
    found = walked.newest()
    arn = found["serviceDeploymentArn"]
    shown: list[str | None] = []
    for status in ("IN_PROGRESS", "SUCCESSFUL"):
        described = walked.ecs.describe_services(cluster=walked.name, services=["jobr"])
        shown.append(_valid("DescribeServices", described)["services"][0].get("currentServiceDeployment"))
        walk(found, status=status)
    described = walked.ecs.describe_services(cluster=walked.name, services=["jobr"])
    assert shown == [arn, arn]
    assert "currentServiceDeployment" not in described["services"][0]


def test_the_times_are_those_of_whoever_walks(walked: Service, walk: Any) -> None:
    begun, moment = walked.newest(), datetime(2031, 1, 1, tzinfo=UTC)
    walk(begun, status="IN_PROGRESS", createdAt=moment.isoformat(), updatedAt=moment.isoformat())
    walk(begun, status="SUCCESSFUL", updatedAt=(moment + timedelta(minutes=1)).isoformat())
    found = walked.newest()
    assert (found["createdAt"], found["startedAt"]) == (moment, moment)
    assert found["finishedAt"] == moment + timedelta(minutes=1)


def test_a_member_that_aws_does_not_have_is_refused(walked: Service, walk: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        walk(walked.newest(), lifecyclestage="PRE_SCALE_UP")
    assert "lifecyclestage" in json.load(refused.value)["message"]


def test_a_deployment_that_is_stopped_asks_to_go_back_and_one_that_ended_cannot_be(walked: Service, walk: Any) -> None:
    found = walked.newest()
    walk(found, status="IN_PROGRESS")
    walked.ecs.stop_service_deployment(serviceDeploymentArn=found["serviceDeploymentArn"])
    assert walked.newest()["status"] == "ROLLBACK_REQUESTED"
    walk(found, status="ROLLBACK_IN_PROGRESS")
    walk(found, status="ROLLBACK_SUCCESSFUL")
    with pytest.raises(ClientError, match="ConflictException"):
        walked.ecs.stop_service_deployment(serviceDeploymentArn=found["serviceDeploymentArn"])


def test_a_newer_deployment_stops_the_one_under_way(walked: Service, walk: Any) -> None:
    walk(walked.newest(), status="IN_PROGRESS")
    walked.update(forceNewDeployment=True)
    walked.update(forceNewDeployment=True)
    assert [one["status"] for one in walked.deployments()] == ["PENDING", "STOPPED", "STOP_REQUESTED"]


def test_a_pause_is_continued_once(walked: Service, walk: Any) -> None:
    found = walked.newest()
    arn = found["serviceDeploymentArn"]
    hook = {"hookId": "ecs-pause-1", "targetType": "PAUSE", "status": "AWAITING_ACTION"}
    walk(found, status="IN_PROGRESS", lifecycleHookDetails=[hook])
    walked.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="ecs-pause-1")
    assert walked.newest()["lifecycleHookDetails"] == [hook | {"status": "SUCCEEDED"}]
    with pytest.raises(ClientError, match="InvalidParameterException"):
        walked.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="ecs-pause-1")


def test_a_pause_that_is_answered_with_rollback_goes_back(walked: Service, walk: Any) -> None:
    found = walked.newest()
    hook = {"hookId": "ecs-pause-1", "targetType": "PAUSE", "status": "AWAITING_ACTION"}
    walk(found, status="IN_PROGRESS", lifecycleHookDetails=[hook])
    arn = found["serviceDeploymentArn"]
    walked.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="ecs-pause-1", action="ROLLBACK")
    assert walked.newest()["status"] == "ROLLBACK_REQUESTED"
