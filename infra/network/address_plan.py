"""The address plan: which subnet has which addresses. Pure arithmetic.

The network is cut into 16 equal blocks. Each tier owns four in a row, one per zone, so a fourth zone or a fourth tier takes blocks
that are still free and moves no subnet that exists.
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


@dataclass(frozen=True, kw_only=True)
class PlannedSubnet:
    """One subnet: its tier, the letter of its zone and its addresses."""

    tier: Tier
    zone: str
    cidr: IPv4Network


def plan(network: IPv4Network, zones: Sequence[str]) -> tuple[PlannedSubnet, ...]:
    """The subnets of every tier in every zone.

    Raises:
        AddressPlanError: the network is too small or too large, not private, or there are too many zones.
    """
    if network.prefixlen > LARGEST_PREFIX:
        raise AddressPlanError(f"is {network}, too small for the address plan: /{LARGEST_PREFIX} or larger is needed")
    if network.prefixlen < SMALLEST_PREFIX:
        raise AddressPlanError(f"is {network}, larger than a VPC can be: /{SMALLEST_PREFIX} is the largest")
    if not network.is_private or network.is_loopback or network.is_link_local:
        raise AddressPlanError(f"is {network}, which is no private network (RFC 1918)")
    if len(zones) > ZONES_PER_TIER:
        raise AddressPlanError(f"has room for {ZONES_PER_TIER} zones, not for {len(zones)}")
    blocks = list(network.subnets(prefixlen_diff=BLOCK_BITS))
    return tuple(
        PlannedSubnet(tier=tier, zone=zone, cidr=blocks[tier_index * ZONES_PER_TIER + zone_index])
        for tier_index, tier in enumerate(Tier)
        for zone_index, zone in enumerate(zones)
    )
