"""The application and its door."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from infra.application.sizes import NoFargateSizeError, task_size
from infra.settings.pem import Certificate, CertificateChain, PrivateKey
from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, in_production
from infra.settings.types import (
    Architecture,
    CertificateArn,
    DomainName,
    DomainNames,
    Environment,
    HostedZoneId,
    ImageByDigest,
)

# AWS Distro for OpenTelemetry v0.48.0, the digest of its list for both processors.
COLLECTOR_IMAGE = (
    "public.ecr.aws/aws-observability/aws-otel-collector"
    "@sha256:9b28046359054b414f4ba76056ba4e8cffda2d53fbcee06171d7eeecd71326c3"
)
# A listener rule takes five values to match a host by (quotas of Application Load Balancers).
MAXIMUM_ALIASES = 5


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
    cpu: Annotated[int, Field(ge=128, le=16384)] = Field(
        1000, alias="applicationCpu", description="CPU units of the application's container; 1024 are one vCPU."
    )
    memory_mib: Annotated[int, Field(ge=128, le=122880)] = Field(
        1024, alias="applicationMemoryMib", description="Memory limit of the application's container, in MiB."
    )
    collector_image: ImageByDigest = Field(
        COLLECTOR_IMAGE,
        alias="collectorImage",
        description=(
            "The OpenTelemetry collector's image by digest, of a list for both processors. `docker buildx imagetools inspect "
            "public.ecr.aws/aws-observability/aws-otel-collector:<tag>` shows a newer one's."
        ),
    )
    domain: DomainName | None = Field(
        None, alias="domainName", description="The name under which people reach the application."
    )
    domain_aliases: DomainNames = Field(
        (),
        alias="domainAliases",
        description="Other names, up to five, such as `www.example.com`, that lead to domainName.",
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None,
        alias="hostedZoneId",
        description=(
            "The public Route 53 zone of domainName and domainAliases. With it the stack makes their records and, without "
            "certificateArn, requests and validates the certificate; without it both are the owner's to make."
        ),
    )
    certificate_arn: CertificateArn | None = Field(
        None,
        alias="certificateArn",
        description="The ACM certificate of the HTTPS listener; with hostedZoneId it is requested where this is empty.",
    )
    certificate_body: Certificate | None = Field(
        None,
        alias="certificateBody",
        description="A certificate (PEM) to import instead, self-signed for instance; never in production.",
    )
    certificate_chain: CertificateChain | None = Field(
        None, alias="certificateChain", description="The imported certificate's chain (PEM), if it has one."
    )
    certificate_private_key: PrivateKey | None = Field(
        None, alias="certificatePrivateKey", description="The imported certificate's private key (PEM)."
    )


def _fargate(values: Values) -> Iterator[Problem]:
    try:
        task_size(values["applicationCpu"], values["applicationMemoryMib"])
    except NoFargateSizeError as error:
        yield Problem.to_set("applicationMemoryMib", str(error))


def _one_certificate(values: Values) -> Iterator[Problem]:
    arn, body = values["certificateArn"], values["certificateBody"]
    if arn and body:
        yield Problem.to_remove("certificateBody", "stands beside certificateArn: the listener takes one of them")
    if not arn and not body and not values["hostedZoneId"]:
        yield Problem.to_set(
            "certificateArn",
            "is missing, and there is no HTTPS without it: set it, or hostedZoneId; outside production certificateBody and certificatePrivateKey may stand in for it",
        )


def _zone(values: Values) -> Iterator[Problem]:
    if values["hostedZoneId"] and not values["domainName"]:
        yield Problem.to_set("domainName", "is missing: hostedZoneId says where its records go")


def _aliases(values: Values) -> Iterator[Problem]:
    domain, aliases = values["domainName"], values["domainAliases"]
    if aliases and not domain:
        yield Problem.to_set("domainName", "is missing: domainAliases lead to it")
    if domain in aliases:
        yield Problem.to_set("domainAliases", "must not hold domainName: it would lead to itself for ever")
    if len(aliases) > MAXIMUM_ALIASES:
        yield Problem.to_set("domainAliases", f"must be at most {MAXIMUM_ALIASES} names")


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
            "certificateBody",
            "must not be imported in production: use hostedZoneId or certificateArn, and ACM renews it",
        )


RULES: tuple[Rule, ...] = (
    _fargate,
    _one_certificate,
    _zone,
    _aliases,
    _private_key,
    _certificate_region,
    _production_certificate,
    in_production("domainName", holds=bool, reason="is missing and needed", value="<value>"),
)
