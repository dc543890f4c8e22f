import pytest

from infra.network.flows import DESCRIPTIONS, TEST_LISTENER_PORT, Flow, Group, Outside, flows, groups
from infra.network.redis import RedisPlace

EVERY = list(flows(proxy=True, endpoints=True, redis=None))
FEWEST = list(flows(proxy=False, endpoints=False, redis=None))


def _ways(found: list[Flow]) -> set[tuple[str, str, int]]:
    return {(flow.source, flow.target, flow.port) for flow in found}


def test_the_internet_reaches_the_load_balancers_two_public_ports_alone() -> None:
    assert {(f.target, f.port) for f in EVERY if f.source is Outside.INTERNET} == {
        (Group.LOAD_BALANCER, 443),
        (Group.LOAD_BALANCER, 80),
    }


def test_postgresql_is_reached_only_by_those_who_work_on_it() -> None:
    assert {f.source for f in EVERY if f.target is Group.DATABASE} == {
        Group.APPLICATION,
        Group.BACKUP,
        Group.DATABASE_FUNCTIONS,
        Group.PROXY,
    }
    assert {f.port for f in EVERY if f.target in {Group.DATABASE, Group.PROXY}} == {5432}


def test_only_the_application_reaches_the_uploads() -> None:
    assert {(f.source, f.port) for f in EVERY if f.target is Group.UPLOADS} == {(Group.APPLICATION, 2049)}


def test_the_test_listener_is_reached_by_those_who_test_alone() -> None:
    towards = [f for f in EVERY if f.target is Group.LOAD_BALANCER and f.port == TEST_LISTENER_PORT]
    # A group is no source here: the load balancer sees what comes from inside with NAT's address.
    assert {f.source for f in towards} == {Outside.TESTERS}


def test_behind_nat_only_test_clients_get_out_on_the_test_listeners_port() -> None:
    # The load balancer lets NAT's addresses in, which all private subnets share: this is what tells them apart.
    outward = {f.source for f in EVERY if f.target is Outside.INTERNET and f.port == TEST_LISTENER_PORT}
    assert outward == {Group.TEST_CLIENTS}


def test_what_holds_data_opens_no_connection_itself() -> None:
    assert {Group.DATABASE, Group.UPLOADS, Group.ENDPOINTS}.isdisjoint(f.source for f in EVERY)


def test_a_group_without_a_use_does_not_exist_and_no_flow_names_it() -> None:
    assert {Group.PROXY, Group.ENDPOINTS}.isdisjoint(groups(proxy=False, endpoints=False))
    sides = {side for flow in FEWEST for side in (flow.source, flow.target)}
    assert {Group.PROXY, Group.ENDPOINTS}.isdisjoint(sides)


def test_a_proxy_or_endpoints_only_add_flows() -> None:
    assert _ways(FEWEST) < _ways(EVERY)


@pytest.mark.parametrize(
    ("place", "way"),
    [
        (RedisPlace(port=6379, inside=True), (Group.APPLICATION, Outside.NETWORK, 6379)),
        (RedisPlace(port=6380, inside=False), (Group.APPLICATION, Outside.INTERNET, 6380)),
    ],
)
def test_redis_opens_one_port_to_the_application_and_no_further_than_it_lies(
    place: RedisPlace, way: tuple[str, str, int]
) -> None:
    with_redis = _ways(list(flows(proxy=False, endpoints=False, redis=place)))
    assert with_redis - _ways(FEWEST) == {way}


def test_redis_behind_the_port_of_https_adds_no_second_rule_for_it() -> None:
    assert _ways(list(flows(proxy=False, endpoints=False, redis=RedisPlace(port=443, inside=False)))) == _ways(FEWEST)


def test_no_flow_is_listed_twice_and_each_says_why() -> None:
    assert len(_ways(EVERY)) == len({flow.name for flow in EVERY}) == len(EVERY)
    assert all(flow.why for flow in EVERY)


def test_every_group_is_described_within_what_ec2_takes() -> None:
    # CreateSecurityGroup, "Description": these characters, at most 255.
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-:/()#,@[]+=&;{}!$*")
    assert set(DESCRIPTIONS) == set(Group)
    assert all(set(text) <= allowed and len(text) <= 255 for text in (*DESCRIPTIONS.values(), *(f.why for f in EVERY)))
