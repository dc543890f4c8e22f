"""ECS keeps a service's revisions and deployments; moto has neither.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/: API_ListServiceDeployments.html, API_DescribeServiceDeployments.html,
API_DescribeServiceRevisions.html, API_StopServiceDeployment.html, API_ContinueServiceDeployment.html. CreateService begins a deployment,
and so does an UpdateService that changes what a revision holds or that forces one (update-service-parameters.html in the developer guide).

A deployment succeeds at once, its weights on the rules, unless its cluster has the tag WALKED: there it stays PENDING until
somebody walks it by `POST /sandbox/service-deployments`, as tests of hooks do.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from botocore.session import get_session
from botocore.validate import validate_parameters
from moto.core.responses import ActionResult
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from sandbox.cloud import clients
from sandbox.cloud.patching import add, replace
from sandbox.cloud.service_history import STRATEGIES_WITH_GREEN, History, summary, workload
from sandbox.home import ACCOUNT_ID, REGION, Home

# The cluster's tag that leaves deployments to whoever walks them, whatever its value.
WALKED = "sandbox:deployments-are-walked"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html, maxResults.
PAGE = 100
# Members that are moments, which JSON has as text.
TIMES = frozenset({"createdAt", "updatedAt"})
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html: the rules are not what ECS expects.
NETWORK = "Service deployment rolled back because of invalid networking configuration"


class UnknownDeploymentError(ECSException):
    """There is no such service deployment."""

    def __init__(self) -> None:
        super().__init__(
            "ServiceDeploymentNotFoundException", "The service deploy ARN that you specified was not found."
        )


def install(home: Home) -> None:
    """Add the five operations, and begin deployments where services are created and updated."""
    del home
    originals = {
        name: replace(EC2ContainerServiceResponse, name, operation)
        for name, operation in (
            ("create_service", _creating),
            ("update_service", _updating),
            ("describe_services", _describing),
        )
    }
    _ORIGINALS.update(originals)
    for operation in (
        list_service_deployments,
        describe_service_deployments,
        describe_service_revisions,
        stop_service_deployment,
        continue_service_deployment,
    ):
        add(EC2ContainerServiceResponse, operation.__name__, operation)


_ORIGINALS: dict[str, Any] = {}


def history(backend: Any) -> History:
    """The history that an ECS backend of moto keeps; it goes with the backend's other contents."""
    if not hasattr(backend, "service_history"):
        backend.service_history = History()
    kept: History = backend.service_history
    return kept


def walk(arn: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Change members of a deployment as ECS would; what it is then.

    Raises:
        ECSException: there is no such deployment, or its status does not allow it.
        ParamValidationError: the members are none of AWS's ServiceDeployment.
        ValueError: a moment is not written as ISO 8601 has it.
    """
    shape = get_session().get_service_model("ecs").shape_for("ServiceDeployment")
    validate_parameters(dict(members), shape)
    times = {name: datetime.fromisoformat(value) for name, value in members.items() if name in TIMES}
    kept = history(ecs_backends[ACCOUNT_ID][REGION])
    deployment = _found(kept, arn)
    kept.change(deployment, {**members, **times})
    return kept.brief(deployment)


def _creating(self: Any) -> Any:
    answer = _ORIGINALS["create_service"](self)
    service = answer.result["service"]
    # A service that takes the name of a deleted one has no past.
    history(self.ecs_backend).live.pop(service.arn, None)
    _begin(self.ecs_backend, service)
    return answer


def _updating(self: Any) -> Any:
    # Read first: moto takes its parameters apart while it works.
    forced = bool(self._get_param("forceNewDeployment"))
    answer = _ORIGINALS["update_service"](self)
    service, backend = answer.result["service"], self.ecs_backend
    if not service.task_definition:
        return answer
    declared = workload(service, backend.describe_task_definition(service.task_definition))
    if forced or declared != history(backend).newest_workload(service.arn):
        _begin(backend, service)
    return answer


def _describing(self: Any) -> Any:
    """A service shows the deployment that is under way. AWS does not say whether it shows it afterwards; here it does not."""
    answer = _ORIGINALS["describe_services"](self)
    kept = history(self.ecs_backend)
    for service in answer.result["services"]:
        service.current_service_deployment = kept.under_way(service.arn)
    return answer


def _begin(backend: Any, service: Any) -> None:
    """Only ECS's own controller has service deployments."""
    if service.deployment_controller["type"] != "ECS" or not service.task_definition:
        return
    kept = history(backend)
    revision = kept.revise(service, backend.describe_task_definition(service.task_definition))
    deployment = kept.begin(service, revision)
    cluster = next(one for one in backend.clusters.values() if one.arn == service.cluster_arn)
    if not any(tag["key"] == WALKED for tag in cluster.tags or []):
        _succeed(kept, deployment, revision, service)


def _succeed(kept: History, deployment: dict[str, Any], revision: Mapping[str, Any], service: Any) -> None:
    kept.change(deployment, {"status": "IN_PROGRESS"})
    if deployment["deploymentConfiguration"].get("strategy") in STRATEGIES_WITH_GREEN and not _move(revision):
        kept.change(
            deployment, {"status": "ROLLBACK_IN_PROGRESS", "statusReason": NETWORK, "rollback": {"reason": NETWORK}}
        )
        gone_back = "ROLLBACK_SUCCESSFUL" if deployment["sourceServiceRevisions"] else "ROLLBACK_FAILED"
        kept.change(deployment, {"status": gone_back})
        return
    blue = [summary(source["arn"], 0, 0.0) for source in deployment["sourceServiceRevisions"]]
    green = summary(revision["serviceRevisionArn"], service.desired_count, 100.0)
    done = {"status": "SUCCESSFUL", "sourceServiceRevisions": blue, "targetServiceRevision": green}
    kept.change(deployment, done)


def _move(revision: Mapping[str, Any]) -> bool:
    """Set the weights of the rules, as TEST_ and PRODUCTION_TRAFFIC_SHIFT do; whether both were there with green's target group."""
    elb, planned = clients.client("elbv2"), []
    for balancer, resolved in zip(
        revision.get("loadBalancers", []), revision["resolvedConfiguration"]["loadBalancers"], strict=False
    ):
        advanced = balancer.get("advancedConfiguration") or {}
        rules = [advanced[name] for name in ("testListenerRule", "productionListenerRule") if name in advanced]
        try:
            found = elb.describe_rules(RuleArns=rules)["Rules"] if rules else []
        except ClientError:
            return False
        for rule in found:
            groups = [
                group for action in rule["Actions"] for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
            ]
            for group in groups:
                group["Weight"] = 100 if group["TargetGroupArn"] == resolved["targetGroupArn"] else 0
            if not any(group["Weight"] for group in groups):
                return False
            planned.append(rule)
    for rule in planned:
        elb.modify_rule(RuleArn=rule["RuleArn"], Actions=rule["Actions"])
    return True


def list_service_deployments(self: Any) -> ActionResult:
    """ListServiceDeployments: newest first, by status and by time of creation."""
    backend = self.ecs_backend
    service = backend._get_service(self._get_param("cluster", "default"), self._get_param("service"))  # noqa: SLF001  # moto's own way to a service
    wanted, created = self._get_param("status", []), self._get_param("createdAt", {})
    kept = history(backend)
    found = [
        kept.brief(one)
        for one in kept.of(service.arn)
        if (not wanted or one["status"] in wanted) and _within(created, one["createdAt"])
    ]
    first, size = int(self._get_param("nextToken") or 0), self._get_param("maxResults") or PAGE
    following = {"nextToken": str(first + size)} if len(found) > first + size else {}
    return ActionResult({"serviceDeployments": found[first : first + size], **following})


def _within(created: Mapping[str, datetime], moment: datetime) -> bool:
    # moto reads the request's times as UTC without saying so.
    limits = {name: limit if limit.tzinfo else limit.replace(tzinfo=UTC) for name, limit in created.items()}
    return limits.get("after", moment) <= moment <= limits.get("before", moment)


def describe_service_deployments(self: Any) -> ActionResult:
    """DescribeServiceDeployments."""
    kept = history(self.ecs_backend).deployments
    return _described(kept, self._get_param("serviceDeploymentArns"), "serviceDeployments")


def describe_service_revisions(self: Any) -> ActionResult:
    """DescribeServiceRevisions."""
    kept = history(self.ecs_backend).revisions
    return _described(kept, self._get_param("serviceRevisionArns"), "serviceRevisions")


def _described(kept: Mapping[str, Any], arns: list[str], name: str) -> ActionResult:
    failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in kept]
    return ActionResult({name: [kept[arn] for arn in arns if arn in kept], "failures": failures})


def stop_service_deployment(self: Any) -> ActionResult:
    """StopServiceDeployment: goes back, unless it is told to abort."""
    kept, arn = history(self.ecs_backend), self._get_param("serviceDeploymentArn")
    asked = "STOP_REQUESTED" if self._get_param("stopType") == "ABORT" else "ROLLBACK_REQUESTED"
    kept.change(_found(kept, arn), {"status": asked, "statusReason": "StopServiceDeployment was called."})
    return ActionResult({"serviceDeploymentArn": arn})


def continue_service_deployment(self: Any) -> ActionResult:
    """ContinueServiceDeployment: a pause that waits is over, or the deployment goes back."""
    kept, arn = history(self.ecs_backend), self._get_param("serviceDeploymentArn")
    deployment, wanted = _found(kept, arn), self._get_param("hookId")
    hooks = [hook for hook in deployment.get("lifecycleHookDetails", []) if hook["hookId"] == wanted]
    if deployment["status"] != "IN_PROGRESS" or not hooks or hooks[0]["status"] != "AWAITING_ACTION":
        raise InvalidParameterException(f"The hook {wanted} does not wait for an action.")
    goes_back = self._get_param("action") == "ROLLBACK"
    hooks[0]["status"] = "FAILED" if goes_back else "SUCCEEDED"
    reason = {"status": "ROLLBACK_REQUESTED", "statusReason": "ContinueServiceDeployment was called with ROLLBACK."}
    kept.change(deployment, reason if goes_back else {})
    return ActionResult({"serviceDeploymentArn": arn})


def _found(kept: History, arn: str) -> dict[str, Any]:
    if arn not in kept.deployments:
        raise UnknownDeploymentError
    return kept.deployments[arn]
