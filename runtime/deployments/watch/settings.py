"""The watch's environment, declared once: the function reads it, infra renders it."""

from datetime import timedelta

from pydantic import Field

from runtime.deployments.settings import HookSettings


class WatchSettings(HookSettings):
    """Whose deployments are watched, and how long green may take to become healthy."""

    service_arn: str = Field(pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:service/[^/\s]+/[^/\s]+$")
    scale_up_minutes: int = Field(
        default=15,
        ge=1,
        le=1440,
        description="A green whose tasks are not healthy after so long is given up: SCALE_UP has neither hook nor limit of its own below a day",
    )

    @property
    def cluster(self) -> str:
        """The cluster's name."""
        return self.service_arn.split("/")[1]

    @property
    def service(self) -> str:
        """The service's name."""
        return self.service_arn.rpartition("/")[2]

    @property
    def scale_up_deadline(self) -> timedelta:
        """How long green may take to become healthy."""
        return timedelta(minutes=self.scale_up_minutes)
