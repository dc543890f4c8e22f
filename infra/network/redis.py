"""Where Redis is, as far as the network has to know: the port, and whether it stands in the stack's own network. Pure."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

# The port of a URL that names none (IANA, "redis"; the URI schemes redis and rediss are registered with it).
DEFAULT_PORT = 6379
HIGHEST_PORT = 65535
# The names of ElastiCache and MemoryDB lead to addresses of the VPC that they stand in, and never to public ones.
_OF_AWS = re.compile(r".+\.(?:cache|memorydb\.[a-z0-9-]+)\.amazonaws\.com")
# Not by urllib: its errors repeat a part of the URL, which may be the password.
_URL = re.compile(r"rediss?://(?:[^@/?#\s]*@)?(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#]\S*)?")


@dataclass(frozen=True, kw_only=True)
class RedisPlace:
    """A port, and whether only the stack's own network has to be reached for it."""

    port: int
    inside: bool


def redis_place(url: str, network: IPv4Network) -> RedisPlace | None:
    """Where a `redis://` or `rediss://` URL leads; nothing when it cannot be read, as the application cannot read it either.

    Inside are an address of the network and the names that AWS gives to its own Redis. Any other name may lead anywhere.
    """
    found = _URL.fullmatch(url)
    if found is None:
        return None
    port = int(found["port"] or DEFAULT_PORT)
    if not 1 <= port <= HIGHEST_PORT:
        return None
    return RedisPlace(port=port, inside=_is_inside(found["host"].lower(), network))


def _is_inside(host: str, network: IPv4Network) -> bool:
    try:
        return IPv4Address(host) in network
    except ValueError:
        return _OF_AWS.fullmatch(host) is not None
