"""A service's deployments as ECS shows them, and the one thing that is done to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from runtime.common.aws import cloud_errors

# The longest that a deployment can last (docs/deployment-stages.md, limits), so that none of them is overlooked.
LONGEST = timedelta(days=30)
# What ended longer ago was announced, or nobody watched at that time.
NEWS = timedelta(days=1)
# DescribeServiceDeployments takes 20 at a time.
AT_A_TIME = 20


class Status(StrEnum):
    """The statuses that are looked at (docs/deployment-stages.md has them all)."""

    IN_PROGRESS = "IN_PROGRESS"
    ROLLBACK_REQUESTED = "ROLLBACK_REQUESTED"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_SUCCESSFUL = "ROLLBACK_SUCCESSFUL"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"


@dataclass(frozen=True)
class Deployment:
    """A service deployment. `alarms` are those that went off in it, `first` says that there is nothing to go back to."""

    arn: str
    revision_arn: str
    status: Status
    reason: str
    stage: str
    alarms: Sequence[str]
    first: bool
    started: datetime
    finished: datetime | None

    @property
    def revision(self) -> str:
        """The id of the revision that it brings: the last part of its ARN."""
        return self.revision_arn.rpartition("/")[2]


@dataclass(frozen=True)
class Deployments:
    """The deployments of one service. Everything raises CloudError."""

    ecs: Any
    cluster: str
    service: str

    def recent(self, now: datetime) -> list[Deployment]:
        """Those that are under way, on their way back, or went back lately; the oldest first."""
        arns = [
            brief["serviceDeploymentArn"]
            for brief in self._listed(now - LONGEST)
            if brief.get("finishedAt") is None or now - brief["finishedAt"] < NEWS
        ]
        parts = [arns[start : start + AT_A_TIME] for start in range(0, len(arns), AT_A_TIME)]
        found = [_deployment(one) for part in parts for one in self._described(part)]
        return sorted(found, key=lambda deployment: deployment.started)

    def roll_back(self, arn: str) -> None:
        """Ask ECS to go back. One that is on its way back or over stays as it is."""
        with cloud_errors(f"roll back the deployment {arn}"):
            try:
                self.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != "ConflictException":
                    raise

    def _listed(self, after: datetime) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            with cloud_errors(f"list the deployments of {self.service}"):
                answer = self.ecs.list_service_deployments(
                    service=self.service,
                    cluster=self.cluster,
                    status=[status.value for status in Status],
                    createdAt={"after": after},
                    **token,
                )
            yield from answer.get("serviceDeployments", [])
            if not answer.get("nextToken"):
                return
            token = {"nextToken": answer["nextToken"]}

    def _described(self, arns: Sequence[str]) -> list[Mapping[str, Any]]:
        with cloud_errors(f"describe the deployments of {self.service}"):
            answer = self.ecs.describe_service_deployments(serviceDeploymentArns=list(arns))
        # Between the two calls one may have ended well, or as nothing that is looked at.
        wanted = set(Status)
        return [one for one in answer.get("serviceDeployments", []) if one["status"] in wanted]


def _deployment(described: Mapping[str, Any]) -> Deployment:
    target = described["targetServiceRevision"]["arn"]
    return Deployment(
        arn=described["serviceDeploymentArn"],
        revision_arn=target,
        status=Status(described["status"]),
        reason=described.get("statusReason") or described.get("rollback", {}).get("reason") or "",
        stage=described.get("lifecycleStage", ""),
        alarms=described.get("alarms", {}).get("triggeredAlarmNames", []),
        first=all(source["arn"] == target for source in described.get("sourceServiceRevisions", [])),
        started=described.get("startedAt") or described["createdAt"],
        finished=described.get("finishedAt"),
    )
