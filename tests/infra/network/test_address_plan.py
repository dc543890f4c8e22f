from collections.abc import Sequence
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.network.address_plan import ZONES_PER_TIER, AddressPlanError, Tier, ZonesError, plan

prefixes = st.integers(min_value=16, max_value=20)
networks = st.builds(
    lambda second, third, prefix: IPv4Network(f"10.{second}.{third}.0/{prefix}", strict=False),
    st.integers(0, 255),
    st.integers(0, 255),
    prefixes,
)
zones = st.integers(min_value=1, max_value=4).map(lambda count: "abcd"[:count])


@given(networks, zones)
def test_every_tier_has_a_subnet_in_every_zone(network: IPv4Network, letters: str) -> None:
    assert [(s.tier, s.zone) for s in plan(network, letters)] == [(tier, zone) for tier in Tier for zone in letters]


@given(networks, zones)
def test_subnets_lie_in_the_network_and_apart_from_each_other(network: IPv4Network, letters: str) -> None:
    subnets = [subnet.cidr for subnet in plan(network, letters)]
    assert all(subnet.subnet_of(network) for subnet in subnets)
    assert not any(a.overlaps(b) for index, a in enumerate(subnets) for b in subnets[index + 1 :])


def _by_zone(network: IPv4Network, letters: Sequence[str]) -> dict[tuple[Tier, str], IPv4Network]:
    return {(s.tier, s.zone): s.cidr for s in plan(network, letters)}


@given(networks)
def test_a_fourth_zone_moves_no_subnet_that_exists(network: IPv4Network) -> None:
    assert _by_zone(network, "abc").items() <= _by_zone(network, "abcd").items()


@given(networks, st.permutations("abcd"), st.permutations("cdef"), st.integers(0, 3))
def test_a_zone_that_goes_or_changes_its_place_in_the_list_moves_no_other(
    network: IPv4Network, early: list[str], late: list[str], gone: int
) -> None:
    for letters in (early, late):
        left = [letter for index, letter in enumerate(letters) if index != gone]
        assert _by_zone(network, left).items() <= _by_zone(network, sorted(letters)).items()


@given(networks, zones)
def test_a_fourth_tier_has_room_and_moves_no_subnet_that_exists(network: IPv4Network, letters: str) -> None:
    blocks = list(network.subnets(prefixlen_diff=4))
    taken = {subnet.cidr for subnet in plan(network, letters)}
    assert taken.isdisjoint(blocks[len(Tier) * ZONES_PER_TIER :])
    assert len(blocks) >= (len(Tier) + 1) * ZONES_PER_TIER


@given(networks)
def test_every_subnet_has_room_for_more_than_two_hundred_addresses(network: IPv4Network) -> None:
    # Amazon VPC keeps five addresses of each subnet to itself.
    assert min(subnet.cidr.num_addresses - 5 for subnet in plan(network, "abc")) > 200


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ("10.0.0.0/21", "too small"),
        ("10.0.0.0/15", "larger than a VPC"),
        ("8.8.0.0/16", "no private network"),
        ("127.0.0.0/16", "no private network"),
        ("169.254.0.0/16", "no private network"),
    ],
)
def test_a_network_that_cannot_hold_the_plan_is_refused_with_the_reason(network: str, reason: str) -> None:
    with pytest.raises(AddressPlanError, match=reason):
        plan(IPv4Network(network), "abc")


@pytest.mark.parametrize("letters", ["abcde", "bdf"])
def test_two_zones_with_the_same_place_are_refused_by_their_names(letters: str) -> None:
    with pytest.raises(ZonesError, match=r"has (a and e|b and f), which have the same addresses"):
        plan(IPv4Network("10.0.0.0/16"), letters)
