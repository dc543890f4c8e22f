"""How many tasks the application has, and when."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, in_production
from infra.settings.scaling import Schedule
from infra.settings.types import Duration, Environment, ScalingSchedule, Timezone, between

# One task may fail while another one is replaced.
PRODUCTION_TASKS = 2
TaskCount = Annotated[int, Field(ge=1, le=100)]
Cooldown = Annotated[Duration, between(timedelta(0), timedelta(hours=1))]


class ScalingSettings(Room):
    """How many tasks the application has, and when."""

    tasks: TaskCount = Field(
        2,
        alias="applicationTasks",
        description="How many tasks the service starts with, and the fewest that scaling leaves it.",
    )
    maximum_tasks: TaskCount = Field(
        4, alias="applicationMaximumTasks", description="The most tasks that scaling gives the service."
    )
    requests_per_task: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        600,
        alias="requestsPerTaskPerMinute",
        description=(
            "The load that scaling holds each task to, in requests per minute. Measure it: what a task answers within its "
            "latency target, with a third to spare."
        ),
    )
    scale_out_cooldown: Cooldown = Field(
        timedelta(minutes=1),
        alias="scaleOutCooldown",
        description="How long after tasks were added before more are added: `0s` to `1h`.",
    )
    scale_in_cooldown: Cooldown = Field(
        timedelta(minutes=5),
        alias="scaleInCooldown",
        description="How long after tasks were taken away before more are taken away: `0s` to `1h`.",
    )
    schedule: ScalingSchedule = Field(
        Schedule(),
        alias="scalingSchedule",
        description=(
            "Limits by the clock, each until the next: `cron(0 7 ? * MON-FRI *)=6-20;cron(0 20 ? * MON-FRI *)=4-20` is 6 to 20 "
            "tasks from 7:00 on weekdays and 4 to 20 from 20:00. Empty for none."
        ),
    )
    timezone: Timezone = Field(
        "UTC", alias="scalingTimezone", description="The time zone of scalingSchedule, such as `Europe/Berlin`."
    )


def _a_range(values: Values) -> Iterator[Problem]:
    fewest = values["applicationTasks"]
    if values["applicationMaximumTasks"] < fewest:
        yield Problem.to_set(
            "applicationMaximumTasks", f"is less than applicationTasks, which is {fewest}", str(fewest)
        )


def _schedule_within_maximum(values: Values) -> Iterator[Problem]:
    """The connection budget is made for the maximum, so no hour may have more."""
    most = values["applicationMaximumTasks"]
    for action in values["scalingSchedule"].actions:
        if action.maximum > most:
            yield Problem.to_set(
                "scalingSchedule", f"gives {action} more tasks than applicationMaximumTasks, which is {most}"
            )


def _schedule_in_production(values: Values) -> Iterator[Problem]:
    if values["environment"] is not Environment.PRODUCTION:
        return
    for action in values["scalingSchedule"].actions:
        if action.minimum < PRODUCTION_TASKS:
            yield Problem.to_set(
                "scalingSchedule", f"leaves {action} fewer than {PRODUCTION_TASKS} tasks, which production needs always"
            )


RULES: tuple[Rule, ...] = (
    _a_range,
    _schedule_within_maximum,
    _schedule_in_production,
    in_production(
        "applicationTasks",
        holds=lambda tasks: tasks >= PRODUCTION_TASKS,
        reason=f"must be at least {PRODUCTION_TASKS}",
        value=str(PRODUCTION_TASKS),
    ),
)
