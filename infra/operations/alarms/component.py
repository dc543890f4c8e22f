"""Alarms as CloudWatch has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.operations.alarms.model import Alarm, Metric
from infra.operations.severity import Severity

RESULT = "result"


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """What the alarms are made from: the list, and the topic of each severity."""

    alarms: Sequence[Alarm]
    topics: Mapping[Severity, pulumi.Input[str]]


class Alarms(Component):
    """Produces the alarms of a list. Each tells the topic of its severity when it goes off and when it is over.

    `declared` is the list, `names` and `arns` are in its order.
    """

    room = "operations"

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.declared = tuple(args.alarms)
        made = [self._alarm(alarm, args.topics[alarm.severity]) for alarm in self.declared]
        self.names: list[pulumi.Output[str]] = [alarm.name for alarm in made]
        self.arns: list[pulumi.Output[str]] = [alarm.arn for alarm in made]
        self.finish({"alarmNames": self.names})

    def _alarm(self, alarm: Alarm, topic_arn: pulumi.Input[str]) -> aws.cloudwatch.MetricAlarm:
        name, queries = self.named(alarm.name), _queries(alarm)
        plain = None if queries else alarm.signal.only
        return aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=alarm.description,
            namespace=plain.namespace if plain else None,
            metric_name=plain.name if plain else None,
            dimensions=dict(plain.dimensions) if plain else None,
            statistic=plain.statistic if plain and not plain.is_percentile else None,
            extended_statistic=plain.statistic if plain and plain.is_percentile else None,
            # "ignore" would keep the state while there are fewer than 200 samples for a p95 (CloudWatch User Guide, "Percentile-based
            # alarms and low data samples"): a quiet service would never go off, and a busy one that turns quiet never be over.
            evaluate_low_sample_count_percentiles="evaluate" if plain and plain.is_percentile else None,
            period=int(alarm.period.total_seconds()) if plain else None,
            metric_queries=queries or None,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.datapoints or alarm.periods,
            threshold=alarm.threshold,
            comparison_operator=alarm.comparison,
            treat_missing_data=alarm.missing,
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            tags=self.tags(name),
            opts=self.options(),
        )


def _queries(alarm: Alarm) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    """The parts of an expression, its value last; none for an alarm on a metric itself."""
    if not alarm.signal.expression:
        return []
    seconds = int(alarm.period.total_seconds())
    parts = [_query(id_, metric, seconds) for id_, metric in alarm.signal.metrics.items()]
    value = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=RESULT, expression=alarm.signal.expression, label=alarm.name, return_data=True
    )
    return [*parts, value]


def _query(id_: str, metric: Metric, seconds: int) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=id_,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            period=seconds,
            stat=metric.statistic,
        ),
        return_data=False,
    )
