"""The VPC."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from pydantic import Field

from infra.network.address_plan import AddressPlanError, plan
from infra.settings.problems import Problem
from infra.settings.rooms.base import Room, Rule, Values, in_production
from infra.settings.types import NatGateways, ZoneLetters


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
        description="The letters of the three availability zones in the region, separated by commas.",
    )
    nat_gateways: NatGateways = Field(
        NatGateways.ONE,
        alias="natGateways",
        description="`one` for all zones, or `per-zone`, which survives the loss of a zone.",
    )


def _addresses(values: Values) -> Iterator[Problem]:
    try:
        plan(values["networkCidr"], values["networkZones"])
    except AddressPlanError as error:
        yield Problem.to_set("networkCidr", str(error), "10.20.0.0/16")


RULES: tuple[Rule, ...] = (
    _addresses,
    in_production(
        "natGateways", holds=lambda v: v is NatGateways.PER_ZONE, reason="must be per-zone", value="per-zone"
    ),
)
