"""Waits for the end of the deployment that brings a task definition, and says how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.common.clock import Deadline
from runtime.common.errors import OperationError
from runtime.deployments.outcome.newest import SUCCESSFUL, UNDER_WAY, Newest, Service
from runtime.deployments.records import Records
from runtime.deployments.watch.evidence import stopping_verdict

LOOK_AGAIN_SECONDS = 5.0
# What is asked of AWS after the last look, and the answer.
RESERVE_SECONDS = 20.0
AGAIN = (
    "Next: mend that. Then deploy another image with `pulumi up`, or the same one with `pulumi up --refresh`, which finds out "
    "that ECS went back; where the image itself failed, docs/deployments.md says how it is asked for again."
)


class RolledBackError(OperationError):
    """ECS did not keep the release."""


class UnfinishedError(OperationError):
    """The deployment is not over, or it is not the one that was declared."""


@dataclass(frozen=True)
class Judge:
    """Looks at one service until the deadline. `pause` waits for so many seconds."""

    service: Service
    records: Records
    deadline: Deadline
    pause: Callable[[float], None]

    def outcome(self, task_definition: str) -> dict[str, Any]:
        """What the deployment of the task definition came to. Raises RolledBackError, UnfinishedError, or CloudError and its like."""
        while True:
            newest = self.service.newest()
            if newest is None:
                return self._forgotten(task_definition)
            brings_it = newest.task_definition == task_definition
            if brings_it and newest.status == SUCCESSFUL:
                return {"deployment": newest.arn, "status": newest.status}
            if brings_it and newest.status not in UNDER_WAY:
                raise RolledBackError(self._went_back(newest))
            if (self.deadline.remaining() or 0.0) < RESERVE_SECONDS:
                raise UnfinishedError(_unfinished(newest, task_definition))
            self.pause(LOOK_AGAIN_SECONDS)

    def _forgotten(self, task_definition: str) -> dict[str, Any]:
        """ECS keeps deployments for 90 days: an older service is what it says it is."""
        declared = self.service.task_definition()
        if declared != task_definition:
            raise UnfinishedError(
                f"ECS has no deployment of {self.service.name}, which runs {declared or 'nothing'} and not {task_definition}: "
                "run `pulumi up --refresh`."
            )
        return {"deployment": None, "status": "none in the last 90 days"}

    def _went_back(self, newest: Newest) -> str:
        verdict = stopping_verdict(self.records, self.service.name, newest)
        said = verdict.text() if verdict else "No hook stopped it: an alarm, a person, or ECS itself did."
        folder = f"s3://{self.records.bucket}/{self.records.prefix}{self.service.name}/{newest.revision}/"
        return (
            f"The release was not kept: its deployment is {newest.status}. ECS says: {newest.reason or 'nothing'}\n\n"
            f"{said}\n\nEvery verdict of it: {folder}\n{AGAIN}"
        )


def _unfinished(newest: Newest, task_definition: str) -> str:
    if newest.task_definition != task_definition:
        return (
            f"The newest deployment {newest.arn} brings {newest.task_definition}, and not {task_definition}, which was declared: "
            "somebody deployed at the same time. See who did, then run `pulumi up --refresh`."
        )
    where = f" at {newest.stage}" if newest.stage else ""
    return (
        f"The deployment {newest.arn} is not over: {newest.status}{where}. It goes on by itself; "
        "run `pulumi up` again later, which changes nothing and says how it ended."
    )
