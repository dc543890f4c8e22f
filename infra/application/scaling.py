"""How many tasks there are: by the requests that each gets, and by the clock.

Nothing scales by CPU: a blue/green deployment doubles the tasks that ECS averages over, so the average halves and a policy on
it would take tasks away in the middle of a release. Requests per task of both colours, added up, stay what they were.
"""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.settings import ScalingSettings

NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"
METRIC = "RequestCountPerTarget"
# A target group without requests reports nothing (Elastic Load Balancing, "CloudWatch metrics for your Application Load Balancer"),
# so each colour is filled by itself. With neither there is 0, and not missing data, on which target tracking takes no task away.
EXPRESSION = "SUM([FILL(blue, 0), FILL(green, 0)])"

_Configuration = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs
_Specification = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationArgs
_Metric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricArgs
_Statistic = (
    aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatArgs
)
_NamedMetric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricArgs
_Dimension = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricMetricStatMetricDimensionArgs


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """What scaling is made from; the suffixes are those by which CloudWatch knows the load balancer and its target groups."""

    settings: ScalingSettings
    cluster_name: pulumi.Input[str]
    service_name: pulumi.Input[str]
    balancer_suffix: pulumi.Input[str]
    blue_suffix: pulumi.Input[str]
    green_suffix: pulumi.Input[str]


class Scaling(Component):
    """Produces the service's limits, the policy that holds requests per task, and an action for each time of the schedule.

    Application Auto Scaling works with its service-linked role, which AWS makes with the first target in an account.
    """

    room = "application"

    def __init__(self, name: str, args: ScalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.target = self._target()
        self._policy()
        for index, action in enumerate(args.settings.schedule.actions):
            limits = aws.appautoscaling.ScheduledActionScalableTargetActionArgs(
                min_capacity=action.minimum, max_capacity=action.maximum
            )
            aws.appautoscaling.ScheduledAction(
                self.named("schedule", str(index)),
                service_namespace=self.target.service_namespace,
                resource_id=self.target.resource_id,
                scalable_dimension=self.target.scalable_dimension,
                schedule=action.schedule,
                timezone=args.settings.timezone,
                scalable_target_action=limits,
                opts=self.options(),
            )
        self.finish({"resourceId": self.target.resource_id})

    def _target(self) -> aws.appautoscaling.Target:
        settings, name = self._args.settings, self.named("tasks")
        return aws.appautoscaling.Target(
            name,
            service_namespace=NAMESPACE,
            resource_id=pulumi.Output.concat("service/", self._args.cluster_name, "/", self._args.service_name),
            scalable_dimension=DIMENSION,
            min_capacity=settings.tasks,
            max_capacity=settings.maximum_tasks,
            tags=self.tags(name),
            # Where there is a schedule the limits are the clock's; a refresh at noon must not bring the night's back.
            opts=self.options(ignore_changes=["minCapacity", "maxCapacity"] if settings.schedule.actions else []),
        )

    def _policy(self) -> None:
        settings = self._args.settings
        specification = _Specification(
            metrics=[
                self._requests("blue", self._args.blue_suffix),
                self._requests("green", self._args.green_suffix),
                _Metric(id="requests", expression=EXPRESSION, label="Requests per task and minute", return_data=True),
            ]
        )
        aws.appautoscaling.Policy(
            self.named("requests"),
            policy_type="TargetTrackingScaling",
            service_namespace=self.target.service_namespace,
            resource_id=self.target.resource_id,
            scalable_dimension=self.target.scalable_dimension,
            target_tracking_scaling_policy_configuration=_Configuration(
                target_value=float(settings.requests_per_task),
                scale_out_cooldown=_seconds(settings.scale_out_cooldown),
                scale_in_cooldown=_seconds(settings.scale_in_cooldown),
                customized_metric_specification=specification,
            ),
            opts=self.options(),
        )

    def _requests(self, colour: str, suffix: pulumi.Input[str]) -> _Metric:
        """One colour's requests per healthy target; its only statistic is Sum, over a minute (the metric's page)."""
        dimensions = [
            _Dimension(name="LoadBalancer", value=self._args.balancer_suffix),
            _Dimension(name="TargetGroup", value=suffix),
        ]
        metric = _NamedMetric(namespace="AWS/ApplicationELB", metric_name=METRIC, dimensions=dimensions)
        return _Metric(id=colour, metric_stat=_Statistic(metric=metric, stat="Sum"), return_data=False)


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
