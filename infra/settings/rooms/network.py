"""The VPC."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from pydantic import Field

from infra.network.address_plan import AddressPlanError, ZonesError, plan
from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, in_production
from infra.settings.types import InterfaceServices, Ipv4Networks, NatGateways, ZoneLetters

# Secrets and images do not depend on NAT in production, and leave the VPC at no time.
PRIVATE_IN_PRODUCTION = frozenset({"secretsmanager", "kms", "ecr.api", "ecr.dkr"})
RFC_1918 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


class NetworkSettings(Room):
    """The VPC."""

    cidr: IPv4Network = Field(
        IPv4Network("10.20.0.0/16"),
        alias="networkCidr",
        description="The VPC's addresses, /16 to /20; every subnet is cut out of it.",
    )
    zones: ZoneLetters = Field(
        ("a", "b", "c"),
        alias="networkZones",
        description="The letters of three or four availability zones in the region, separated by commas. Each letter has its own addresses; `e` shares those of `a`, and `f` those of `b`.",
    )
    nat_gateways: NatGateways = Field(
        NatGateways.ONE,
        alias="natGateways",
        description="`one` for all zones, or `per-zone`, which survives the loss of a zone.",
    )
    interface_endpoints: InterfaceServices = Field(
        (),
        alias="interfaceEndpoints",
        description="The services of AWS that are reached at private addresses instead of through NAT, separated by commas, such as `secretsmanager,kms,ecr.api,ecr.dkr,logs`; each is paid for by the hour and zone.",
    )
    test_client_cidrs: Ipv4Networks = Field(
        (),
        alias="testClientCidrs",
        description="The IPv4 networks, separated by commas, from which people may reach the test listener; the stack's own functions always may.",
    )


def _addresses(values: Values) -> Iterator[Problem]:
    try:
        plan(values["networkCidr"], values["networkZones"])
    except AddressPlanError as error:
        yield Problem.to_set("networkCidr", str(error), "10.20.0.0/16")
        return
    except ZonesError as error:
        yield Problem.to_set("networkZones", str(error), "a,b,c")
    # Python calls more networks private than a VPC can be: 0.0.0.0/8 and 240.0.0.0/4, for instance.
    if not any(values["networkCidr"].subnet_of(private) for private in RFC_1918):
        yield Problem.to_set("networkCidr", "is no private network (RFC 1918)", "10.20.0.0/16")


def _secrets_and_images(services: tuple[str, ...]) -> bool:
    return set(services) >= PRIVATE_IN_PRODUCTION


RULES: tuple[Rule, ...] = (
    _addresses,
    in_production(
        "natGateways", holds=lambda v: v is NatGateways.PER_ZONE, reason="must be per-zone", value="per-zone"
    ),
    in_production(
        "interfaceEndpoints",
        holds=_secrets_and_images,
        reason=f"must hold {', '.join(sorted(PRIVATE_IN_PRODUCTION))}, which carry secrets and images,",
        value=",".join(sorted(PRIVATE_IN_PRODUCTION)),
    ),
)
