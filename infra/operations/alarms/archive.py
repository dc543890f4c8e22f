"""What the WAL archive is watched by."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi

from infra.operations.alarms.model import Alarm, Comparison, Group, Missing, Signal, metric
from infra.operations.alarms.service import INSIGHTS
from infra.operations.severity import Severity
from runtime.wal.settings import NAMESPACE

_FIVE_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class WatchedTask:
    """The archiver's service, where it is a task."""

    cluster_name: pulumi.Input[str]
    service_name: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class WatchedArchive:
    """The archive of one stack: how far it may be behind the database, and its task, None where a function archives."""

    environment: str
    objective: timedelta
    task: WatchedTask | None


def archive_alarms(archive: WatchedArchive) -> list[Alarm]:
    """The alarms of the archive; a function brings those on its errors along (infra/operations/functions.py)."""
    alarms = [_lag(archive), _broken(archive)]
    return [*alarms, _failing(archive), _not_running(archive.task)] if archive.task else alarms


def archive_graphs(archive: WatchedArchive) -> dict[str, Signal]:
    """What the dashboard shows of it beside its alarms, by title."""
    return {"Archive: bytes of log behind the database": _measured(archive, "ArchiveLagBytes", "Maximum")}


def _measured(archive: WatchedArchive, name: str, statistic: str = "Sum") -> Signal:
    return metric(NAMESPACE, name, statistic, Environment=archive.environment)


def _lag(archive: WatchedArchive) -> Alarm:
    seconds = archive.objective.total_seconds()
    return Alarm(
        name="archive-lag-high",
        severity=Severity.CRITICAL,
        group=Group.ARCHIVE,
        summary=f"The archive is more than its objective of {seconds:g} s behind the database, or silent, for three minutes",
        signal=_measured(archive, "ArchiveLagSeconds", "Maximum"),
        comparison=Comparison.ABOVE,
        threshold=seconds,
        periods=3,
        # A task tells of it twice a minute. A function does so in every run, so one minute may be empty between two of them, and a second
        # one when a run was missed; after three nothing was archived for longer than its objective.
        missing=Missing.BAD,
    )


def _broken(archive: WatchedArchive) -> Alarm:
    return Alarm(
        name="archive-line-broken",
        severity=Severity.CRITICAL,
        group=Group.ARCHIVE,
        summary="A line of the archive ended and another one began: there is a gap between them, and no restore beyond it without a new base",
        signal=_measured(archive, "LineBroken"),
        comparison=Comparison.AT_LEAST,
        threshold=1,
        period=_FIVE_MINUTES,
        # It is told once; the alarm stays for an hour, so that it is not over before somebody has looked.
        periods=12,
        datapoints=1,
        missing=Missing.FINE,
    )


def _failing(archive: WatchedArchive) -> Alarm:
    return Alarm(
        name="archiver-failing",
        severity=Severity.CRITICAL,
        group=Group.ARCHIVE,
        # It tries again by itself, soon once a minute: a failover costs it some sessions, and not ten minutes of them.
        summary="The archiver fails over and over, for ten minutes: nothing of what is written reaches the archive",
        signal=_measured(archive, "ArchiverFailed"),
        comparison=Comparison.AT_LEAST,
        threshold=3,
        period=_FIVE_MINUTES,
        periods=2,
        missing=Missing.FINE,
    )


def _not_running(task: WatchedTask) -> Alarm:
    return Alarm(
        name="archiver-not-running",
        # What it means for data is the lag's to say, which takes silence for a breach; this one says why.
        severity=Severity.WARNING,
        group=Group.ARCHIVE,
        summary="The archiver's task does not run, for five minutes",
        signal=metric(
            INSIGHTS, "RunningTaskCount", "Minimum", ClusterName=task.cluster_name, ServiceName=task.service_name
        ),
        comparison=Comparison.BELOW,
        threshold=1,
        # A deployment ends the old task before it starts the new one, which takes a minute or two.
        periods=5,
        missing=Missing.BAD,
    )
