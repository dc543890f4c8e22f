"""The newest deployment of a service, as ECS shows it."""

from dataclasses import dataclass
from typing import Any

from runtime.common.aws import cloud_errors

# The statuses and what may follow them: docs/deployment-stages.md.
SUCCESSFUL = "SUCCESSFUL"
UNDER_WAY = frozenset({"PENDING", "IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "STOP_REQUESTED"})


@dataclass(frozen=True)
class Newest:
    """A service deployment, and the task definition that it brings. `revision` is its revision's id."""

    arn: str
    revision: str
    task_definition: str
    status: str
    stage: str
    reason: str


@dataclass(frozen=True)
class Service:
    """A service of a cluster. Everything raises CloudError."""

    ecs: Any
    cluster: str
    name: str

    def newest(self) -> Newest | None:
        """Its newest deployment; None where ECS keeps none, which it does for 90 days."""
        with cloud_errors(f"list the deployments of {self.name}"):
            answer = self.ecs.list_service_deployments(service=self.name, cluster=self.cluster)
        found = answer.get("serviceDeployments", [])
        if not found:
            return None
        arn = max(found, key=lambda brief: brief["createdAt"])["serviceDeploymentArn"]
        with cloud_errors(f"describe the deployment {arn}"):
            deployment = self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]
        revision = deployment["targetServiceRevision"]["arn"]
        with cloud_errors(f"describe the service revision {revision}"):
            described = self.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"][0]
        return Newest(
            arn=arn,
            revision=revision.rpartition("/")[2],
            task_definition=described["taskDefinition"],
            status=deployment["status"],
            stage=deployment.get("lifecycleStage", ""),
            reason=deployment.get("statusReason") or deployment.get("rollback", {}).get("reason") or "",
        )

    def task_definition(self) -> str:
        """The task definition that the service is declared with."""
        with cloud_errors(f"describe the service {self.name}"):
            answer = self.ecs.describe_services(cluster=self.cluster, services=[self.name])
        return str(next((one["taskDefinition"] for one in answer["services"]), ""))
