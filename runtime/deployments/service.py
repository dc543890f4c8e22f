"""What ECS and the load balancer say of a service that is being deployed. Everything is read, nothing assumed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.common.aws import cloud_errors
from runtime.common.errors import CloudError

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Revision:
    """A service revision. ECS fills in `target_group_arn` and, for an image by tag, `image_digest` when the revision's tasks start."""

    arn: str
    task_definition_arn: str
    image: str
    image_digest: str | None
    target_group_arn: str | None

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class Rule:
    """A rule of a listener: the weight of each target group that it forwards to."""

    arn: str
    weights: Mapping[str, int]

    @property
    def live(self) -> frozenset[str]:
        """The target groups that get requests."""
        return frozenset(group for group, weight in self.weights.items() if weight > 0)


@dataclass(frozen=True)
class ServiceState:
    """A service in the middle of a deployment. `target_groups` are the service's two, in the order of its declaration."""

    service_arn: str
    cluster_arn: str
    desired_tasks: int
    green: Revision
    blue: Revision | None
    target_groups: tuple[str, ...]
    production_rule: Rule | None
    test_rule: Rule | None

    @property
    def green_target_group(self) -> str | None:
        """Where green's tasks are or will be: the group that ECS names, or the one that is not blue's. None while nobody can know."""
        if self.green.target_group_arn is not None:
            return self.green.target_group_arn
        blue = self.blue.target_group_arn if self.blue else None
        others = [group for group in self.target_groups if group != blue]
        return others[0] if blue is not None and len(others) == 1 else None


@dataclass(frozen=True)
class ServiceView:
    """Reads services with clients of ECS and ELB. `container` is the application's. Everything raises CloudError."""

    ecs: Any
    elbv2: Any
    container: str = "app"

    def read(self, deployment_arn: str, green_arn: str) -> ServiceState:
        """The state of the service whose deployment brings the revision `green_arn`."""
        blue_arn = self._blue_arn(deployment_arn, green_arn)
        described = self._revisions([green_arn, *([blue_arn] if blue_arn else [])])
        green = described[green_arn]
        balancer: Mapping[str, Any] = next(iter(green.get("loadBalancers", [])), {})
        advanced = balancer.get("advancedConfiguration", {})
        groups = [balancer.get("targetGroupArn"), advanced.get("alternateTargetGroupArn")]
        return ServiceState(
            service_arn=green["serviceArn"],
            cluster_arn=green["clusterArn"],
            desired_tasks=self._desired_tasks(green["clusterArn"], green["serviceArn"]),
            green=self._revision(green),
            blue=self._revision(described[blue_arn]) if blue_arn else None,
            target_groups=tuple(group for group in groups if group),
            production_rule=self._rule(advanced.get("productionListenerRule")),
            test_rule=self._rule(advanced.get("testListenerRule")),
        )

    def container_definition(self, task_definition_arn: str) -> Mapping[str, Any]:
        """The application's container as its task definition has it."""
        with cloud_errors(f"describe the task definition {task_definition_arn}"):
            answer = self.ecs.describe_task_definition(taskDefinition=task_definition_arn)
        containers = answer["taskDefinition"].get("containerDefinitions", [])
        found: Mapping[str, Any] | None = next((one for one in containers if one.get("name") == self.container), None)
        if found is None:
            names = ", ".join(str(one.get("name")) for one in containers) or "none"
            raise CloudError(
                f"The task definition {task_definition_arn} has no container {self.container}, but: {names}. Set CONTAINER_NAME to the application's."
            )
        return found

    def _blue_arn(self, deployment_arn: str, green_arn: str) -> str | None:
        """The revision that is live or was before the shift. None in a first deployment."""
        with cloud_errors(f"describe the deployment {deployment_arn}"):
            answer = self.ecs.describe_service_deployments(serviceDeploymentArns=[deployment_arn])
        deployment = _only(answer, "serviceDeployments", deployment_arn)
        sources = [source for source in deployment.get("sourceServiceRevisions", []) if source["arn"] != green_arn]
        if not sources:
            return None
        # More than one only where a deployment began while another one was under way: the live one has the traffic, or else the tasks.
        best = max(
            sources,
            key=lambda source: (source.get("requestedProductionTrafficWeight", 0.0), source.get("runningTaskCount", 0)),
        )
        return str(best["arn"])

    def _revisions(self, arns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        with cloud_errors(f"describe the service revisions {', '.join(arns)}"):
            answer = self.ecs.describe_service_revisions(serviceRevisionArns=list(arns))
        found = {revision["serviceRevisionArn"]: revision for revision in answer.get("serviceRevisions", [])}
        for arn in arns:
            if arn not in found:
                raise _absent(answer, arn)
        return found

    def _revision(self, described: Mapping[str, Any]) -> Revision:
        images = described.get("containerImages", [])
        image: Mapping[str, str] = next((one for one in images if one.get("containerName") == self.container), {})
        named = DIGEST.search(image.get("image", ""))
        resolved: Mapping[str, Any] = next(
            iter(described.get("resolvedConfiguration", {}).get("loadBalancers", [])), {}
        )
        return Revision(
            arn=described["serviceRevisionArn"],
            task_definition_arn=described["taskDefinition"],
            image=image.get("image", ""),
            image_digest=image.get("imageDigest") or (named.group() if named else None),
            target_group_arn=resolved.get("targetGroupArn"),
        )

    def _desired_tasks(self, cluster_arn: str, service_arn: str) -> int:
        with cloud_errors(f"describe the service {service_arn}"):
            answer = self.ecs.describe_services(cluster=cluster_arn, services=[service_arn])
        return int(_only(answer, "services", service_arn)["desiredCount"])

    def _rule(self, arn: str | None) -> Rule | None:
        if arn is None:
            return None
        with cloud_errors(f"describe the listener rule {arn}"):
            answer = self.elbv2.describe_rules(RuleArns=[arn])
        forward: Mapping[str, Any] = next(
            (action for action in answer["Rules"][0]["Actions"] if action["Type"] == "forward"), {}
        )
        groups = forward.get("ForwardConfig", {}).get("TargetGroups", [])
        weights = {group["TargetGroupArn"]: group.get("Weight", 1) for group in groups}
        # A rule with one target group may name it beside ForwardConfig alone.
        alone = {forward["TargetGroupArn"]: 1} if not weights and "TargetGroupArn" in forward else {}
        return Rule(arn, weights or alone)


def _only(answer: Mapping[str, Any], member: str, arn: str) -> Mapping[str, Any]:
    found: Sequence[Mapping[str, Any]] = answer.get(member, [])
    if not found:
        raise _absent(answer, arn)
    return found[0]


def _absent(answer: Mapping[str, Any], arn: str) -> CloudError:
    reason = next((failure.get("reason") for failure in answer.get("failures", []) if failure.get("reason")), "MISSING")
    return CloudError(f"ECS does not know {arn} ({reason}): it may have been removed since ECS called.")
