"""What watches the whole stack: the list of alarms, the counted deadlocks, the dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.operations.alarms.archive import WatchedArchive, archive_alarms, archive_graphs
from infra.operations.alarms.component import Alarms, AlarmsArgs
from infra.operations.alarms.database import (
    DEADLOCK_PATTERN,
    DEADLOCKS,
    WatchedDatabase,
    database_alarms,
    deadlock_namespace,
)
from infra.operations.alarms.model import Alarm, Group
from infra.operations.alarms.platform import WatchedPlatform, platform_alarms
from infra.operations.alarms.requests import WatchedBalancer, request_alarms
from infra.operations.alarms.service import WatchedService, service_alarms
from infra.operations.dashboard import dashboard_body
from infra.operations.severity import Severity
from infra.settings import AlarmSettings


@dataclass(frozen=True, kw_only=True)
class Watched:
    """All that the stack's own alarms look at; `archive` is None where nothing is archived."""

    balancer: WatchedBalancer
    service: WatchedService
    database: WatchedDatabase
    platform: WatchedPlatform
    archive: WatchedArchive | None


def stack_alarms(watched: Watched, settings: AlarmSettings) -> list[Alarm]:
    """The list of the stack's alarms, beside those of releases and of each function."""
    return [
        *request_alarms(watched.balancer),
        *service_alarms(watched.service, settings),
        *database_alarms(watched.database, settings),
        *platform_alarms(watched.platform, settings),
        *(archive_alarms(watched.archive) if watched.archive else ()),
    ]


@dataclass(frozen=True, kw_only=True)
class WatchArgs:
    """What the watch is made from; `others` are alarms that were declared elsewhere and belong on the dashboard."""

    settings: AlarmSettings
    region: str
    watched: Watched
    database_log_group: pulumi.Input[str]
    topics: Mapping[Severity, pulumi.Input[str]]
    others: Sequence[Alarms]


class Watch(Component):
    """Produces the stack's alarms, a metric filter that counts deadlocks in PostgreSQL's log, and one dashboard of all alarms."""

    room = "operations"

    def __init__(self, name: str, args: WatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._count_deadlocks()
        alarms = stack_alarms(args.watched, args.settings)
        self.alarms = Alarms(name, AlarmsArgs(alarms=alarms, topics=args.topics), self.options())
        self.dashboard_name = self._dashboard().dashboard_name
        self.finish({"dashboardName": self.dashboard_name})

    def _count_deadlocks(self) -> None:
        # RDS measures them for Aurora alone.
        transformation = aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
            name=DEADLOCKS,
            namespace=deadlock_namespace(self._args.watched.database.environment),
            value="1",
            unit="Count",
        )
        aws.cloudwatch.LogMetricFilter(
            self.named("deadlocks"),
            log_group_name=self._args.database_log_group,
            pattern=DEADLOCK_PATTERN,
            metric_transformation=transformation,
            opts=self.options(),
        )

    def _dashboard(self) -> aws.cloudwatch.Dashboard:
        lists = [*self._args.others, self.alarms]
        declared = [alarm for alarms in lists for alarm in alarms.declared]
        arns = [arn for alarms in lists for arn in alarms.arns]
        archive = self._args.watched.archive
        return aws.cloudwatch.Dashboard(
            self.component_name,
            dashboard_name=self.component_name,
            dashboard_body=dashboard_body(
                declared,
                arns=arns,
                balancer=self._args.watched.balancer,
                region=self._args.region,
                graphs={Group.ARCHIVE: archive_graphs(archive)} if archive else {},
            ),
            opts=self.options(),
        )
