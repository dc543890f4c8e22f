from dataclasses import dataclass
from typing import Any

import pytest

from runtime.common.aws import make_client
from runtime.common.errors import CloudError
from runtime.deployments.service import ServiceState, ServiceView
from tests.runtime.deployments.deployment import (
    BLUE,
    BLUE_GROUP,
    CLUSTER,
    DEPLOYMENT,
    DIGEST,
    GREEN,
    GREEN_GROUP,
    IMAGE,
    OLDER,
    SERVICE,
    EcsStory,
)


@dataclass(frozen=True)
class Balancer:
    """A real listener of the embedded account with a rule that ECS would move."""

    elbv2: Any
    blue: str
    green: str
    rule: str


@pytest.fixture
def balancer(aws: str) -> Balancer:
    del aws
    ec2, elbv2 = make_client("ec2"), make_client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    arn = elbv2.create_load_balancer(Name="jobr", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    blue, green = (
        elbv2.create_target_group(Name=f"jobr-{colour}", Protocol="HTTP", Port=8080, VpcId=vpc, TargetType="ip")[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        for colour in ("blue", "green")
    )
    listener = elbv2.create_listener(
        LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": blue}]
    )["Listeners"][0]["ListenerArn"]
    rule = elbv2.create_rule(
        ListenerArn=listener,
        Priority=100,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=_forward({blue: 100, green: 0}),
    )["Rules"][0]["RuleArn"]
    return Balancer(elbv2, blue, green, rule)


def _forward(weights: dict[str, int]) -> list[dict[str, Any]]:
    groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def read(story: EcsStory, elbv2: Any = None) -> ServiceState:
    return ServiceView(story.shaped().client, elbv2).read(DEPLOYMENT, GREEN)


def test_both_colours_are_read_with_what_they_run(aws: str) -> None:
    del aws
    state = read(EcsStory(desired=7))
    assert (state.service_arn, state.cluster_arn, state.desired_tasks) == (SERVICE, CLUSTER, 7)
    assert (state.green.arn, state.green.id, state.green.image) == (GREEN, "9313423515462893900", IMAGE)
    assert state.green.task_definition_arn.endswith("application:7")
    assert state.blue is not None
    assert (state.blue.arn, state.blue.target_group_arn) == (BLUE, BLUE_GROUP)
    assert state.blue.task_definition_arn.endswith("application:6")


def test_a_first_deployment_has_no_blue(aws: str) -> None:
    del aws
    state = read(EcsStory(sources={}))
    assert state.blue is None
    assert state.green_target_group is None, "nobody knows yet which of the two groups it will be"


def test_of_several_revisions_blue_is_the_one_with_the_traffic(aws: str) -> None:
    del aws
    state = read(EcsStory(sources={OLDER: (0.0, 9), BLUE: (100.0, 4)}))
    assert state.blue is not None
    assert state.blue.arn == BLUE


def test_after_the_shift_blue_is_the_one_that_still_has_tasks(aws: str) -> None:
    del aws
    state = read(EcsStory(sources={OLDER: (0.0, 0), BLUE: (0.0, 4), GREEN: (100.0, 4)}))
    assert state.blue is not None
    assert state.blue.arn == BLUE


def test_green_comes_into_the_group_that_blue_does_not_have(aws: str) -> None:
    del aws
    assert read(EcsStory()).green_target_group == GREEN_GROUP
    # After an odd number of deployments the colours have changed places.
    assert read(EcsStory(groups={BLUE: GREEN_GROUP})).green_target_group == BLUE_GROUP
    assert read(EcsStory(groups={BLUE: BLUE_GROUP, GREEN: GREEN_GROUP})).green_target_group == GREEN_GROUP
    assert read(EcsStory(groups={})).green_target_group is None


def test_the_digest_is_what_ecs_found_or_what_the_image_is_named_by(aws: str) -> None:
    del aws
    assert read(EcsStory()).green.image_digest == DIGEST
    assert read(EcsStory(image="jobr:latest")).green.image_digest is None
    found = read(EcsStory(image="jobr:latest", digests={GREEN: "sha256:" + "cd" * 32}))
    assert found.green.image_digest == "sha256:" + "cd" * 32


def test_the_weights_are_the_load_balancers_own(balancer: Balancer) -> None:
    story = EcsStory(rules=(balancer.rule, None), pair=(balancer.blue, balancer.green))
    rule = read(story, balancer.elbv2).production_rule
    assert rule is not None
    assert (dict(rule.weights), rule.live) == ({balancer.blue: 100, balancer.green: 0}, frozenset({balancer.blue}))
    balancer.elbv2.modify_rule(RuleArn=balancer.rule, Actions=_forward({balancer.blue: 90, balancer.green: 10}))
    moved = read(story, balancer.elbv2)
    assert moved.production_rule is not None
    assert moved.production_rule.live == {balancer.blue, balancer.green}
    assert moved.test_rule is None


def test_a_rule_with_a_single_group_sends_it_everything(balancer: Balancer) -> None:
    alone: Any = [{"Type": "forward", "TargetGroupArn": balancer.green}]
    balancer.elbv2.modify_rule(RuleArn=balancer.rule, Actions=alone)
    state = read(EcsStory(rules=(None, balancer.rule)), balancer.elbv2)
    assert state.test_rule is not None
    assert state.test_rule.live == {balancer.green}


def test_a_rule_that_is_gone_is_named(balancer: Balancer) -> None:
    balancer.elbv2.delete_rule(RuleArn=balancer.rule)
    with pytest.raises(CloudError, match=r"describe the listener rule arn:.*RuleNotFound"):
        read(EcsStory(rules=(balancer.rule, None)), balancer.elbv2)


@pytest.mark.parametrize("gone", [DEPLOYMENT, GREEN, BLUE])
def test_what_ecs_does_not_know_is_named(aws: str, gone: str) -> None:
    del aws
    with pytest.raises(CloudError, match=f"ECS does not know {gone} \\(MISSING\\)"):
        read(EcsStory(unknown={gone}))


def test_the_applications_container_is_found_by_its_name(aws: str) -> None:
    del aws
    story = EcsStory(container={"name": "app", "image": IMAGE, "environment": [{"name": "PORT", "value": "3000"}]})
    view = ServiceView(story.shaped().client, None)
    assert view.container_definition("application:7")["environment"] == [{"name": "PORT", "value": "3000"}]
    with pytest.raises(CloudError, match=r"has no container web, but: collector, app. Set CONTAINER_NAME"):
        ServiceView(story.shaped().client, None, "web").container_definition("application:7")


def test_a_right_that_the_role_lacks_is_named(aws: str) -> None:
    del aws
    view = ServiceView(EcsStory(unknown={"application:7"}).shaped().client, None)
    with pytest.raises(CloudError, match="role lacks DescribeTaskDefinition"):
        view.container_definition("application:7")
