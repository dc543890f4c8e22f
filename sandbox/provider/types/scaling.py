"""Application Auto Scaling: targets, policies and scheduled actions."""

from sandbox.provider.mapping import At, Call, Name, Resource, Text

_TARGET = {
    "ServiceNamespace": "{serviceNamespace}",
    "ResourceId": "{resourceId}",
    "ScalableDimension": "{scalableDimension}",
}
_PLACE = ("serviceNamespace", "resourceId", "scalableDimension")

TARGET = Resource(
    token="aws:appautoscaling/target:Target",
    service="application-autoscaling",
    create=Call(
        "register_scalable_target", carries=(*_PLACE, "minCapacity", "maxCapacity", "roleArn", "suspendedState")
    ),
    id=Text("{resourceId}"),
    read=Call(
        "describe_scalable_targets",
        {
            "ServiceNamespace": "{serviceNamespace}",
            "ResourceIds": ["{resourceId}"],
            "ScalableDimension": "{scalableDimension}",
        },
        at="ScalableTargets[0]",
    ),
    update=Call("register_scalable_target", _TARGET, ("minCapacity", "maxCapacity", "roleArn", "suspendedState")),
    delete=Call("deregister_scalable_target", _TARGET),
    replace=_PLACE,
    computed=("roleArn", "suspendedState"),
    outputs={"arn": At("ScalableTargetARN")},
    gone=("ObjectNotFoundException",),
)

POLICY = Resource(
    token="aws:appautoscaling/policy:Policy",
    service="application-autoscaling",
    create=Call("put_scaling_policy"),
    id=Text("{name}"),
    read=Call(
        "describe_scaling_policies",
        {**_TARGET, "PolicyNames": ["{name}"]},
        at="ScalingPolicies[?PolicyName=='{name}'] | [0]",
    ),
    update=Call("put_scaling_policy", {**_TARGET, "PolicyName": "{name}", "PolicyType": "{policyType}"}),
    update_all=True,
    delete=Call("delete_scaling_policy", {**_TARGET, "PolicyName": "{name}"}),
    rename={"name": "PolicyName"},
    replace=("name", *_PLACE),
    name=Name(limit=256),
    defaults={"policyType": "StepScaling"},
    outputs={"arn": At("PolicyARN"), "alarmArns": At("Alarms[].AlarmARN || `[]`")},
    gone=("ObjectNotFoundException",),
    taggable=False,
)

SCHEDULED_ACTION = Resource(
    token="aws:appautoscaling/scheduledAction:ScheduledAction",
    service="application-autoscaling",
    create=Call("put_scheduled_action"),
    id=Text("{name}-{serviceNamespace}-{resourceId}"),
    read=Call(
        "describe_scheduled_actions",
        {**_TARGET, "ScheduledActionNames": ["{name}"]},
        at="ScheduledActions[0]",
    ),
    update=Call("put_scheduled_action", {**_TARGET, "ScheduledActionName": "{name}"}),
    update_all=True,
    delete=Call("delete_scheduled_action", {**_TARGET, "ScheduledActionName": "{name}"}),
    rename={"name": "ScheduledActionName"},
    replace=("name", *_PLACE),
    name=Name(limit=256),
    defaults={"timezone": "UTC"},
    outputs={"arn": At("ScheduledActionARN")},
    gone=("ObjectNotFoundException",),
    taggable=False,
)

RESOURCES: tuple[Resource, ...] = (TARGET, POLICY, SCHEDULED_ACTION)
