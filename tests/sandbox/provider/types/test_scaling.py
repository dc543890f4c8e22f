"""Application Auto Scaling and Prometheus workspaces."""

import json
from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.container_parts import containers
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift
from tests.sandbox.provider.types.surroundings import WholeContract

TAGS = {"Name": "a case"}
NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"
_PLACE = {
    "ServiceNamespace": "{serviceNamespace}",
    "ResourceId": "{resourceId}",
    "ScalableDimension": "{scalableDimension}",
}
_TARGETS = Call(
    "describe_scalable_targets",
    {"ServiceNamespace": "{serviceNamespace}", "ResourceIds": ["{resourceId}"]},
    at="ScalableTargets[0]",
)
_POLICIES = Call(
    "describe_scaling_policies",
    {"ServiceNamespace": "{serviceNamespace}", "ResourceId": "{resourceId}"},
    at="ScalingPolicies[0]",
)
_ACTIONS = Call(
    "describe_scheduled_actions",
    {"ServiceNamespace": "{serviceNamespace}", "ResourceId": "{resourceId}"},
    at="ScheduledActions[0]",
)
_TAGS_OF_TARGET = Call("list_tags_for_resource", {"ResourceARN": "{arn}"}, at="Tags")


def _service(bench: Bench) -> dict[str, Any]:
    """Where a target is: a service that exists, as Application Auto Scaling asks for."""
    ecs, cluster, service = bench.client("ecs"), bench.unique("cluster"), bench.unique("service")
    ecs.create_cluster(clusterName=cluster)
    definition = [{**each, "memory": 128} for each in json.loads(containers())]
    family = ecs.register_task_definition(family=bench.unique("family"), containerDefinitions=definition)
    ecs.create_service(
        cluster=cluster,
        serviceName=service,
        taskDefinition=family["taskDefinition"]["taskDefinitionArn"],
        desiredCount=1,
    )
    return {
        "serviceNamespace": NAMESPACE,
        "resourceId": f"service/{cluster}/{service}",
        "scalableDimension": DIMENSION,
    }


def _target(bench: Bench) -> dict[str, Any]:
    return {**_service(bench), "minCapacity": 2, "maxCapacity": 4}


def _registered(bench: Bench) -> dict[str, Any]:
    place = _service(bench)
    bench.client("application-autoscaling").register_scalable_target(
        ServiceNamespace=NAMESPACE,
        ResourceId=place["resourceId"],
        ScalableDimension=DIMENSION,
        MinCapacity=1,
        MaxCapacity=4,
    )
    return place


def _requests(colour: str) -> dict[str, Any]:
    dimensions = [
        {"name": "LoadBalancer", "value": "app/one/1"},
        {"name": "TargetGroup", "value": f"targetgroup/{colour}/1"},
    ]
    metric = {"namespace": "AWS/ApplicationELB", "metricName": "RequestCountPerTarget", "dimensions": dimensions}
    return {"id": colour, "metricStat": {"metric": metric, "stat": "Sum"}, "returnData": False}


def _tracking(value: float) -> dict[str, Any]:
    both = {"id": "requests", "expression": "SUM([blue, green])", "returnData": True}
    metrics = [_requests("blue"), _requests("green"), both]
    return {"targetValue": value, "scaleInCooldown": 300, "customizedMetricSpecification": {"metrics": metrics}}


_KEY = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
_SUM = "TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics[2].Expression"
_VALUE = "TargetTrackingScalingPolicyConfiguration.TargetValue"


class TestScaling(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:appautoscaling/target:Target",
            lambda bench: {**_target(bench), "tags": TAGS},
            _TARGETS,
            {"MinCapacity": 2, "MaxCapacity": 4},
            changes=(
                Change("maxCapacity", 8, {"MaxCapacity": 8, "MinCapacity": 2}),
                Change("minCapacity", 1, {"MinCapacity": 1}),
                Change(
                    "tags", {"Name": "another", "Owner": "us"}, {"Owner": "us", "Name": "another"}, look=_TAGS_OF_TARGET
                ),
                Change("tags", None, {"@": {}}, look=_TAGS_OF_TARGET),
            ),
            replaces={"resourceId": "service/another/one", "scalableDimension": "ecs:service:Other"},
            drift=(
                Drift(Call("register_scalable_target", {**_PLACE, "MaxCapacity": 9}), "maxCapacity", 9),
                Drift(
                    Call("tag_resource", {"ResourceARN": "{arn}", "Tags": {"Name": "by hand"}}),
                    "tags",
                    {"Name": "by hand"},
                ),
            ),
            vanish=Call("deregister_scalable_target", _PLACE),
        ),
        Case(
            "aws:appautoscaling/policy:Policy",
            lambda bench: {
                **_registered(bench),
                "name": bench.unique("policy"),
                "policyType": "TargetTrackingScaling",
                "targetTrackingScalingPolicyConfiguration": _tracking(600.0),
            },
            _POLICIES,
            {"PolicyName": "{name}", _SUM: "SUM([blue, green])", _VALUE: 600.0, "length(Alarms)": 2},
            changes=(
                Change(
                    "targetTrackingScalingPolicyConfiguration", _tracking(900.0), {_VALUE: 900.0, "length(Alarms)": 2}
                ),
            ),
            replaces={"name": "another", "resourceId": "service/another/one"},
            drift=(
                Drift(
                    Call(
                        "put_scaling_policy",
                        {
                            **_PLACE,
                            "PolicyName": "{name}",
                            "PolicyType": "TargetTrackingScaling",
                            "TargetTrackingScalingPolicyConfiguration": {
                                "TargetValue": 50.0,
                                "PredefinedMetricSpecification": {
                                    "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
                                },
                            },
                        },
                    ),
                    "targetTrackingScalingPolicyConfiguration",
                    {"targetValue": 50.0},
                ),
            ),
            vanish=Call("delete_scaling_policy", {**_PLACE, "PolicyName": "{name}"}),
        ),
        Case(
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            lambda bench: {
                **_registered(bench),
                "name": bench.unique("action"),
                "schedule": "cron(0 7 ? * MON-FRI *)",
                "timezone": "Europe/Berlin",
                "scalableTargetAction": {"minCapacity": 6, "maxCapacity": 20},
            },
            _ACTIONS,
            {
                "ScheduledActionName": "{name}",
                "Schedule": "cron(0 7 ? * MON-FRI *)",
                "Timezone": "Europe/Berlin",
                "ScalableTargetAction": {"MinCapacity": 6, "MaxCapacity": 20},
            },
            changes=(
                Change("schedule", "cron(0 8 ? * MON-FRI *)", {"Schedule": "cron(0 8 ? * MON-FRI *)"}),
                Change(
                    "scalableTargetAction",
                    {"minCapacity": 3, "maxCapacity": 20},
                    {"ScalableTargetAction.MinCapacity": 3},
                ),
            ),
            replaces={"name": "another", "resourceId": "service/another/one"},
            vanish=Call("delete_scheduled_action", {**_PLACE, "ScheduledActionName": "{name}"}),
        ),
        Case(
            "aws:amp/workspace:Workspace",
            lambda bench: {"alias": bench.unique("metrics"), "kmsKeyArn": _KEY, "tags": TAGS},
            Call("describe_workspace", {"workspaceId": "{id}"}, at="workspace"),
            {"alias": "{alias}", "status.statusCode": "ACTIVE", "tags": TAGS},
            sent={"create_workspace.kmsKeyArn": _KEY},
            outputs={"prometheusEndpoint": "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/{id}/"},
            changes=(
                Change("alias", "another", {"alias": "another"}),
                Change("tags", {"Owner": "us"}, {"tags": {"Owner": "us"}}),
                Change("tags", None, {"tags": {}}),
            ),
            replaces={"kmsKeyArn": _KEY + "0"},
            drift=(Drift(Call("update_workspace_alias", {"workspaceId": "{id}", "alias": "hand"}), "alias", "hand"),),
            vanish=Call("delete_workspace", {"workspaceId": "{id}"}),
        ),
    )
