"""The address plan: which subnet has which addresses. Pure arithmetic.

The network is cut into 16 equal blocks. Each tier owns four in a row, and a zone's place among them follows from its letter alone.
So a zone that is added, taken away or written elsewhere in the list moves no subnet of another, and a fourth tier finds free blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

BLOCK_BITS = 4
ZONES_PER_TIER = 4
# Amazon VPC: a VPC's block is /16 to /28; the application tier wants 250 addresses in a zone: blocks of /24, so /20 at the smallest.
LARGEST_PREFIX = 20
SMALLEST_PREFIX = 16


class Tier(StrEnum):
    """What a subnet is for; the order is the order of the blocks and must not change."""

    PUBLIC = "public"
    PRIVATE = "private"
    DATABASE = "database"


class AddressPlanError(ValueError):
    """The network cannot hold the plan; the message continues a sentence that begins with the key."""


class ZonesError(ValueError):
    """Two zones have the same place in the plan; the message continues a sentence that begins with the key of the zones."""


@dataclass(frozen=True, kw_only=True)
class PlannedSubnet:
    """One subnet: its tier, the letter of its zone and its addresses."""

    tier: Tier
    zone: str
    cidr: IPv4Network


def plan(network: IPv4Network, zones: Sequence[str]) -> tuple[PlannedSubnet, ...]:
    """The subnets of every tier in every zone.

    Raises:
        AddressPlanError: the network is too small or too large, or not private.
        ZonesError: two zones have the same place.
    """
    if network.prefixlen > LARGEST_PREFIX:
        raise AddressPlanError(f"is {network}, too small for the address plan: /{LARGEST_PREFIX} or larger is needed")
    if network.prefixlen < SMALLEST_PREFIX:
        raise AddressPlanError(f"is {network}, larger than a VPC can be: /{SMALLEST_PREFIX} is the largest")
    if not network.is_private or network.is_loopback or network.is_link_local:
        raise AddressPlanError(f"is {network}, which is no private network (RFC 1918)")
    places = _places(zones)
    blocks = list(network.subnets(prefixlen_diff=BLOCK_BITS))
    return tuple(
        PlannedSubnet(tier=tier, zone=zone, cidr=blocks[tier_index * ZONES_PER_TIER + place])
        for tier_index, tier in enumerate(Tier)
        for zone, place in places.items()
    )


def _places(zones: Sequence[str]) -> dict[str, int]:
    """By a zone's letter its place in every tier: a to d in order, then from the beginning again, as no region fills more."""
    places: dict[str, int] = {}
    for zone in zones:
        place = (ord(zone) - ord("a")) % ZONES_PER_TIER
        other = next((one for one, taken in places.items() if taken == place), None)
        if other is not None:
            raise ZonesError(f"has {other} and {zone}, which have the same addresses: name one of them")
        places[zone] = place
    return places
