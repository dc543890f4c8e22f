"""ECS: clusters, task definitions and services."""

import json
from typing import Any

from sandbox.provider.mapping import At, Call, Convert, Name, Resource, Text, Until

CLUSTER = Resource(
    token="aws:ecs/cluster:Cluster",
    service="ecs",
    create=Call("create_cluster", rename={"name": "clusterName"}),
    id=At("cluster.clusterArn"),
    read=Call(
        "describe_clusters",
        {"clusters": ["{id}"], "include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]},
        at="clusters[0]",
        rename={"name": "clusterName"},
    ),
    update=Call("update_cluster", {"cluster": "{id}"}),
    delete=Call("delete_cluster", {"cluster": "{id}"}),
    replace=("name",),
    name=Name(),
    unordered=("settings",),
    outputs={"arn": At("clusterArn")},
    gone_when="status == 'INACTIVE'",
    gone=("ClusterNotFoundException",),
)


def _containers(text: str) -> Any:
    return json.loads(text)


_DEFINITION = (
    "containerDefinitions", "cpu", "enableFaultInjection", "ephemeralStorage", "executionRoleArn", "family", "ipcMode",
    "memory", "networkMode", "pidMode", "proxyConfiguration", "requiresCompatibilities", "runtimePlatform",
    "taskRoleArn", "volumes",
)  # fmt: skip

TASK_DEFINITION = Resource(
    token="aws:ecs/taskDefinition:TaskDefinition",
    service="ecs",
    create=Call("register_task_definition", carries=_DEFINITION, at="taskDefinition"),
    id=At("taskDefinition.family"),
    read=Call("describe_task_definition", {"taskDefinition": "{arn}"}, at="taskDefinition"),
    delete=Call("deregister_task_definition", {"taskDefinition": "{arn}"}, when="!skipDestroy"),
    rename={"containerDefinitions": Convert("containerDefinitions", _containers, json.dumps)},
    replace=_DEFINITION,
    fixed=_DEFINITION,
    documents=("containerDefinitions",),
    unordered=("requiresCompatibilities", "volumes"),
    local=("skipDestroy", "trackLatest"),
    defaults={"skipDestroy": False, "trackLatest": False},
    outputs={
        "arn": At("taskDefinitionArn"),
        "arnWithoutRevision": Text("arn:aws:ecs:{region}:{account}:task-definition/{family}"),
    },
    gone_when="status == 'INACTIVE'",
    gone=("ClientException",),
)

_SWITCH = Convert("assignPublicIp", lambda on: "ENABLED" if on else "DISABLED", lambda word: word == "ENABLED")
_NO_ALARMS = {"alarmNames": [], "enable": False, "rollback": False}
_NO_BREAKER = {"enable": False, "rollback": False}


def _or(nothing: dict[str, Any], member: str) -> Convert:
    """A block that the API cannot do without once it was set: taken away, it is sent as `nothing`."""
    return Convert(member, lambda given: given or nothing, lambda found: None if found == nothing else found)


_SERVICE: dict[str, str | Convert] = {
    "name": "serviceName",
    "iamRole": "role",
    "orderedPlacementStrategies": "placementStrategy",
    "capacityProviderStrategies": "capacityProviderStrategy",
    "volumeConfiguration": "volumeConfigurations",
    "alarms": _or(_NO_ALARMS, "deploymentConfiguration.alarms"),
    "deploymentCircuitBreaker": _or(_NO_BREAKER, "deploymentConfiguration.deploymentCircuitBreaker"),
    "deploymentMaximumPercent": "deploymentConfiguration.maximumPercent",
    "deploymentMinimumHealthyPercent": "deploymentConfiguration.minimumHealthyPercent",
    "networkConfiguration": "networkConfiguration.awsvpcConfiguration",
    "networkConfiguration.assignPublicIp": _SWITCH,
}
_OWNER = {"cluster": "{cluster}"}

SERVICE = Resource(
    token="aws:ecs/service:Service",
    service="ecs",
    create=Call("create_service"),
    id=At("service.serviceArn"),
    read=Call(
        "describe_services",
        {**_OWNER, "services": ["{id}"], "include": ["TAGS"]},
        at="services[0]",
        rename={"cluster": "clusterArn"},
    ),
    update=Call("update_service", {**_OWNER, "service": "{id}"}),
    delete=Call("delete_service", {**_OWNER, "service": "{id}", "force": "{forceDelete}"}),
    before_delete=(Call("update_service", {**_OWNER, "service": "{id}", "desiredCount": 0}, ()),),
    rename=_SERVICE,
    # Another capacity provider replaces unless forceNewDeployment is set, upstream; here always.
    replace=("name", "capacityProviderStrategies", "cluster", "iamRole", "launchType", "schedulingStrategy"),
    local=("waitForSteadyState", "forceDelete", "sigintRollback"),
    defaults={
        "deploymentMaximumPercent": 200,
        "deploymentMinimumHealthyPercent": 100,
        "enableEcsManagedTags": False,
        "enableExecuteCommand": False,
        "schedulingStrategy": "REPLICA",
        "waitForSteadyState": False,
    },
    computed=("platformVersion", "availabilityZoneRebalancing", "desiredCount"),
    unordered=(
        *("alarms.alarmNames", "capacityProviderStrategies", "deploymentConfiguration.lifecycleHooks", "loadBalancers"),
        *("networkConfiguration.securityGroups", "networkConfiguration.subnets", "placementConstraints"),
    ),
    name=Name(),
    outputs={"arn": At("serviceArn")},
    gone_when="status == 'INACTIVE'",
    gone=("ServiceNotFoundException", "ClusterNotFoundException", "ServiceNotActiveException"),
    # An upper limit for who sets no timeouts; the program's are the sum of what its strategy may take.
    ready=Until("currentServiceDeployment", (None,), (), seconds=7200),
    gaps={
        "waitForSteadyState": "always waits until the service's deployment has ended, whatever its end; runningCount stays 0"
    },
)

RESOURCES: tuple[Resource, ...] = (CLUSTER, TASK_DEFINITION, SERVICE)
