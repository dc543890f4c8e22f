import json
from typing import Any

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Case, Change, Contract, Drift
from tests.sandbox.provider.types.test_keys import new_key

GROUP = {"logGroupName": "{id}"}
OTHER_KEY = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0000-0000-0000-000000000000"
ALARM = {
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 3,
    "metricName": "Errors",
    "namespace": "Jobr",
    "period": 60,
    "statistic": "Sum",
    "threshold": 1.5,
    "alarmDescription": "too many errors",
    "alarmActions": ["arn:aws:sns:us-east-1:123456789012:alerts"],
    "dimensions": {"Service": "api", "Zone": "a"},
    "treatMissingData": "breaching",
    "tags": {"a": "b"},
}
LATENCY = {
    "id": "latency",
    "returnData": False,
    "metric": {
        "metricName": "Latency",
        "namespace": "Jobr",
        "period": 60,
        "stat": "p95",
        "dimensions": {"Service": "api"},
    },
}


TRANSFORMATION = {"name": "Deadlocks", "namespace": "Jobr", "value": "1", "defaultValue": "0"}
FILTERS = Call(
    "describe_metric_filters", {"logGroupName": "{logGroupName}"}, at="metricFilters[?filterName=='{id}'] | [0]"
)


def body(title: str) -> str:
    widget = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": title}}
    return json.dumps({"widgets": [widget]})


def new_group(bench: Any) -> str:
    name = str(bench.unique("group"))
    bench.client("logs").create_log_group(logGroupName=name)
    return name


def a_key_arn(bench: Any) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{new_key(bench)}"


class TestObservability(Contract):
    CASES = (
        Case(
            "aws:cloudwatch/logGroup:LogGroup",
            given=lambda bench: {
                "name": f"/jobr/{bench.unique()}",
                "retentionInDays": 30,
                "kmsKeyId": a_key_arn(bench),
                "tags": {"a": "b"},
            },
            look=Call("describe_log_groups", {"logGroupNamePrefix": "{id}"}, at="logGroups[0]"),
            shown={"retentionInDays": 30, "kmsKeyId": "{kmsKeyId}", "logGroupClass": "STANDARD"},
            outputs={"arn": "arn:aws:logs:us-east-1:123456789012:log-group:{name}"},
            changes=(
                Change("retentionInDays", 7, {"retentionInDays": 7}),
                Change("retentionInDays", 0, {"retentionInDays": None}),
                Change("kmsKeyId", OTHER_KEY, {"kmsKeyId": OTHER_KEY}),
                Change("kmsKeyId", None, {"kmsKeyId": None}),
                Change("deletionProtectionEnabled", True, {"deletionProtectionEnabled": True}),
                Change("deletionProtectionEnabled", False, {"deletionProtectionEnabled": False}),
                Change(
                    "tags",
                    {"a": "c"},
                    {"tags": {"a": "c"}},
                    look=Call("list_tags_for_resource", {"resourceArn": "{arn}"}),
                ),
            ),
            replaces={"name": "/other", "logGroupClass": "INFREQUENT_ACCESS"},
            drift=(
                Drift(Call("put_retention_policy", {**GROUP, "retentionInDays": 365}), "retentionInDays", 365),
                Drift(Call("disassociate_kms_key", GROUP), "kmsKeyId", None),
            ),
            vanish=Call("delete_log_group", GROUP),
        ),
        Case(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            given=lambda _: ALARM,
            look=Call("describe_alarms", {"AlarmNames": ["{id}"]}, at="MetricAlarms[0]"),
            shown={
                "Threshold": 1.5,
                "Dimensions": [{"Name": "Service", "Value": "api"}, {"Name": "Zone", "Value": "a"}],
                "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:alerts"],
                "ActionsEnabled": True,
            },
            outputs={"arn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"},
            changes=(
                Change("threshold", 3, {"Threshold": 3.0, "AlarmDescription": "too many errors"}),
                Change("alarmDescription", None, {"AlarmDescription": None}),
                Change("dimensions", {"Service": "web"}, {"Dimensions": [{"Name": "Service", "Value": "web"}]}),
                Change("actionsEnabled", False, {"ActionsEnabled": False}),
                Change("datapointsToAlarm", 2, {"DatapointsToAlarm": 2}),
                Change("alarmActions", [], {"AlarmActions": []}),
            ),
            replaces={"name": "other"},
            drift=(Drift(Call("disable_alarm_actions", {"AlarmNames": ["{id}"]}), "actionsEnabled", False),),
            vanish=Call("delete_alarms", {"AlarmNames": ["{id}"]}),
        ),
        Case(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            name="an alarm on an expression",
            given=lambda _: {
                "comparisonOperator": "GreaterThanThreshold",
                "evaluationPeriods": 1,
                "threshold": 10,
                "metricQueries": [{"id": "slow", "expression": "latency * 2", "returnData": True}, LATENCY],
            },
            look=Call("describe_alarms", {"AlarmNames": ["{id}"]}, at="MetricAlarms[0]"),
            shown={
                "Metrics[0].Expression": "latency * 2",
                "Metrics[1].MetricStat.Metric.Dimensions": [{"Name": "Service", "Value": "api"}],
                "Metrics[1].MetricStat.Stat": "p95",
            },
            changes=(
                Change(
                    "metricQueries",
                    [{"id": "slow", "expression": "latency * 3", "returnData": True}, LATENCY],
                    {"Metrics[0].Expression": "latency * 3"},
                ),
            ),
        ),
        Case(
            "aws:cloudwatch/logMetricFilter:LogMetricFilter",
            given=lambda bench: {
                "logGroupName": new_group(bench),
                "pattern": '"deadlock detected"',
                "metricTransformation": TRANSFORMATION,
            },
            look=FILTERS,
            shown={
                "filterPattern": '"deadlock detected"',
                "metricTransformations": [
                    {"metricName": "Deadlocks", "metricNamespace": "Jobr", "metricValue": "1", "defaultValue": 0.0}
                ],
            },
            changes=(
                Change("pattern", "deadlock", {"filterPattern": "deadlock"}),
                Change(
                    "metricTransformation",
                    {**TRANSFORMATION, "value": "2"},
                    {"metricTransformations[0].metricValue": "2"},
                ),
            ),
            replaces={"name": "other", "logGroupName": "another"},
            drift=(
                Drift(
                    Call(
                        "put_metric_filter",
                        {
                            "logGroupName": "{logGroupName}",
                            "filterName": "{id}",
                            "filterPattern": "else",
                            "metricTransformations": [
                                {"metricName": "Deadlocks", "metricNamespace": "Jobr", "metricValue": "1"}
                            ],
                        },
                    ),
                    "pattern",
                    "else",
                ),
            ),
            vanish=Call("delete_metric_filter", {"logGroupName": "{logGroupName}", "filterName": "{id}"}),
        ),
        Case(
            "aws:cloudwatch/dashboard:Dashboard",
            given=lambda bench: {"dashboardName": bench.unique("board"), "dashboardBody": body("one")},
            look=Call("get_dashboard", {"DashboardName": "{id}"}),
            shown={"DashboardBody": body("one")},
            outputs={"dashboardArn": "arn:aws:cloudwatch::123456789012:dashboard/{dashboardName}"},
            changes=(Change("dashboardBody", body("two"), {"DashboardBody": body("two")}),),
            replaces={"dashboardName": "other"},
            drift=(
                Drift(
                    Call("put_dashboard", {"DashboardName": "{id}", "DashboardBody": body("three")}),
                    "dashboardBody",
                    body("three"),
                ),
            ),
            vanish=Call("delete_dashboards", {"DashboardNames": ["{id}"]}),
        ),
    )

    def test_a_group_that_is_to_be_kept_outlives_its_resource(self, bench_of: Any) -> None:
        bench = bench_of("aws:cloudwatch/logGroup:LogGroup")
        state = bench.create({"skipDestroy": True})
        bench.delete(state)
        assert bench.read(state) is not None
        bench.client("logs").delete_log_group(logGroupName=state.id)

    def test_the_class_and_the_protection_of_a_group_are_read_back(self, bench_of: Any) -> None:
        bench = bench_of("aws:cloudwatch/logGroup:LogGroup")
        inputs = {"logGroupClass": "INFREQUENT_ACCESS", "deletionProtectionEnabled": True}
        state = bench.create(inputs)
        bench.client("logs").put_log_group_deletion_protection(
            logGroupIdentifier=state.id, deletionProtectionEnabled=False
        )
        read = bench.read(state)
        assert read.inputs["logGroupClass"] == "INFREQUENT_ACCESS"
        assert read.inputs["deletionProtectionEnabled"] is False
