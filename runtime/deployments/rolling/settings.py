"""The environment of the gate before a rolling deployment: the gate's own, and the service."""

from pydantic import Field

from runtime.deployments.gate.settings import GateSettings


class RollingSettings(GateSettings):
    """What the gate needs to know, and whose service it is: nobody tells it that."""

    service_arn: str = Field(pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:service/[^/\s]+/[^/\s]+$")
    tasks: int = Field(ge=1, description="How many tasks start where there is no service yet")

    @property
    def cluster(self) -> str:
        """The cluster's name."""
        return self.service_arn.split("/")[1]

    @property
    def service(self) -> str:
        """The service's name."""
        return self.service_arn.rpartition("/")[2]
