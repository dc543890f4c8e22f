"""What the service's tasks are watched by."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.operations.alarms.model import Alarm, Comparison, Group, Metric, Missing, Signal, metric
from infra.operations.severity import Severity
from infra.settings import AlarmSettings

TASKS = "AWS/ECS"
INSIGHTS = "ECS/ContainerInsights"


@dataclass(frozen=True, kw_only=True)
class WatchedService:
    """A service, how many tasks it has, and the part of its task's memory that the application may use (0 to 1)."""

    cluster_name: pulumi.Input[str]
    service_name: pulumi.Input[str]
    tasks: int
    maximum_tasks: int
    application_share: float

    @property
    def dimensions(self) -> dict[str, pulumi.Input[str]]:
        """CloudWatch's."""
        return {"ClusterName": self.cluster_name, "ServiceName": self.service_name}


def service_alarms(service: WatchedService, settings: AlarmSettings) -> list[Alarm]:
    """Alarms on the tasks' memory and CPU and on their number."""
    alarms = [_memory(service, settings), _cpu(service, settings), _missing_tasks(service)]
    # A service of a fixed size is always at its maximum.
    return [*alarms, _at_maximum(service)] if service.maximum_tasks > service.tasks else alarms


def _memory(service: WatchedService, settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="task-memory-high",
        severity=Severity.WARNING,
        group=Group.SERVICE,
        summary=f"A task uses more than {settings.task_memory_percent:g} % of the application's memory: it will be killed at its limit",
        signal=metric(TASKS, "MemoryUtilization", "Maximum", **service.dimensions),
        comparison=Comparison.ABOVE,
        # CloudWatch reports percents of the whole task, which is larger than the application's limit.
        threshold=round(settings.task_memory_percent * service.application_share, 1),
        periods=5,
        missing=Missing.FINE,
    )


def _cpu(service: WatchedService, settings: AlarmSettings) -> Alarm:
    return Alarm(
        name="task-cpu-high",
        severity=Severity.WARNING,
        group=Group.SERVICE,
        summary=f"The tasks use more than {settings.task_cpu_percent:g} % of their CPU, for a quarter of an hour",
        signal=metric(TASKS, "CPUUtilization", "Average", **service.dimensions),
        comparison=Comparison.ABOVE,
        threshold=settings.task_cpu_percent,
        period=timedelta(minutes=5),
        periods=3,
        missing=Missing.FINE,
    )


def _missing_tasks(service: WatchedService) -> Alarm:
    counts = {
        name: Metric(namespace=INSIGHTS, name=counted, dimensions=service.dimensions, statistic="Minimum")
        for name, counted in (("desired", "DesiredTaskCount"), ("running", "RunningTaskCount"))
    }
    return Alarm(
        name="tasks-missing",
        severity=Severity.CRITICAL,
        group=Group.SERVICE,
        summary="Fewer tasks run than are wanted, for ten minutes",
        # During a deployment more run than are wanted.
        signal=Signal(metrics=counts, expression="desired - FILL(running, 0)"),
        comparison=Comparison.AT_LEAST,
        threshold=1,
        periods=10,
        # Container Insights reports on services that have tasks; that there are none is no-healthy-target's business.
        missing=Missing.FINE,
    )


def _at_maximum(service: WatchedService) -> Alarm:
    return Alarm(
        name="scaling-at-maximum",
        severity=Severity.WARNING,
        group=Group.SERVICE,
        summary=f"The service has had all of its {service.maximum_tasks} tasks for a quarter of an hour: it can grow no more",
        signal=metric(INSIGHTS, "DesiredTaskCount", "Minimum", **service.dimensions),
        comparison=Comparison.AT_LEAST,
        threshold=service.maximum_tasks,
        period=timedelta(minutes=5),
        periods=3,
        missing=Missing.FINE,
    )
