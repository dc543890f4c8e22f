"""One blue/green deployment as ECS tells it: revisions, weights and the calls to a hook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.deployments.stages import Stage
from tests.runtime.deployments.shaped import RefusedError, Shaped

REGION = "us-east-1"
ACCOUNT = "123456789012"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/jobr"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/jobr/application"
DEPLOYMENT = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-deployment/jobr/application/EZe5RNVLH6PPzHXINuP28"
GREEN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/jobr/application/9313423515462893900"
BLUE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/jobr/application/4980306466373577095"
OLDER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/jobr/application/1000000000000000001"
DIGEST = "sha256:" + "ab" * 32
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/jobr/application@{DIGEST}"
BLUE_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/jobr-blue/73e2d6bc24d8a067"
GREEN_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/jobr-green/1111d6bc24d8a067"
PRODUCTION_RULE = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener-rule/app/jobr/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"


def event(stage: Stage = Stage.PRE_SCALE_UP, **execution: Any) -> dict[str, Any]:
    """What ECS sends."""
    details = {"serviceArn": SERVICE, "targetServiceRevisionArn": GREEN, "testTrafficWeights": {}}
    return {
        "executionId": "e8d5a28f-eb01-4f3c-9454-a30ba6dc54bc",
        "lifecycleStage": stage.value,
        "resourceArn": DEPLOYMENT,
        "executionDetails": {**details, "productionTrafficWeights": {}, **execution},
    }


@dataclass
class EcsStory:
    """What ECS answers; change a member to tell another story. `sources` are blue and its like, by weight and tasks."""

    sources: dict[str, tuple[float, int]] = field(default_factory=lambda: {BLUE: (100.0, 4)})
    groups: dict[str, str] = field(default_factory=lambda: {BLUE: BLUE_GROUP})
    pair: tuple[str, str] = (BLUE_GROUP, GREEN_GROUP)
    rules: tuple[str | None, str | None] = (None, None)
    image: str = IMAGE
    digests: dict[str, str] = field(default_factory=dict)
    desired: int = 4
    container: dict[str, Any] = field(default_factory=lambda: {"name": "app", "image": IMAGE})
    unknown: set[str] = field(default_factory=set)

    def shaped(self) -> Shaped:
        """A client of this ECS."""
        return Shaped(
            "ecs",
            {
                "DescribeServiceDeployments": self._deployments,
                "DescribeServiceRevisions": self._revisions,
                "DescribeServices": self._services,
                "DescribeTaskDefinition": self._task_definition,
            },
        )

    def _deployments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        (arn,) = parameters["serviceDeploymentArns"]
        if arn in self.unknown:
            return {"serviceDeployments": [], "failures": [{"arn": arn, "reason": "MISSING"}]}
        sources = [
            {"arn": source, "requestedProductionTrafficWeight": weight, "runningTaskCount": tasks}
            for source, (weight, tasks) in self.sources.items()
        ]
        deployment = {
            "serviceDeploymentArn": arn,
            "serviceArn": SERVICE,
            "clusterArn": CLUSTER,
            "status": "IN_PROGRESS",
        }
        return {
            "serviceDeployments": [
                {**deployment, "sourceServiceRevisions": sources, "targetServiceRevision": {"arn": GREEN}}
            ]
        }

    def _revisions(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        known = [arn for arn in parameters["serviceRevisionArns"] if arn not in self.unknown]
        return {"serviceRevisions": [self._revision(arn) for arn in known]}

    def _revision(self, arn: str) -> dict[str, Any]:
        advanced: dict[str, Any] = {
            "alternateTargetGroupArn": self.pair[1],
            "roleArn": "arn:aws:iam::123456789012:role/ecs",
        }
        advanced |= {"productionListenerRule": self.rules[0]} if self.rules[0] else {}
        advanced |= {"testListenerRule": self.rules[1]} if self.rules[1] else {}
        image = {"containerName": "app", "image": self.image}
        image |= {"imageDigest": self.digests[arn]} if arn in self.digests else {}
        group = self.groups.get(arn)
        resolved = {"resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": group}]}} if group else {}
        return {
            "serviceRevisionArn": arn,
            "serviceArn": SERVICE,
            "clusterArn": CLUSTER,
            "taskDefinition": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/application:{7 if arn == GREEN else 6}",
            "loadBalancers": [
                {"targetGroupArn": self.pair[0], "containerName": "app", "advancedConfiguration": advanced}
            ],
            "containerImages": [{"containerName": "collector", "image": "collector:1"}, image],
            **resolved,
        }

    def _services(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"services": [{"serviceArn": SERVICE, "desiredCount": self.desired}]}

    def _task_definition(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if parameters["taskDefinition"] in self.unknown:
            raise RefusedError("AccessDeniedException")
        return {
            "taskDefinition": {"containerDefinitions": [{"name": "collector", "image": "collector:1"}, self.container]}
        }
