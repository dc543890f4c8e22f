"""The gate's environment, declared once: the function reads it, infra renders it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from runtime.deployments.settings import HookSettings

# What the function needs at most: the service's state, the secrets, then the slowest check, and the door's reserve (gate/decide.py).
TIMEOUT_SECONDS = 180

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./-]{1,1011}$")]
StateMachineArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9_-]{1,80}$")
]
# Plain HTTP would send a key in clear.
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:\d{1,5})?$")]


class Need(StrEnum):
    """What a failing check means for the deployment."""

    REQUIRED = "required"
    WARN = "warn"
    OFF = "off"


class GateSettings(HookSettings):
    """What the gate needs to know beyond what it reads from the deployment itself."""

    database_proxied: bool = Field(default=False, description="Whether a proxy shares the primary's connections out")
    openai: Need = Field(default=Need.WARN, description="Whether OpenAI has to answer")
    stripe: Need = Field(default=Need.WARN, description="Whether Stripe has to answer")
    sendgrid: Need = Field(default=Need.WARN, description="Whether SendGrid has to answer")
    # Only tests and rehearsals set these three, to a server of their own that has a certificate all the same.
    openai_url: HttpsUrl = "https://api.openai.com"
    stripe_url: HttpsUrl = "https://api.stripe.com"
    sendgrid_url: HttpsUrl = "https://api.sendgrid.com"
    image_scan: Need = Field(default=Need.REQUIRED, description="Whether an image without a finished scan is refused")
    image_scan_patience_seconds: int = Field(default=600, ge=0, le=3600, description="How long a scan may take")
    windows_parameter: ParameterName | None = Field(
        default=None,
        description="The SSM parameter that holds freeze and maintenance windows; none is looked at without it",
    )
    migrations_state_machine_arn: StateMachineArn | None = Field(
        default=None, description="What migrates the database after the checks; nothing does without it"
    )
    # ECS takes 1 to 900 seconds (runtime/deployments/hook.py).
    poll_seconds: int = Field(default=15, ge=1, le=900, description="How often a scan or a migration is looked at")
    patience_seconds: int = Field(
        default=7200, ge=60, le=82_800, description="How long the gate may take; below the 24 hours of a stage"
    )
