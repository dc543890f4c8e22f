"""Clusters, task definitions and services."""

import json
from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from sandbox.provider.types.containers import TASK_DEFINITION
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import ROLE, WholeContract, groups, subnets, vpc

TAGS = {"Name": "a case"}
_CLUSTERS = Call("describe_clusters", {"clusters": ["{id}"], "include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]}, at="clusters[0]")
_DEFINITIONS = Call("describe_task_definition", {"taskDefinition": "{arn}"}, at="taskDefinition")
_SERVICES = Call("describe_services", {"cluster": "{cluster}", "services": ["{id}"], "include": ["TAGS"]}, at="services[0]")
_TAGS_OF_ID = Call("list_tags_for_resource", {"resourceArn": "{id}"}, at="tags")
_TAGS_OF_ARN = Call("list_tags_for_resource", {"resourceArn": "{arn}"}, at="tags")
_BLUE_GREEN = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "10"}
_HOOK = "arn:aws:lambda:us-east-1:123456789012:function:gate"


def _tag_changes(look: Call) -> tuple[Change, ...]:
    return (
        Change("tags", {"Name": "another", "Owner": "us"}, {"[?key=='Name'].value | [0]": "another", "length(@)": 2}, look=look),
        Change("tags", None, {"@": []}, look=look),
    )


def _retagged(name: str) -> Drift:
    by = Call("tag_resource", {"resourceArn": name, "tags": [{"key": "Name", "value": "by hand"}]})
    return Drift(by, "tags", {"Name": "by hand"})


def _containers(image: str = "app@sha256:" + "0" * 64) -> str:
    app = {"name": "app", "image": image, "essential": True, "portMappings": [{"containerPort": 5000, "protocol": "tcp"}]}
    return json.dumps([app])


def _definition(bench: Bench) -> dict[str, Any]:
    return {
        "family": bench.unique("family"),
        "containerDefinitions": _containers(),
        "cpu": "1024",
        "memory": "2048",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": ROLE,
        "taskRoleArn": ROLE,
        "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        "tags": TAGS,
    }


def _target_group(bench: Bench) -> str:
    made = bench.client("elbv2").create_target_group(
        Name=bench.unique("tg"), Port=80, Protocol="HTTP", VpcId=vpc(bench.cloud), TargetType="ip"
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _registered(bench: Bench) -> str:
    made = bench.client("ecs").register_task_definition(
        family=bench.unique("family"),
        containerDefinitions=json.loads(_containers()),
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
        "networkConfiguration": {"subnets": list(subnets(bench.cloud)), "securityGroups": [groups(bench.cloud)[0]], "assignPublicIp": False},
        "deploymentConfiguration": _BLUE_GREEN,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "alarms": {"enable": True, "rollback": True, "alarmNames": ["errors"]},
        "healthCheckGracePeriodSeconds": 60,
        "loadBalancers": [
            {
                "targetGroupArn": _target_group(bench),
                "containerName": "app",
                "containerPort": 5000,
                "advancedConfiguration": {"alternateTargetGroupArn": _target_group(bench), "productionListenerRule": rule, "roleArn": ROLE},
            }
        ],
        "tags": TAGS,
    }


def _sent(member: str, value: Any) -> dict[str, Any]:
    return {f"update_service.{member}": value}


class TestContainers(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:ecs/cluster:Cluster",
            lambda bench: {"name": bench.unique("cluster"), "settings": [{"name": "containerInsights", "value": "enabled"}], "tags": TAGS},
            _CLUSTERS,
            {"clusterName": "{name}", "settings": [{"name": "containerInsights", "value": "enabled"}], "status": "ACTIVE"},
            outputs={"arn": "{id}"},
            changes=(
                Change("settings", [{"name": "containerInsights", "value": "disabled"}], {"settings[0].value": "disabled"}),
                Change("configuration", {"executeCommandConfiguration": {"logging": "DEFAULT"}}, {"configuration.executeCommandConfiguration.logging": "DEFAULT"}),
                *_tag_changes(_TAGS_OF_ID),
            ),
            replaces={"name": "another"},
            drift=(
                Drift(
                    Call("update_cluster", {"cluster": "{id}", "settings": [{"name": "containerInsights", "value": "disabled"}]}),
                    "settings",
                    [{"name": "containerInsights", "value": "disabled"}],
                ),
                _retagged("{id}"),
            ),
            vanish=Call("delete_cluster", {"cluster": "{id}"}),
            remains="status == 'INACTIVE'",
        ),
        Case(
            "aws:ecs/taskDefinition:TaskDefinition",
            _definition,
            _DEFINITIONS,
            {
                "family": "{family}",
                "cpu": "1024",
                "memory": "2048",
                "networkMode": "awsvpc",
                "containerDefinitions[0].image": "app@sha256:" + "0" * 64,
                "runtimePlatform.cpuArchitecture": "ARM64",
                "executionRoleArn": ROLE,
            },
            outputs={
                "arn": "arn:aws:ecs:us-east-1:123456789012:task-definition/{family}:1",
                "arnWithoutRevision": "arn:aws:ecs:us-east-1:123456789012:task-definition/{family}",
                "revision": 1,
                "skipDestroy": False,
                "trackLatest": False,
            },
            changes=_tag_changes(_TAGS_OF_ARN),
            replaces={
                "family": "another",
                "containerDefinitions": _containers("other@sha256:" + "1" * 64),
                "cpu": "2048",
                "memory": "4096",
                "executionRoleArn": ROLE + "-else",
                "taskRoleArn": ROLE + "-else",
                "runtimePlatform": {"cpuArchitecture": "X86_64"},
                "ephemeralStorage": {"sizeInGib": 30},
                "volumes": [{"name": "scratch"}],
            },
            drift=(_retagged("{arn}"),),
            vanish=Call("deregister_task_definition", {"taskDefinition": "{arn}"}),
            remains="status == 'INACTIVE'",
        ),
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
            outputs={"arn": "{id}", "schedulingStrategy": "REPLICA", "deploymentMaximumPercent": 200, "waitForSteadyState": False},
            changes=(
                Change("desiredCount", 3, {"desiredCount": 3}),
                Change("deploymentConfiguration", {**_BLUE_GREEN, "bakeTimeInMinutes": "20"}, sent=_sent("deploymentConfiguration.bakeTimeInMinutes", 20)),
                Change(
                    "deploymentConfiguration",
                    {**_BLUE_GREEN, "lifecycleHooks": [{"hookTargetArn": _HOOK, "roleArn": ROLE, "lifecycleStages": ["PRE_SCALE_UP"]}]},
                    sent=_sent("deploymentConfiguration.lifecycleHooks[0].lifecycleStages", ["PRE_SCALE_UP"]),
                ),
                Change(
                    "deploymentConfiguration",
                    {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 10, "canaryBakeTimeInMinutes": "5"}},
                    sent=_sent("deploymentConfiguration.canaryConfiguration", {"canaryPercent": 10, "canaryBakeTimeInMinutes": 5}),
                ),
                Change("deploymentMinimumHealthyPercent", 50, sent=_sent("deploymentConfiguration.minimumHealthyPercent", 50)),
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
                Change("alarms", None, {"deploymentConfiguration.alarms.enable": False, "deploymentConfiguration.strategy": "CANARY"}),
                Change("deploymentCircuitBreaker", None, {"deploymentConfiguration.deploymentCircuitBreaker.enable": False}),
                Change("healthCheckGracePeriodSeconds", 90, sent=_sent("healthCheckGracePeriodSeconds", 90)),
                Change("enableExecuteCommand", True, sent=_sent("enableExecuteCommand", True)),
                Change("enableEcsManagedTags", True, sent=_sent("enableECSManagedTags", True)),
                Change("propagateTags", "SERVICE", sent=_sent("propagateTags", "SERVICE")),
                Change("waitForSteadyState", True),
                *_tag_changes(_TAGS_OF_ID),
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
                Drift(Call("update_service", {"cluster": "{cluster}", "service": "{id}", "desiredCount": 7}), "desiredCount", 7),
                _retagged("{id}"),
            ),
            vanish=Call("delete_service", {"cluster": "{cluster}", "service": "{id}", "force": True}),
            remains="status == 'INACTIVE'",
        ),
    )

    def test_a_task_definition_is_imported_by_its_arn(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, TASK_DEFINITION)
        made = bench.create(_definition(bench))
        found = bench.lifecycle.read(made.outputs["arn"], {}, {})
        assert found is not None
        assert found.outputs["revision"] == 1
        for name in ("family", "cpu", "memory", "networkMode", "requiresCompatibilities", "executionRoleArn", "tags"):
            assert found.inputs[name] == made.inputs[name], name
        assert json.loads(found.inputs["containerDefinitions"])[0]["image"] == "app@sha256:" + "0" * 64
        bench.clean()

    def test_a_task_definition_that_shall_outlive_its_resource_stays_active(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, TASK_DEFINITION)
        state = bench.create({**_definition(bench), "skipDestroy": True})
        bench.delete(state)
        assert bench.call(_DEFINITIONS, state)["status"] == "ACTIVE"

    def test_a_service_gets_another_task_definition_and_network_in_place(self, cloud: RecordingCloud) -> None:
        from sandbox.provider.types.containers import SERVICE

        bench = Bench(cloud, SERVICE)
        given = _service(bench)
        state = bench.create(given)
        changed = {**given, "taskDefinition": _registered(bench), "networkConfiguration": {**given["networkConfiguration"], "securityGroups": list(groups(cloud))}}
        found = bench.diff(state, changed)
        assert (found.changed, found.replaces) == ({"taskDefinition", "networkConfiguration"}, set())
        state = bench.update(state, changed)
        shown = bench.call(_SERVICES, state)
        assert shown["taskDefinition"] == changed["taskDefinition"]
        assert shown["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] == list(groups(cloud))
        bench.clean()
