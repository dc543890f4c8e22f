"""What the checks look at, read once: the deployment, the container of its task, and the environment that green will have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.common.concurrently import Work, run_all
from runtime.common.errors import OperationError
from runtime.deployments.gate.application import ApplicationEnvironment, read_environment
from runtime.deployments.gate.settings import GateSettings
from runtime.deployments.hearing import Hearing
from runtime.deployments.service import ServiceState, ServiceView
from runtime.deployments.verdict import Finding, Level

READING_SECONDS = 40


@dataclass(frozen=True)
class Scene:
    """A deployment before its green starts."""

    hearing: Hearing[GateSettings]
    state: ServiceState
    image: str
    environment: ApplicationEnvironment

    @property
    def settings(self) -> GateSettings:
        """The gate's own settings."""
        return self.hearing.settings

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of AWS."""
        return self.hearing.clients.get(service, region)


def look(hearing: Hearing[GateSettings]) -> Scene:
    """Read the scene. Raises CloudError where ECS does not say what is deployed; unreadable secrets are findings of their own."""
    clients, settings = hearing.clients, hearing.settings
    view = ServiceView(clients.get("ecs"), clients.get("elbv2"), settings.container_name)
    state = view.read(hearing.call.deployment_arn, hearing.call.target_revision_arn)
    container = view.container_definition(state.green.task_definition_arn)
    return Scene(hearing, state, state.green.image or container.get("image", ""), _environment(hearing, container))


def _environment(hearing: Hearing[GateSettings], container: Mapping[str, Any]) -> ApplicationEnvironment:
    """The environment; one that cannot be read in time has nothing in it but that finding."""

    def read() -> ApplicationEnvironment:
        return read_environment(container, hearing.clients.get("secretsmanager"), hearing.redactor)

    found = run_all({"environment": Work(read, READING_SECONDS)})["environment"]
    if isinstance(found, OperationError):
        message = f"The application's environment could not be read: {found}"
        problem = Finding(check="secrets", outcome=Level.FAIL, message=message, mend="ask for the deployment again")
        return ApplicationEnvironment({}, (problem,), complete=False)
    return found
