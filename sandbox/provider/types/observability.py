"""CloudWatch: log groups and their metric filters, metric alarms, dashboards."""

from collections.abc import Mapping
from typing import Any

from sandbox.provider.mapping import At, Call, Convert, Name, Part, Resource, Text

_GROUP = {"logGroupName": "{id}"}

LOG_GROUP = Resource(
    token="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    create=Call("create_log_group", carries=("name", "kmsKeyId", "logGroupClass", "deletionProtectionEnabled")),
    id=Text("{name}"),
    read=Call("describe_log_groups", {"logGroupNamePrefix": "{id}"}, at="logGroups[?logGroupName=='{id}'] | [0]"),
    delete=Call("delete_log_group", _GROUP, when="!skipDestroy"),
    parts=(
        Part(
            ("retentionInDays",),
            put=Call(
                "put_retention_policy", {**_GROUP, "retentionInDays": "{retentionInDays}"}, when="retentionInDays"
            ),
            clear=Call("delete_retention_policy", _GROUP),
        ),
        Part(
            ("kmsKeyId",),
            put=Call("associate_kms_key", {**_GROUP, "kmsKeyId": "{kmsKeyId}"}),
            clear=Call("disassociate_kms_key", _GROUP),
        ),
        Part(
            ("deletionProtectionEnabled",),
            put=Call(
                "put_log_group_deletion_protection",
                {"logGroupIdentifier": "{id}", "deletionProtectionEnabled": "{deletionProtectionEnabled}"},
            ),
        ),
    ),
    rename={"name": "logGroupName"},
    outputs={"arn": At("logGroupArn")},
    replace=("name", "logGroupClass"),
    name=Name(limit=512),
    defaults={"retentionInDays": 0, "skipDestroy": False},
    computed=("logGroupClass", "deletionProtectionEnabled"),
    local=("skipDestroy",),
    gone=("ResourceNotFoundException",),
)


def _to_dimensions(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given.items()]


def _of_dimensions(found: Any) -> dict[str, str]:
    return {item["Name"]: item["Value"] for item in found}


ALARM = Resource(
    token="aws:cloudwatch/metricAlarm:MetricAlarm",
    service="cloudwatch",
    create=Call("put_metric_alarm"),
    id=Text("{name}"),
    read=Call("describe_alarms", {"AlarmNames": ["{id}"]}, at="MetricAlarms[0]"),
    update=Call("put_metric_alarm"),
    update_all=True,
    delete=Call("delete_alarms", {"AlarmNames": ["{id}"]}),
    rename={
        "name": "AlarmName",
        "dimensions": Convert("Dimensions", _to_dimensions, _of_dimensions),
        "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
        "metricQueries": "Metrics",
        "metricQueries.metric": "MetricStat",
        "metricQueries.metric.metricName": "Metric.MetricName",
        "metricQueries.metric.namespace": "Metric.Namespace",
        "metricQueries.metric.dimensions": Convert("Metric.Dimensions", _to_dimensions, _of_dimensions),
    },
    outputs={"arn": At("AlarmArn")},
    replace=("name",),
    name=Name(),
    defaults={"actionsEnabled": True, "treatMissingData": "missing"},
    computed=("evaluateLowSampleCountPercentiles",),
    unordered=("alarmActions", "insufficientDataActions", "okActions", "metricQueries"),
)

_FILTER = {"logGroupName": "{logGroupName}", "filterName": "{id}"}
_PUT_FILTER = Call("put_metric_filter")

METRIC_FILTER = Resource(
    token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
    service="logs",
    create=_PUT_FILTER,
    id=Text("{name}"),
    read=Call(
        "describe_metric_filters",
        {"logGroupName": "{logGroupName}", "filterNamePrefix": "{id}"},
        at="metricFilters[?filterName=='{id}'] | [0]",
    ),
    update=_PUT_FILTER,
    update_all=True,
    delete=Call("delete_metric_filter", _FILTER),
    rename={
        "name": "filterName",
        "pattern": "filterPattern",
        "metricTransformation": "metricTransformations",
        "metricTransformation.name": "metricName",
        "metricTransformation.namespace": "metricNamespace",
        "metricTransformation.value": "metricValue",
        "metricTransformation.defaultValue": Convert("defaultValue", float, lambda found: f"{found:g}"),
    },
    replace=("name", "logGroupName"),
    name=Name(limit=512),
    gone=("ResourceNotFoundException",),
    taggable=False,
)

DASHBOARD = Resource(
    token="aws:cloudwatch/dashboard:Dashboard",
    service="cloudwatch",
    create=Call("put_dashboard"),
    id=Text("{dashboardName}"),
    read=Call("get_dashboard", {"DashboardName": "{id}"}),
    update=Call("put_dashboard"),
    update_all=True,
    delete=Call("delete_dashboards", {"DashboardNames": ["{id}"]}),
    outputs={"dashboardArn": At("DashboardArn")},
    replace=("dashboardName",),
    name=Name("dashboardName"),
    documents=("dashboardBody",),
    gone=("ResourceNotFound",),
    taggable=False,
)

RESOURCES = (LOG_GROUP, ALARM, METRIC_FILTER, DASHBOARD)
