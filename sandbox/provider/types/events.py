"""What runs at a time or on an event: EventBridge's schedules, rules and targets, Step Functions' state machines."""

from datetime import datetime
from typing import Any

from sandbox.provider.mapping import At, Call, Convert, Name, Resource, Text


def _of_time(found: datetime) -> str:
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


_SCHEDULE = {"GroupName": "{groupName}", "Name": "{name}"}

SCHEDULE = Resource(
    token="aws:scheduler/schedule:Schedule",
    service="scheduler",
    create=Call("create_schedule"),
    id=Text("{groupName}/{name}"),
    read=Call("get_schedule", _SCHEDULE),
    update=Call("update_schedule"),
    update_all=True,
    delete=Call("delete_schedule", _SCHEDULE),
    rename={
        "startDate": Convert("StartDate", str, _of_time),
        "endDate": Convert("EndDate", str, _of_time),
        "target.ecsParameters.networkConfiguration": "NetworkConfiguration.awsvpcConfiguration",
        "target.ecsParameters.capacityProviderStrategies": "CapacityProviderStrategy",
        "target.ecsParameters.placementStrategies": "PlacementStrategy",
    },
    replace=("name", "groupName"),
    name=Name(limit=64),
    defaults={"groupName": "default", "scheduleExpressionTimezone": "UTC", "state": "ENABLED"},
    computed=("actionAfterCompletion",),
    gone=("ResourceNotFoundException",),
    taggable=False,
)

_RULE = {"Name": "{id}", "EventBusName": "{eventBusName}"}

RULE = Resource(
    token="aws:cloudwatch/eventRule:EventRule",
    service="events",
    create=Call("put_rule"),
    id=Text("{name}"),
    read=Call("describe_rule", _RULE),
    update=Call("put_rule"),
    update_all=True,
    delete=Call("delete_rule", {**_RULE, "Force": "{forceDestroy}"}),
    replace=("name", "eventBusName"),
    name=Name(limit=64),
    defaults={"eventBusName": "default", "forceDestroy": False, "state": "ENABLED"},
    documents=("eventPattern",),
    local=("forceDestroy",),
    gone=("ResourceNotFoundException",),
    unserved={"isEnabled": "deprecated upstream: use state"},
)

_TARGET = {"Rule": "{rule}", "EventBusName": "{eventBusName}"}
_PUT_TARGET = Call(
    "put_targets",
    {
        **_TARGET,
        "Targets": [
            {
                "Id": "{targetId}",
                "Arn": "{arn}",
                "RoleArn": "{roleArn}",
                "Input": "{input}",
                "InputPath": "{inputPath}",
                "DeadLetterConfig": "{deadLetterConfig}",
                "RetryPolicy": "{retryPolicy}",
            }
        ],
    },
    carries=(),
)

TARGET = Resource(
    token="aws:cloudwatch/eventTarget:EventTarget",
    service="events",
    create=_PUT_TARGET,
    id=Text("{rule}-{targetId}"),
    read=Call("list_targets_by_rule", _TARGET, at="Targets[?Id=='{targetId}'] | [0]"),
    update=_PUT_TARGET,
    update_all=True,
    delete=Call("remove_targets", {**_TARGET, "Ids": ["{targetId}"], "Force": "{forceDestroy}"}),
    replace=("rule", "targetId", "eventBusName"),
    fixed=("eventBusName",),
    name=Name("targetId", limit=64),
    defaults={"eventBusName": "default", "forceDestroy": False},
    local=("forceDestroy",),
    gone=("ResourceNotFoundException",),
    taggable=False,
)


def _to_destinations(arn: str) -> list[dict[str, Any]]:
    return [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]


def _of_destinations(found: Any) -> Any:
    return found[0]["cloudWatchLogsLogGroup"]["logGroupArn"] if found else None


_MACHINE = {"stateMachineArn": "{id}"}

STATE_MACHINE = Resource(
    token="aws:sfn/stateMachine:StateMachine",
    service="stepfunctions",
    create=Call("create_state_machine"),
    id=At("stateMachineArn"),
    read=Call("describe_state_machine", _MACHINE),
    update=Call("update_state_machine", _MACHINE),
    delete=Call("delete_state_machine", _MACHINE),
    rename={"loggingConfiguration.logDestination": Convert("destinations", _to_destinations, _of_destinations)},
    outputs={"arn": At("stateMachineArn")},
    replace=("name", "type"),
    name=Name(limit=80),
    defaults={"publish": False, "type": "STANDARD"},
    computed=("encryptionConfiguration", "loggingConfiguration", "tracingConfiguration"),
    documents=("definition",),
    fixed=("publish",),
    gone=("StateMachineDoesNotExist",),
    unserved={
        "description": "no published versions",
        "revisionId": "no published versions",
        "stateMachineVersionArn": "no published versions",
        "versionDescription": "no published versions",
    },
)

RESOURCES = (SCHEDULE, RULE, TARGET, STATE_MACHINE)
