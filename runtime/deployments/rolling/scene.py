"""What the gate looks at where no deployment has begun: the service as it serves now, and the task definition that it is to get."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from runtime.common.aws import cloud_errors
from runtime.deployments.gate.application import read_environment
from runtime.deployments.gate.scene import Scene
from runtime.deployments.hearing import Hearing
from runtime.deployments.rolling.settings import RollingSettings
from runtime.deployments.service import DIGEST, Revision, ServiceState, ServiceView

if TYPE_CHECKING:
    from runtime.deployments.gate.settings import GateSettings

TASK_DEFINITION = "taskDefinition"


def look(hearing: Hearing[RollingSettings]) -> Scene:
    """Read the scene. Raises CloudError."""
    clients, settings = hearing.clients, hearing.settings
    view = ServiceView(clients.get("ecs"), clients.get("elbv2"), settings.container_name)
    task_definition = str(hearing.call.details[TASK_DEFINITION])
    container = view.container_definition(task_definition)
    digest = DIGEST.search(container.get("image", ""))
    green = Revision(
        arn=_attempt(hearing),
        task_definition_arn=task_definition,
        image=container.get("image", ""),
        image_digest=digest.group() if digest else None,
        target_group_arn=None,
    )
    environment = read_environment(container, clients.get("secretsmanager"), hearing.redactor)
    # The gate reads no more of it than its own settings, which these are.
    as_the_gates = cast("Hearing[GateSettings]", hearing)
    return Scene(as_the_gates, _state(hearing, view, green), green.image, environment)


def _attempt(hearing: Hearing[RollingSettings]) -> str:
    """What the migrations of this attempt are called: a new attempt may begin them anew, one that goes on finds them."""
    return f"{hearing.call.revision_id}-{hearing.call.deployment_arn.rpartition('/')[2][:8]}"


def _state(hearing: Hearing[RollingSettings], view: ServiceView, green: Revision) -> ServiceState:
    settings, ecs = hearing.settings, hearing.clients.get("ecs")
    live = _live(ecs, settings)
    if live is not None:
        state = view.read(*live)
        return replace(state, blue=state.green, green=green)
    return ServiceState(
        service_arn=settings.service_arn,
        cluster_arn=settings.service_arn.replace(":service/", ":cluster/").rpartition("/")[0],
        desired_tasks=settings.tasks,
        green=green,
        blue=None,
        target_groups=(),
        production_rule=None,
        test_rule=None,
    )


def _live(ecs: Any, settings: RollingSettings) -> tuple[str, str] | None:
    """The deployment that brought what serves, and its revision; None where there is no service, or ECS keeps no deployment of it."""
    with cloud_errors(f"describe the service {settings.service}"):
        described = ecs.describe_services(cluster=settings.cluster, services=[settings.service])
    if not any(one["status"] == "ACTIVE" for one in described["services"]):
        return None
    with cloud_errors(f"list the deployments of {settings.service}"):
        answer = ecs.list_service_deployments(service=settings.service, cluster=settings.cluster, status=["SUCCESSFUL"])
    newest = max(answer.get("serviceDeployments", []), key=lambda brief: brief["createdAt"], default=None)
    return (newest["serviceDeploymentArn"], newest["targetServiceRevisionArn"]) if newest else None
