from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.network.redis import RedisPlace, redis_place
from infra.settings.variables import VARIABLES

NETWORK = IPv4Network("10.20.0.0/16")


@pytest.mark.parametrize(
    ("url", "port", "inside"),
    [
        ("rediss://master.jobr.abc123.use1.cache.amazonaws.com:6379", 6379, True),
        ("rediss://:word@CLUSTERCFG.jobr.abc.memorydb.us-east-1.amazonaws.com:6390/0?x=1", 6390, True),
        ("redis://10.20.3.4", 6379, True),
        ("redis://10.99.3.4", 6379, False),
        ("rediss://jobr:w%40rd:s@redis-12.example.com:16379", 16379, False),
        # Whoever owns such a domain is not AWS.
        ("rediss://cache.amazonaws.com.example.com", 6379, False),
    ],
)
def test_the_url_tells_the_port_and_whether_it_leads_into_the_network(url: str, port: int, inside: bool) -> None:
    assert redis_place(url, NETWORK) == RedisPlace(port=port, inside=inside)


@pytest.mark.parametrize(
    "url",
    [
        "rediss://",
        "http://redis:6379",
        "rediss://host:0",
        "rediss://host:65536",
        "rediss://host:word",
        "rediss://a@b@c",
    ],
)
def test_a_url_that_leads_nowhere_opens_nothing(url: str) -> None:
    assert redis_place(url, NETWORK) is None


@given(st.text(alphabet="ab@:/?#.0123456789[] %", max_size=40))
def test_whatever_the_url_is_there_is_a_port_that_exists_or_none_and_no_error_that_could_show_it(rest: str) -> None:
    place = redis_place(f"rediss://{rest}", NETWORK)
    assert place is None or 1 <= place.port <= 65535


@given(st.from_regex(VARIABLES["REDIS_URL"].kind.schema["pattern"], fullmatch=True))
def test_whatever_the_settings_take_as_a_url_the_network_can_read(url: str) -> None:
    assert redis_place(url, NETWORK) is not None
