"""The application and its door."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr

from infra.application.sizes import NoFargateSizeError, fargate_size
from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, in_production
from infra.settings.types import (
    Architecture,
    CertificateArn,
    DomainName,
    Duration,
    Environment,
    ImageByDigest,
    between,
)

PRODUCTION_TASKS = 2

# ECS: a blue/green deployment bakes for 0 to 1440 minutes.
BakeTime = Annotated[Duration, between(timedelta(0), timedelta(days=1))]


class ApplicationSettings(Room):
    """The application and its door."""

    image: ImageByDigest = Field(
        alias="applicationImage", description="The application's image by digest: `repository@sha256:…`."
    )
    architecture: Architecture = Field(
        Architecture.ARM64,
        alias="applicationArchitecture",
        description="The processor that the image was built for: `arm64` or `x86_64`.",
    )
    tasks: Annotated[int, Field(ge=1, le=100)] = Field(
        2,
        alias="applicationTasks",
        description="How many tasks the service is created with; later the count is not Pulumi's.",
    )
    cpu: Annotated[int, Field(ge=128, le=16384)] = Field(
        1000, alias="applicationCpu", description="CPU units of the application's container; 1024 are one vCPU."
    )
    memory_mib: Annotated[int, Field(ge=128, le=122880)] = Field(
        1024, alias="applicationMemoryMib", description="Memory limit of the application's container, in MiB."
    )
    bake_time: BakeTime = Field(
        timedelta(minutes=10),
        alias="deploymentBakeTime",
        description="How long blue stays ready after green took the traffic: `0m` to `1d`.",
    )
    domain: DomainName | None = Field(
        None, alias="domainName", description="The name under which people reach the application."
    )
    certificate_arn: CertificateArn | None = Field(
        None,
        alias="certificateArn",
        description="The ACM certificate of the HTTPS listener. Either this or `certificateBody`.",
    )
    certificate_body: str | None = Field(
        None,
        alias="certificateBody",
        description="A certificate (PEM) to import instead, self-signed for instance; never in production.",
    )
    certificate_chain: str | None = Field(
        None, alias="certificateChain", description="The imported certificate's chain (PEM), if it has one."
    )
    certificate_private_key: SecretStr | None = Field(
        None, alias="certificatePrivateKey", description="The imported certificate's private key (PEM)."
    )
    openai_api_key: SecretStr = Field(alias="openaiApiKey", description="The application's key for OpenAI's API.")


def _fargate(values: Values) -> Iterator[Problem]:
    try:
        fargate_size(values["applicationCpu"], values["applicationMemoryMib"])
    except NoFargateSizeError as error:
        yield Problem.to_set("applicationMemoryMib", str(error))


def _one_certificate(values: Values) -> Iterator[Problem]:
    arn, body = values["certificateArn"], values["certificateBody"]
    if arn and body:
        yield Problem.to_remove("certificateBody", "stands beside certificateArn: the listener takes one of them")
    if not arn and not body:
        yield Problem.to_set(
            "certificateArn",
            "is missing, and there is no HTTPS without it; outside production certificateBody and certificatePrivateKey may stand in for it",
        )


def _private_key(values: Values) -> Iterator[Problem]:
    if values["certificateBody"] and not values["certificatePrivateKey"]:
        yield Problem.to_set(
            "certificatePrivateKey", "is missing: certificateBody cannot be imported without it", secret=True
        )


def _certificate_region(values: Values) -> Iterator[Problem]:
    arn, region = values["certificateArn"], values["region"]
    if arn and arn.split(":")[3] != region:
        yield Problem.to_set(
            "certificateArn", f"is of another region than the stack's, {region}: the load balancer cannot use it"
        )


def _production_certificate(values: Values) -> Iterator[Problem]:
    if values["environment"] is Environment.PRODUCTION and values["certificateBody"]:
        yield Problem.to_remove(
            "certificateBody", "must not be imported in production: use certificateArn, which ACM renews"
        )


RULES: tuple[Rule, ...] = (
    _fargate,
    _one_certificate,
    _private_key,
    _certificate_region,
    _production_certificate,
    in_production("domainName", holds=bool, reason="is missing and needed", value="<value>"),
    in_production("applicationTasks", holds=lambda v: v >= PRODUCTION_TASKS, reason="must be at least 2", value="2"),
)
