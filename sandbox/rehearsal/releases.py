"""What is deployed in a rehearsal: images in the embedded ECR, each with the faults that it has, and the service's deployments to them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from infra.releases.lifecycle import stages
from infra.settings import DeploymentStrategy
from sandbox.cloud.functions import images
from sandbox.home import PROJECT
from sandbox.rehearsal.stack import CONTAINER, Stack

VERSION = "APP_VERSION"
# What DescribeTaskDefinition answers and RegisterTaskDefinition takes.
_REGISTERED = (
    *("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes"),
    *("requiresCompatibilities", "cpu", "memory", "runtimePlatform"),
)
_CREATED = (
    *("serviceName", "taskDefinition", "loadBalancers", "desiredCount", "launchType", "platformVersion"),
    *("deploymentConfiguration", "networkConfiguration", "healthCheckGracePeriodSeconds", "enableECSManagedTags"),
    *("propagateTags", "enableExecuteCommand", "availabilityZoneRebalancing", "deploymentController"),
)


@dataclass(frozen=True)
class Image:
    """An image by its address and digest."""

    address: str
    digest: str


@dataclass(frozen=True)
class Releases:
    """Pushes images and deploys them. `faults` are the variables that make the demonstration application misbehave, by digest."""

    stack: Stack
    faults: dict[str, Mapping[str, str]] = field(default_factory=dict)
    build: str = field(default_factory=lambda: uuid4().hex[:8])

    def push(self, name: str, faults: Mapping[str, str]) -> Image:
        """An image in the stack's repository; for these releases one of the same name is the same image."""
        repository = self.stack.repository.partition("/")[2]
        source = f"{name}-{self.build}"
        ecr = self.stack.account.client("ecr")
        digest = images.push(ecr, repository, f"release-{source}", PROJECT, source)
        # The repository scans on push; the embedded ECR when it is asked, once a day.
        with suppress(ecr.exceptions.LimitExceededException):
            ecr.start_image_scan(repositoryName=repository, imageId={"imageDigest": digest})
        self.faults[digest] = dict(faults)
        return Image(f"{self.stack.repository}@{digest}", digest)

    def of(self, image: str) -> Mapping[str, str]:
        """The faults of an image by its address."""
        return self.faults.get(image.rpartition("@")[2], {})

    def define(self, image: Image) -> str:
        """The ARN of a task definition like the service's, with this image."""
        ecs = self.stack.account.client("ecs")
        declared = self.stack.described()["taskDefinition"]
        found = ecs.describe_task_definition(taskDefinition=declared)["taskDefinition"]
        wanted = {name: found[name] for name in _REGISTERED if found.get(name)}
        wanted["containerDefinitions"] = [_with(container, image) for container in found["containerDefinitions"]]
        return str(ecs.register_task_definition(**wanted)["taskDefinition"]["taskDefinitionArn"])

    def deploy(self, image: Image, configuration: Mapping[str, Any], *, defined: str | None = None) -> str:
        """Update the service to the image, or to the task definition that has it; the ARN of its deployment, PENDING."""
        self.stack.account.client("ecs").update_service(
            cluster=self.stack.cluster,
            service=self.stack.service,
            taskDefinition=defined or self.define(image),
            deploymentConfiguration=dict(configuration),
            forceNewDeployment=True,
        )
        return self.newest()

    def create_anew(self, image: Image, configuration: Mapping[str, Any]) -> str:
        """Delete the service and create it as it was declared, with the image; the ARN of its first deployment, PENDING."""
        stack, ecs = self.stack, self.stack.account.client("ecs")
        defined, declared = self.define(image), stack.described()
        wanted = {name: declared[name] for name in _CREATED if declared.get(name) not in (None, "")}
        wanted |= {"taskDefinition": defined, "deploymentConfiguration": dict(configuration)}
        ecs.delete_service(cluster=stack.cluster, service=stack.service, force=True)
        self._as_declared(declared["loadBalancers"][0])
        ecs.create_service(cluster=stack.cluster, **wanted)
        return self.newest()

    def hooks(self, strategy: DeploymentStrategy) -> list[dict[str, Any]]:
        """What infra has ECS ask in deployments of this kind, of this stack's own functions."""
        role = self.stack.declared["lifecycleHooks"][0]["roleArn"]
        return [
            {
                "targetType": "AWS_LAMBDA",
                "hookTargetArn": self.stack.functions[judge],
                "roleArn": role,
                "lifecycleStages": [stage.value for stage in at],
            }
            for judge, at in stages(strategy).items()
        ]

    def restore(self) -> None:
        """Have the service deployed as infra declares it again; what runs stays, so nothing is deployed by that."""
        self.stack.account.client("ecs").update_service(
            cluster=self.stack.cluster,
            service=self.stack.service,
            deploymentConfiguration=dict(self.stack.declared),
        )

    def newest(self) -> str:
        """The ARN of the service's newest deployment."""
        answer = self.stack.account.client("ecs").list_service_deployments(
            cluster=self.stack.cluster, service=self.stack.service
        )
        return str(answer["serviceDeployments"][0]["serviceDeploymentArn"])

    def _as_declared(self, balancer: Mapping[str, Any]) -> None:
        """All weight for the first target group, as infra declares the rules of a service that is not there yet."""
        elb, advanced = self.stack.account.client("elbv2"), balancer["advancedConfiguration"]
        for arn in (advanced["productionListenerRule"], advanced["testListenerRule"]):
            (rule,) = elb.describe_rules(RuleArns=[arn])["Rules"]
            for action in rule["Actions"]:
                for group in action["ForwardConfig"]["TargetGroups"]:
                    group["Weight"] = 100 if group["TargetGroupArn"] == balancer["targetGroupArn"] else 0
            elb.modify_rule(RuleArn=arn, Actions=rule["Actions"])


def _with(container: Mapping[str, Any], image: Image) -> dict[str, Any]:
    if container["name"] != CONTAINER:
        return dict(container)
    environment = {pair["name"]: pair["value"] for pair in container.get("environment", [])} | {VERSION: image.digest}
    pairs = [{"name": name, "value": value} for name, value in environment.items()]
    return {**container, "image": image.address, "environment": pairs}
