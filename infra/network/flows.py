"""Who may talk to whom, as data: the groups and the flows between them. A flow that is not in the table does not exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from infra.network.redis import RedisPlace

APPLICATION_PORT = 5000
DATABASE_PORT = 5432
HTTP_PORT = 80
HTTPS_PORT = 443
NFS_PORT = 2049
# The load balancer's second listener, where a new version is tested before it takes traffic.
TEST_LISTENER_PORT = 8443


class Group(StrEnum):
    """What a security group is for; the value is part of its name."""

    LOAD_BALANCER = "load-balancer"
    APPLICATION = "application"
    DATABASE = "database"
    PROXY = "proxy"
    UPLOADS = "uploads"
    ENDPOINTS = "endpoints"
    BACKUP = "backup"
    DATABASE_FUNCTIONS = "database-functions"
    FUNCTIONS = "functions"
    TEST_CLIENTS = "test-clients"


class Outside(StrEnum):
    """The other side of a flow that is no group; the value is part of the rule's name."""

    INTERNET = "internet"
    # The addresses from which people and the stack's own functions (through NAT) test a new version.
    TESTERS = "testers"
    # Whatever has an address of the VPC, such as a cache that another stack placed there.
    NETWORK = "network"


Side = Group | Outside

# SecurityGroup, "GroupDescription": at most 255 of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*
DESCRIPTIONS: dict[Group, str] = {
    Group.LOAD_BALANCER: "Takes HTTPS from the internet and passes it to the application",
    Group.APPLICATION: "Tasks of the application",
    Group.DATABASE: "PostgreSQL, the primary and its replica",
    Group.PROXY: "RDS Proxy, between the application and PostgreSQL",
    Group.UPLOADS: "The file system of uploads, reached by the application alone",
    Group.ENDPOINTS: "Interface endpoints: APIs of AWS at private addresses",
    Group.BACKUP: "What dumps and archives the database",
    Group.DATABASE_FUNCTIONS: "Functions that work on PostgreSQL",
    Group.FUNCTIONS: "Functions that need no database",
    Group.TEST_CLIENTS: "Functions that test a new version at the test listener",
}


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Connections over TCP that `source` may open to one port of `target`."""

    source: Side
    target: Side
    port: int
    why: str

    @property
    def name(self) -> str:
        """The part of the rules' names that tells this flow from the others."""
        return f"{self.source}-{self.target}-{self.port}"


# What calls APIs of AWS, or services of others, from a private subnet.
_CALLERS = {
    Group.APPLICATION: "APIs of AWS, the registry and services of others",
    Group.BACKUP: "Secrets Manager, KMS and S3",
    Group.DATABASE_FUNCTIONS: "APIs of AWS",
    Group.FUNCTIONS: "APIs of AWS and services of others",
    Group.TEST_CLIENTS: "APIs of AWS",
}
_ALWAYS = (
    Flow(source=Outside.INTERNET, target=Group.LOAD_BALANCER, port=HTTPS_PORT, why="People reach the application"),
    Flow(source=Outside.INTERNET, target=Group.LOAD_BALANCER, port=HTTP_PORT, why="Plain HTTP is only redirected"),
    Flow(source=Outside.TESTERS, target=Group.LOAD_BALANCER, port=TEST_LISTENER_PORT, why="Tests of a new version"),
    # The load balancer's name leads to its public addresses, which change, so a rule that names its group would meet nobody.
    Flow(source=Group.TEST_CLIENTS, target=Outside.INTERNET, port=TEST_LISTENER_PORT, why="Tests through NAT"),
    Flow(source=Group.TEST_CLIENTS, target=Outside.INTERNET, port=HTTP_PORT, why="The test of the redirect to HTTPS"),
    Flow(source=Group.LOAD_BALANCER, target=Group.APPLICATION, port=APPLICATION_PORT, why="Requests and readiness"),
    # Beside the proxy too: the replica and migrations are reached directly.
    Flow(source=Group.APPLICATION, target=Group.DATABASE, port=DATABASE_PORT, why="Direct connections"),
    Flow(source=Group.APPLICATION, target=Group.UPLOADS, port=NFS_PORT, why="The mount of uploads"),
    Flow(source=Group.BACKUP, target=Group.DATABASE, port=DATABASE_PORT, why="Dumps and the archive"),
    Flow(source=Group.DATABASE_FUNCTIONS, target=Group.DATABASE, port=DATABASE_PORT, why="Roles, grants and checks"),
    *(Flow(source=group, target=Outside.INTERNET, port=HTTPS_PORT, why=why) for group, why in _CALLERS.items()),
)
_WITH_PROXY = (
    Flow(source=Group.APPLICATION, target=Group.PROXY, port=DATABASE_PORT, why="Shared connections"),
    Flow(source=Group.DATABASE_FUNCTIONS, target=Group.PROXY, port=DATABASE_PORT, why="Checks of the proxy"),
    Flow(source=Group.PROXY, target=Group.DATABASE, port=DATABASE_PORT, why="Connections that the proxy shares"),
)
_WITH_ENDPOINTS = tuple(
    Flow(source=group, target=Group.ENDPOINTS, port=HTTPS_PORT, why="APIs of AWS at private addresses")
    for group in _CALLERS
)


def groups(*, proxy: bool, endpoints: bool) -> tuple[Group, ...]:
    """The groups of a stack; one that nothing would be in does not exist."""
    absent = {group for group, wanted in ((Group.PROXY, proxy), (Group.ENDPOINTS, endpoints)) if not wanted}
    return tuple(group for group in Group if group not in absent)


def flows(*, proxy: bool, endpoints: bool, redis: RedisPlace | None) -> Iterator[Flow]:
    """The flows of a stack; `redis` is where the application finds Redis, if it has any."""
    yield from _ALWAYS
    yield from _to_redis(redis)
    if proxy:
        yield from _WITH_PROXY
    if endpoints:
        yield from _WITH_ENDPOINTS


def _to_redis(place: RedisPlace | None) -> Iterator[Flow]:
    """One port, and no further than it has to be."""
    if place is None:
        return
    target = Outside.NETWORK if place.inside else Outside.INTERNET
    # Behind 443 the application may go everywhere already, and a rule stands once.
    if (target, place.port) != (Outside.INTERNET, HTTPS_PORT):
        yield Flow(source=Group.APPLICATION, target=target, port=place.port, why="Redis")
