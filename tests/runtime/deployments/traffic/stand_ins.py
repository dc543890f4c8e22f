"""Stand-ins for ECS, ELB, CloudWatch and SNS: small, with every request and answer held to AWS's own service model.

moto has no service deployments, and its GetMetricData raises on percentiles. S3 is moto's.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from runtime.common.aws import Clients
from runtime.common.clock import Clock
from runtime.deployments.hearing import Tools
from tests.runtime.conftest import BUCKET, KEY
from tools.documents.stages import event, facts

TABLE = facts()
EXAMPLE = TABLE["example"]
SERVICE, DEPLOYMENT, GREEN, BLUE = (EXAMPLE[name] for name in ("service", "deployment", "green", "blue"))
ELB = "arn:aws:elasticloadbalancing:us-west-2:123456789012"
BALANCER = f"{ELB}:loadbalancer/app/jobr-alb/50dc6c495c0c9188"
GREEN_GROUP, BLUE_GROUP = f"{ELB}:targetgroup/green/1111111111111111", f"{ELB}:targetgroup/blue/2222222222222222"
WATCHED = (GREEN_GROUP, BLUE_GROUP, BALANCER)
PRODUCTION_RULE = f"{ELB}:listener-rule/app/jobr-alb/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"
TEST_RULE = f"{ELB}:listener-rule/app/jobr-alb/50dc6c495c0c9188/a2f7dc8efc522ab2/1683b2d02a6cabee"
DIGEST = f"sha256:{'a1' * 32}"
TASK_DEFINITION = "arn:aws:ecs:us-west-2:123456789012:task-definition/jobr:7"
NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)
TOPICS = {name: f"arn:aws:sns:us-west-2:123456789012:jobr-{name}" for name in ("critical", "warning", "information")}
ENVIRONMENT = {
    "ENVIRONMENT": "production",
    "ARTIFACTS_BUCKET": BUCKET,
    # Named, because a machine may have a variable of this name for its own purposes.
    "CONTAINER_NAME": "app",
    # Two whole minutes, with nothing for the look itself: no time passes in it here.
    "METRICS_DELAY_SECONDS": "120",
    "ARTIFACTS_KMS_KEY_ARN": KEY,
    **{f"{name.upper()}_TOPIC_ARN": arn for name, arn in TOPICS.items()},
}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


class Client:
    """A client whose operations are methods of a subclass, held to AWS's model in both directions."""

    def __init__(
        self,
        service: str,
        operations: Mapping[str, Callable[..., dict[str, Any]]],
        failing: Mapping[str, ClientError],
    ) -> None:
        self._service = service
        self._operations = operations
        self._failing = failing
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(part.title() for part in name.split("_"))
        model = _model(self._service).operation_model(operation)

        def call(**arguments: Any) -> dict[str, Any]:
            validate_parameters(arguments, model.input_shape)
            self.calls.append((name, arguments))
            if name in self._failing:
                raise self._failing[name]
            answer = self._operations[name](**arguments)
            validate_parameters(answer, model.output_shape)
            return answer

        return call


def refused(code: str, operation: str) -> ClientError:
    """The error by which AWS refuses."""
    return ClientError({"Error": {"Code": code, "Message": "refused by the test"}}, operation)


@dataclass
class Account:
    """A service in the middle of a deployment, at a moment that a test moves."""

    now: datetime = NOON
    deployments: list[dict[str, Any]] = field(default_factory=list)
    weights: dict[str, dict[str, int]] = field(default_factory=dict)
    digest: str | None = DIGEST
    image: str = "registry.example/jobr:latest"
    # Values by metric, the end of the dimension's ARN, and minute.
    values: dict[tuple[str, str], dict[datetime, float]] = field(default_factory=lambda: defaultdict(dict))
    published: list[dict[str, str]] = field(default_factory=list)
    # What AWS refuses, by the name of the operation in Python.
    failing: dict[str, ClientError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.deployments = self.deployments or [deployment()]
        self.weights = self.weights or {
            PRODUCTION_RULE: {GREEN_GROUP: 100, BLUE_GROUP: 0},
            TEST_RULE: {GREEN_GROUP: 100, BLUE_GROUP: 0},
        }
        self.ecs = Client(
            "ecs",
            {
                "describe_service_deployments": self._describe_deployments,
                "list_service_deployments": self._list_deployments,
                "stop_service_deployment": self._stop,
                "describe_service_revisions": self._revisions,
                "describe_services": lambda **_: {"services": [{"serviceArn": SERVICE, "desiredCount": 4}]},
            },
            self.failing,
        )
        self.elbv2 = Client(
            "elbv2",
            {
                "describe_rules": self._rules,
                "describe_target_groups": lambda **_: {"TargetGroups": [{"LoadBalancerArns": [BALANCER]}]},
            },
            self.failing,
        )
        self.cloudwatch = Client("cloudwatch", {"get_metric_data": self._metrics}, self.failing)
        self.sns = Client("sns", {"publish": self._publish}, self.failing)

    def tools(self, s3: Any) -> Tools:
        """The world of this account."""
        made = {"ecs": self.ecs, "elbv2": self.elbv2, "cloudwatch": self.cloudwatch, "sns": self.sns, "s3": s3}

        def now() -> datetime:
            return self.now

        return Tools(Clock(now, lambda: now().timestamp()), Clients(lambda service, _region: made[service]))

    def count(self, metric: str, of: str, minute: datetime, value: float) -> None:
        """Let CloudWatch have a value: `of` is a target group's ARN or the load balancer's."""
        self.values[metric, of][minute] = value

    def serve(self, group: str, minute: datetime, requests: int, errors: int = 0, p95: float = 0.1) -> None:
        """A minute of a target group's traffic."""
        self.count("RequestCount", group, minute, requests)
        self.count("TargetResponseTime", group, minute, p95)
        if errors:
            self.count("HTTPCode_Target_5XX_Count", group, minute, errors)

    def _describe_deployments(self, serviceDeploymentArns: list[str]) -> dict[str, Any]:  # noqa: N803  # AWS's name
        found = [one for one in self.deployments if one["serviceDeploymentArn"] in serviceDeploymentArns]
        return {"serviceDeployments": found}

    def _list_deployments(self, status: list[str], createdAt: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        names = ("serviceDeploymentArn", "createdAt", "finishedAt", "status")
        found = [
            {name: one[name] for name in names if name in one}
            for one in self.deployments
            if one["status"] in status and one["createdAt"] > createdAt["after"]
        ]
        return {"serviceDeployments": found}

    def _stop(self, serviceDeploymentArn: str, stopType: str) -> dict[str, Any]:  # noqa: N803
        assert stopType == "ROLLBACK"
        for one in self.deployments:
            if one["serviceDeploymentArn"] == serviceDeploymentArn:
                one["status"] = "ROLLBACK_REQUESTED"
        return {"serviceDeploymentArn": serviceDeploymentArn}

    def _revisions(self, serviceRevisionArns: list[str]) -> dict[str, Any]:  # noqa: N803
        return {"serviceRevisions": [self._revision(arn) for arn in serviceRevisionArns]}

    def _revision(self, arn: str) -> dict[str, Any]:
        group = GREEN_GROUP if arn == GREEN else BLUE_GROUP
        image = {"containerName": "app", "image": self.image}
        advanced = {
            "alternateTargetGroupArn": BLUE_GROUP,
            "productionListenerRule": PRODUCTION_RULE,
            "testListenerRule": TEST_RULE,
            "roleArn": "arn:aws:iam::123456789012:role/ecs",
        }
        return {
            "serviceRevisionArn": arn,
            "serviceArn": SERVICE,
            "clusterArn": "arn:aws:ecs:us-west-2:123456789012:cluster/jobr-production",
            "taskDefinition": TASK_DEFINITION,
            "containerImages": [image | ({"imageDigest": self.digest} if self.digest else {})],
            "loadBalancers": [{"targetGroupArn": GREEN_GROUP, "advancedConfiguration": advanced}],
            "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": group}]},
        }

    def _rules(self, RuleArns: list[str]) -> dict[str, Any]:  # noqa: N803
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in self.weights[RuleArns[0]].items()]
        return {"Rules": [{"Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}]}

    def _metrics(
        self,
        MetricDataQueries: list[dict[str, Any]],  # noqa: N803
        StartTime: datetime,  # noqa: N803
        EndTime: datetime,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        results = []
        for query in MetricDataQueries:
            metric = query["MetricStat"]["Metric"]
            of = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
            whole = next(arn for arn in WATCHED if arn.endswith(of.get("TargetGroup") or of["LoadBalancer"]))
            points = sorted(self.values[metric["MetricName"], whole].items())
            shown = [(minute, value) for minute, value in points if StartTime <= minute < EndTime]
            results.append(
                {
                    "Id": query["Id"],
                    "StatusCode": "Complete",
                    "Timestamps": [minute for minute, _ in shown],
                    "Values": [float(value) for _, value in shown],
                }
            )
        return {"MetricDataResults": results}

    def _publish(self, **arguments: str) -> dict[str, Any]:
        self.published.append(arguments)
        return {"MessageId": "1"}


def deployment(**changes: Any) -> dict[str, Any]:
    """A deployment as ECS describes it, with blue."""
    return {
        "serviceDeploymentArn": DEPLOYMENT,
        "serviceArn": SERVICE,
        "createdAt": NOON - timedelta(minutes=20),
        "startedAt": NOON - timedelta(minutes=20),
        "status": "IN_PROGRESS",
        "sourceServiceRevisions": [{"arn": BLUE, "requestedProductionTrafficWeight": 100.0}],
        "targetServiceRevision": {"arn": GREEN},
        **changes,
    }


def call(payload: str, **weights: float) -> dict[str, Any]:
    """An event of docs/deployment-stages.toml, with other weights where a test needs them."""
    document = event(TABLE, payload)
    if weights:
        shares = {EXAMPLE[colour]: weight for colour, weight in weights.items()}
        document["executionDetails"]["productionTrafficWeights"] = shares
    return document


def context(seconds: float = 60) -> Any:
    """Lambda's context with so much time left."""
    return SimpleNamespace(aws_request_id="request", get_remaining_time_in_millis=lambda: int(seconds * 1000))


def set_environment(patch: pytest.MonkeyPatch, **variables: str) -> None:
    """The function's variables."""
    for name, value in {**ENVIRONMENT, **variables}.items():
        patch.setenv(name, value)
