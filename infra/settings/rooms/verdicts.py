"""What a release is held to before it goes on, and how long each part of that may take. The functions' own settings have the same ranges."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values
from infra.settings.types import DeploymentStrategy, DomainName, Duration, between, in_words, whole_minutes
from runtime.deployments.gate.settings import Need
from runtime.deployments.traffic.settings import Inconclusive

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Amazon ECS API reference, DeploymentLifecycleHookTimeoutConfiguration: a pause lasts 1 to 20160 minutes.
ApprovalTimeout = Annotated[Duration, between(MINUTE, timedelta(days=14)), whole_minutes]
ErrorPercent = Annotated[Decimal, Field(gt=0, lt=100)]


class Approval(StrEnum):
    """When a deployment waits for a person (docs/deployments.md says how to answer)."""

    OFF = "off"
    BEFORE_TRAFFIC = "before-traffic"
    EACH_SHIFT = "each-shift"
    AFTER_TRAFFIC = "after-traffic"


def _minutes(most: timedelta) -> tuple[object, object]:
    return between(MINUTE, most), whole_minutes


class VerdictSettings(Room):
    """What a release is held to before it goes on."""

    openai: Need = Field(
        Need.WARN,
        alias="openaiCheck",
        description="Before green starts OpenAI has to answer to its key: `required`, `warn` or `off`.",
    )
    stripe: Need = Field(Need.WARN, alias="stripeCheck", description="The same for Stripe.")
    sendgrid: Need = Field(Need.WARN, alias="sendgridCheck", description="The same for SendGrid.")
    image_scan: Need = Field(
        Need.REQUIRED,
        alias="imageScanCheck",
        description="Whether ECR must have scanned the image: `required`, `warn` or `off`. Unless it is `off`, a critical finding stops the release.",
    )
    image_scan_patience: Annotated[Duration, between(timedelta(0), HOUR)] = Field(
        timedelta(minutes=10), alias="imageScanPatience", description="How long a scan is waited for: `0m` to `1h`."
    )
    gate_patience: Annotated[Duration, *_minutes(timedelta(hours=23))] = Field(
        timedelta(hours=2),
        alias="gatePatience",
        description="How long the checks and the migrations before green starts may take together: `1m` to `23h`.",
    )
    scale_up_deadline: Annotated[Duration, *_minutes(DAY)] = Field(
        timedelta(minutes=15),
        alias="scaleUpDeadline",
        description="How long green may take to become healthy before its deployment is rolled back: `1m` to `1d`.",
    )
    smoke_domain: DomainName | None = Field(
        None,
        alias="smokeTestDomain",
        description="The name that the smoke tests ask for and find in the certificate; domainName where this is empty, without both the load balancer's own.",
    )
    error_percent: ErrorPercent = Field(
        Decimal(1),
        alias="trafficErrorPercent",
        description="Green is rolled back above this part of failed requests, in percent.",
    )
    minimum_requests: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        100, alias="trafficMinimumRequests", description="With fewer requests the verdict on green is inconclusive."
    )
    when_inconclusive: Inconclusive = Field(
        Inconclusive.CONTINUE,
        alias="trafficWhenInconclusive",
        description="What then happens: `continue`, `rollback`, or `extend`, which watches on until there are enough requests and rolls back after trafficExtendedObservation.",
    )
    observation: Annotated[Duration, *_minutes(HOUR)] = Field(
        timedelta(minutes=5),
        alias="trafficObservation",
        description="How long green is watched after each shift: `1m` to `1h`.",
    )
    extended_observation: Annotated[Duration, *_minutes(timedelta(hours=4))] = Field(
        timedelta(minutes=30), alias="trafficExtendedObservation", description="How long with `extend`: `1m` to `4h`."
    )
    baseline: Annotated[Duration, *_minutes(timedelta(hours=3))] = Field(
        timedelta(minutes=15),
        alias="trafficBaseline",
        description="How long blue was watched before the shift, for comparison: `1m` to `3h`.",
    )
    latency_factor: Annotated[Decimal, Field(ge=1, le=100)] = Field(
        Decimal("1.5"),
        alias="trafficLatencyFactor",
        description="A minute of green is slow above this many times blue's p95.",
    )
    latency_floor: Annotated[Decimal, Field(gt=0, le=60)] = Field(
        Decimal("0.5"),
        alias="trafficLatencyFloor",
        description="No minute is slow below this p95, in seconds, whatever blue's was.",
    )
    slow_minutes: Annotated[int, Field(ge=1, le=240)] = Field(
        3, alias="trafficSlowMinutes", description="Green is rolled back with so many slow minutes."
    )
    approval: Approval = Field(
        Approval.OFF,
        alias="deploymentApproval",
        description=(
            "When a deployment waits for a person: `off`; `before-traffic`, beside the smoke tests; `each-shift`, before each; "
            "`after-traffic`, while blue still runs."
        ),
    )
    approval_timeout: ApprovalTimeout = Field(
        timedelta(hours=8),
        alias="deploymentApprovalTimeout",
        description="After so long without an answer the deployment is rolled back: `1m` to `14d`.",
    )


def _extends(values: Values) -> Iterator[Problem]:
    observation, extended = values["trafficObservation"], values["trafficExtendedObservation"]
    if extended < observation:
        reason = f"is shorter than trafficObservation, {in_words(observation)}"
        yield Problem.to_set("trafficExtendedObservation", reason, in_words(observation))


def _slow_minutes(values: Values) -> Iterator[Problem]:
    longest = values["trafficObservation"] // MINUTE
    if values["trafficSlowMinutes"] > longest:
        reason = f"is more than trafficObservation has, {longest}: no release could ever be too slow"
        yield Problem.to_set("trafficSlowMinutes", reason, str(longest))


def _approvable(values: Values) -> Iterator[Problem]:
    if values["deploymentStrategy"] is DeploymentStrategy.ROLLING and values["deploymentApproval"] is not Approval.OFF:
        yield Problem.to_set(
            "deploymentApproval", "is asked for by ROLLING, in which ECS cannot wait for a person", Approval.OFF
        )


RULES: tuple[Rule, ...] = (_extends, _slow_minutes, _approvable)
