"""ECS services, with the blue/green, linear and canary deployments that ECS does itself."""

import json
from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from sandbox.provider.types.containers import SERVICE
from tests.sandbox.provider.types.container_parts import containers, retagged, tag_changes
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import ROLE, WholeContract, groups, subnets, vpc

TAGS = {"Name": "a case"}
_SERVICES = Call(
    "describe_services", {"cluster": "{cluster}", "services": ["{id}"], "include": ["TAGS"]}, at="services[0]"
)
_TAGS_OF_ID = Call("list_tags_for_resource", {"resourceArn": "{id}"}, at="tags")
_BLUE_GREEN = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "10"}
_HOOK = "arn:aws:lambda:us-east-1:123456789012:function:gate"


def _target_group(bench: Bench) -> str:
    made = bench.client("elbv2").create_target_group(
        Name=bench.unique("tg"), Port=80, Protocol="HTTP", VpcId=vpc(bench.cloud), TargetType="ip"
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _registered(bench: Bench) -> str:
    made = bench.client("ecs").register_task_definition(
        family=bench.unique("family"),
        containerDefinitions=json.loads(containers()),
        cpu="256",
        memory="512",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def _service(bench: Bench) -> dict[str, Any]:
    cluster = bench.client("ecs").create_cluster(clusterName=bench.unique("cluster"))["cluster"]["clusterArn"]
    rule = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/0123456789abcdef/0123456789abcdef/0123456789abcdef"
    return {
        "name": bench.unique("service"),
        "cluster": cluster,
        "taskDefinition": _registered(bench),
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": {
            "subnets": list(subnets(bench.cloud)),
            "securityGroups": [groups(bench.cloud)[0]],
            "assignPublicIp": False,
        },
        "deploymentConfiguration": _BLUE_GREEN,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "alarms": {"enable": True, "rollback": True, "alarmNames": ["errors"]},
        "healthCheckGracePeriodSeconds": 60,
        "loadBalancers": [
            {
                "targetGroupArn": _target_group(bench),
                "containerName": "app",
                "containerPort": 5000,
                "advancedConfiguration": {
                    "alternateTargetGroupArn": _target_group(bench),
                    "productionListenerRule": rule,
                    "roleArn": ROLE,
                },
            }
        ],
        "tags": TAGS,
    }


def _sent(member: str, value: Any) -> dict[str, Any]:
    return {f"update_service.{member}": value}


class TestServices(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:ecs/service:Service",
            _service,
            _SERVICES,
            {
                "serviceName": "{name}",
                "desiredCount": 2,
                "launchType": "FARGATE",
                "taskDefinition": "{taskDefinition}",
                "length(loadBalancers)": 1,
                "loadBalancers[0].advancedConfiguration.roleArn": ROLE,
                "networkConfiguration.awsvpcConfiguration.assignPublicIp": "DISABLED",
                "networkConfiguration.awsvpcConfiguration.securityGroups | length(@)": 1,
            },
            sent={
                "create_service.deploymentConfiguration": {
                    "strategy": "BLUE_GREEN",
                    "bakeTimeInMinutes": 10,
                    "maximumPercent": 200,
                    "minimumHealthyPercent": 100,
                    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                    "alarms": {"enable": True, "rollback": True, "alarmNames": ["errors"]},
                },
                "create_service.healthCheckGracePeriodSeconds": 60,
            },
            outputs={
                "arn": "{id}",
                "schedulingStrategy": "REPLICA",
                "deploymentMaximumPercent": 200,
                "waitForSteadyState": False,
            },
            changes=(
                Change("desiredCount", 3, {"desiredCount": 3}),
                Change(
                    "deploymentConfiguration",
                    {**_BLUE_GREEN, "bakeTimeInMinutes": "20"},
                    sent=_sent("deploymentConfiguration.bakeTimeInMinutes", 20),
                ),
                Change(
                    "deploymentConfiguration",
                    {
                        **_BLUE_GREEN,
                        "lifecycleHooks": [
                            {"hookTargetArn": _HOOK, "roleArn": ROLE, "lifecycleStages": ["PRE_SCALE_UP"]}
                        ],
                    },
                    sent=_sent("deploymentConfiguration.lifecycleHooks[0].lifecycleStages", ["PRE_SCALE_UP"]),
                ),
                Change(
                    "deploymentConfiguration",
                    {
                        "strategy": "LINEAR",
                        "bakeTimeInMinutes": "5",
                        "linearConfiguration": {"stepPercent": 20.0, "stepBakeTimeInMinutes": "3"},
                    },
                    sent=_sent(
                        "deploymentConfiguration.linearConfiguration", {"stepPercent": 20, "stepBakeTimeInMinutes": 3}
                    ),
                ),
                Change(
                    "deploymentConfiguration",
                    {
                        "strategy": "CANARY",
                        "canaryConfiguration": {"canaryPercent": 10, "canaryBakeTimeInMinutes": "5"},
                    },
                    sent=_sent(
                        "deploymentConfiguration.canaryConfiguration",
                        {"canaryPercent": 10, "canaryBakeTimeInMinutes": 5},
                    ),
                ),
                Change(
                    "deploymentMinimumHealthyPercent",
                    50,
                    sent=_sent("deploymentConfiguration.minimumHealthyPercent", 50),
                ),
                Change("deploymentMaximumPercent", 150, sent=_sent("deploymentConfiguration.maximumPercent", 150)),
                Change(
                    "deploymentCircuitBreaker",
                    {"enable": True, "rollback": False},
                    sent=_sent("deploymentConfiguration.deploymentCircuitBreaker.rollback", False),
                ),
                Change(
                    "alarms",
                    {"enable": True, "rollback": True, "alarmNames": ["errors", "latency"]},
                    sent=_sent("deploymentConfiguration.alarms.alarmNames", ["errors", "latency"]),
                ),
                Change(
                    "alarms",
                    None,
                    {"deploymentConfiguration.alarms.enable": False, "deploymentConfiguration.strategy": "CANARY"},
                ),
                Change(
                    "deploymentCircuitBreaker", None, {"deploymentConfiguration.deploymentCircuitBreaker.enable": False}
                ),
                Change("healthCheckGracePeriodSeconds", 90, sent=_sent("healthCheckGracePeriodSeconds", 90)),
                Change("enableExecuteCommand", True, sent=_sent("enableExecuteCommand", True)),
                Change("enableEcsManagedTags", True, sent=_sent("enableECSManagedTags", True)),
                Change("propagateTags", "SERVICE", sent=_sent("propagateTags", "SERVICE")),
                Change("waitForSteadyState", True),
                *tag_changes(_TAGS_OF_ID),
            ),
            replaces={
                "name": "another",
                "cluster": "another",
                "launchType": "EC2",
                "schedulingStrategy": "DAEMON",
                "iamRole": ROLE,
                "capacityProviderStrategies": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
            },
            drift=(
                Drift(
                    Call("update_service", {"cluster": "{cluster}", "service": "{id}", "desiredCount": 7}),
                    "desiredCount",
                    7,
                ),
                retagged("{id}"),
            ),
            vanish=Call("delete_service", {"cluster": "{cluster}", "service": "{id}", "force": True}),
            remains="status == 'INACTIVE'",
        ),
    )

    def test_a_service_gets_another_task_definition_and_network_in_place(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, SERVICE)
        given = _service(bench)
        state = bench.create(given)
        changed = {
            **given,
            "taskDefinition": _registered(bench),
            "networkConfiguration": {**given["networkConfiguration"], "securityGroups": list(groups(cloud))},
        }
        found = bench.diff(state, changed)
        assert (found.changed, found.replaces) == ({"taskDefinition", "networkConfiguration"}, set())
        state = bench.update(state, changed)
        shown = bench.call(_SERVICES, state)
        assert shown["taskDefinition"] == changed["taskDefinition"]
        assert shown["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] == list(groups(cloud))
        bench.clean()

    def test_subnets_and_groups_in_the_apis_own_order_are_no_drift(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, SERVICE)
        given = _service(bench)
        given["networkConfiguration"]["securityGroups"] = list(groups(cloud))
        state = bench.create(given)
        network = {
            "subnets": given["networkConfiguration"]["subnets"][::-1],
            "securityGroups": given["networkConfiguration"]["securityGroups"][::-1],
            "assignPublicIp": "DISABLED",
        }
        there = {"awsvpcConfiguration": network}
        bench.client("ecs").update_service(cluster=given["cluster"], service=state.id, networkConfiguration=there)
        read = bench.read(state)
        assert read is not None
        assert read.inputs == state.inputs
        bench.clean()

    def test_a_service_of_one_without_a_load_balancer_ends_its_task_before_the_next_one_starts(
        self, cloud: RecordingCloud
    ) -> None:
        bench = Bench(cloud, SERVICE)
        balanced = ("name", "deploymentConfiguration", "alarms", "healthCheckGracePeriodSeconds", "loadBalancers")
        given = {
            **{name: value for name, value in _service(bench).items() if name not in balanced},
            "name": bench.unique("archiver"),
            "desiredCount": 1,
            "platformVersion": "LATEST",
            "deploymentMinimumHealthyPercent": 0,
            "deploymentMaximumPercent": 100,
            "availabilityZoneRebalancing": "DISABLED",
            "deploymentController": {"type": "ECS"},
            "waitForSteadyState": True,
        }
        state = bench.create(given)
        sent = cloud.sent["create_service"]
        deployed = sent["deploymentConfiguration"]
        assert (deployed["minimumHealthyPercent"], deployed["maximumPercent"]) == (0, 100)
        assert sent["availabilityZoneRebalancing"] == "DISABLED"
        read = bench.read(state)
        assert read is not None
        assert read.inputs == state.inputs, "what was made is what was asked for"
        changed = {**given, "taskDefinition": _registered(bench)}
        found = bench.diff(state, changed)
        assert (found.changed, found.replaces) == ({"taskDefinition"}, set())
        bench.update(state, changed)
        bench.clean()
