"""The smoke hook's environment, declared once: the function reads it, infra renders it."""

from typing import Annotated

from pydantic import Field

from runtime.deployments.settings import HookSettings

Port = Annotated[int, Field(ge=1, le=65535)]


class SmokeSettings(HookSettings):
    """Where the test listener is, and whom to trust.

    The function stands in private subnets and reaches the load balancer, which faces the internet, through the NAT gateways: the
    load balancer's security group has to let their addresses in at `test_port`, a reference to the function's own group would not match.
    """

    load_balancer_host: str = Field(min_length=1, description="The name that AWS gave the load balancer")
    domain: str = Field(min_length=1, description="The name that the certificate is for, and that the requests ask for")
    test_port: Port = Field(default=8443, description="The test listener's port")
    plain_port: Port = Field(default=80, description="The port that redirects to HTTPS")
    certificate_authority: str | None = Field(
        default=None,
        description="The authority (PEM) to trust in place of the system's, or the self-signed certificate itself; outside production",
    )
    weights_patience_seconds: int = Field(
        default=60, ge=0, le=600, description="How long the listener's rule may take to show the shift"
    )
