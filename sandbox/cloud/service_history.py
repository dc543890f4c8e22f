"""What ECS remembers of a service: its revisions and its deployments, by the names of AWS's service model.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html and service-revision.html. AWS forgets after
90 days; this forgets with the cloud.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.ecs.exceptions import ECSException
from moto.moto_api._internal import mock_random

# What may follow what; docs/deployment-stages.toml cites the page, and a test holds the two equal.
NEXT: Mapping[str, tuple[str, ...]] = {
    "PENDING": ("IN_PROGRESS", "ROLLBACK_REQUESTED", "STOP_REQUESTED", "STOPPED"),
    "IN_PROGRESS": ("SUCCESSFUL", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "STOPPED"),
    "STOP_REQUESTED": ("STOPPED",),
    "STOPPED": (),
    "SUCCESSFUL": (),
    "ROLLBACK_REQUESTED": ("SUCCESSFUL", "ROLLBACK_IN_PROGRESS", "STOPPED"),
    "ROLLBACK_IN_PROGRESS": ("ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"),
    "ROLLBACK_SUCCESSFUL": (),
    "ROLLBACK_FAILED": (),
}
STRATEGIES_WITH_GREEN = frozenset({"BLUE_GREEN", "CANARY", "LINEAR"})
BRIEF = (
    *("serviceDeploymentArn", "serviceArn", "clusterArn", "startedAt", "createdAt", "finishedAt"),
    *("targetServiceRevisionArn", "status", "statusReason"),
)


class InvalidStateError(ECSException):
    """What is asked for does not fit the state that the deployment is in."""

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


@dataclass
class History:
    """The revisions and deployments of an account in a region, oldest first, by their ARNs; `live` is a service's revision that serves."""

    revisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)

    def of(self, service_arn: str) -> list[dict[str, Any]]:
        """The service's deployments, newest first."""
        return [one for one in reversed(self.deployments.values()) if one["serviceArn"] == service_arn]

    def under_way(self, service_arn: str) -> str | None:
        """The ARN of the service's deployment that has not ended; None when all have."""
        arns = [one["serviceDeploymentArn"] for one in self.of(service_arn) if NEXT[one["status"]]]
        return arns[0] if arns else None

    def newest_workload(self, service_arn: str) -> Mapping[str, Any] | None:
        """What the newest revision runs, without its names and times; None before the first."""
        found = self.of(service_arn)
        return _workload(self.revisions[found[0]["targetServiceRevision"]["arn"]]) if found else None

    def begin(self, service: Any, revision: dict[str, Any]) -> dict[str, Any]:
        """A deployment of the service (moto's object) to the revision, PENDING. One that is under way is stopped by it."""
        for older in self.of(service.arn):
            self._stop(older)
        blue = self.live.get(service.arn)
        self.revisions[revision["serviceRevisionArn"]] = revision
        deployment = {
            "serviceDeploymentArn": _arn(service, "service-deployment", mock_random.get_random_string(length=21)),
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "createdAt": datetime.now(UTC),
            "updatedAt": datetime.now(UTC),
            "sourceServiceRevisions": [summary(blue, service.desired_count, 100.0)] if blue else [],
            "targetServiceRevision": summary(revision["serviceRevisionArn"], 0, 0.0)
            | {"requestedTaskCount": service.desired_count},
            "status": "PENDING",
            "deploymentConfiguration": getattr(service, "deployment_configuration", None) or {"strategy": "ROLLING"},
        }
        self.deployments[deployment["serviceDeploymentArn"]] = deployment
        return deployment

    def _stop(self, deployment: dict[str, Any]) -> None:
        """Whoever walks a deployment sees the request and stops; what nobody has begun is stopped at once."""
        following = {"PENDING": "STOPPED", "IN_PROGRESS": "STOP_REQUESTED"}.get(deployment["status"])
        if following:
            self.change(deployment, {"status": following, "statusReason": "A newer service deployment began."})

    def change(self, deployment: dict[str, Any], members: Mapping[str, Any]) -> None:
        """Change members of a deployment, with the times that belong to a new status; whoever walks it by a clock of its own names `updatedAt`.

        Raises:
            InvalidStateError: the status may not follow the one that the deployment has.
        """
        before, after = deployment["status"], members.get("status", deployment["status"])
        if after != before and after not in NEXT[before]:
            allowed = ", ".join(NEXT[before]) or "nothing: it has ended"
            raise InvalidStateError(f"The service deployment is {before}, and {after} cannot follow; {allowed} can.")
        now = members.get("updatedAt") or datetime.now(UTC)
        deployment.update(members, updatedAt=now)
        if before == "PENDING" and after == "IN_PROGRESS":
            deployment["startedAt"] = now
        if after != before and not NEXT[after]:
            deployment["finishedAt"] = now
            if after == "STOPPED":
                deployment["stoppedAt"] = now
        if after == "SUCCESSFUL":
            self.live[deployment["serviceArn"]] = deployment["targetServiceRevision"]["arn"]

    def brief(self, deployment: Mapping[str, Any]) -> dict[str, Any]:
        """What a list shows of a deployment."""
        whole = {**deployment, "targetServiceRevisionArn": deployment["targetServiceRevision"]["arn"]}
        return {name: whole[name] for name in BRIEF if name in whole}

    def revise(self, service: Any, task_definition: Any) -> dict[str, Any]:
        """A revision of the service (moto's object) as it is declared now; it is kept when a deployment begins with it."""
        return {
            "serviceRevisionArn": _arn(service, "service-revision", str(mock_random.randint(10**18, 10**19 - 1))),
            "createdAt": datetime.now(UTC),
            **workload(service, task_definition),
            "resolvedConfiguration": {"loadBalancers": self._resolved(service)},
        }

    def _resolved(self, service: Any) -> list[dict[str, str]]:
        """Green takes the target group that blue does not use; a rolling deployment stays where blue is."""
        configuration = getattr(service, "deployment_configuration", None) or {}
        blue = self.revisions.get(self.live.get(service.arn, ""), {})
        taken = {one["targetGroupArn"] for one in blue.get("resolvedConfiguration", {}).get("loadBalancers", [])}
        resolved = []
        for balancer in service.load_balancers:
            advanced = balancer.get("advancedConfiguration") or {}
            both = [
                group for group in (balancer.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")) if group
            ]
            changes = configuration.get("strategy") in STRATEGIES_WITH_GREEN
            fitting = [group for group in both if not taken or (group in taken) is not changes] or both
            rule = advanced.get("productionListenerRule")
            if fitting:
                resolved.append({"targetGroupArn": fitting[0], **({"productionListenerRule": rule} if rule else {})})
        return resolved


def summary(arn: str, tasks: int, weight: float) -> dict[str, Any]:
    """A revision as a deployment shows it: its tasks, and its percent of both kinds of traffic."""
    return {
        "arn": arn,
        "requestedTaskCount": tasks,
        "runningTaskCount": tasks,
        "pendingTaskCount": 0,
        "requestedTestTrafficWeight": weight,
        "requestedProductionTrafficWeight": weight,
    }


def workload(service: Any, task_definition: Any) -> dict[str, Any]:
    """What makes a revision: a change of any of it begins a deployment, a change of the number of tasks does not."""
    members = {
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": task_definition.arn,
        "capacityProviderStrategy": getattr(service, "capacity_provider_strategy", None),
        "launchType": service.launch_type,
        "platformVersion": service.platform_version,
        "loadBalancers": service.load_balancers,
        "serviceRegistries": service.service_registries,
        "networkConfiguration": service.network_configuration,
        "serviceConnectConfiguration": getattr(service, "service_connect_configuration", None),
        "volumeConfigurations": getattr(service, "volume_configurations", None),
        "containerImages": [_image(container) for container in task_definition.container_definitions],
    }
    return {name: value for name, value in members.items() if value}


def _workload(revision: Mapping[str, Any]) -> dict[str, Any]:
    own = {"serviceRevisionArn", "createdAt", "resolvedConfiguration"}
    return {name: value for name, value in revision.items() if name not in own}


def _image(container: Mapping[str, Any]) -> dict[str, str]:
    """AWS resolves a tag to its digest; here the digest is known only where the image is named by it."""
    image = str(container["image"])
    digest = image.rpartition("@")[2] if "@" in image else None
    return {"containerName": container["name"], "image": image, **({"imageDigest": digest} if digest else {})}


def _arn(service: Any, kind: str, identity: str) -> str:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html shows both."""
    return f"{service.cluster_arn.replace(':cluster/', f':{kind}/')}/{service.name}/{identity}"
