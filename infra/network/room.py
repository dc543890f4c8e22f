"""The network room: what the other rooms are placed in."""

from dataclasses import dataclass

from infra.context import Context
from infra.data.keys import Keys
from infra.network.address_plan import Tier
from infra.network.endpoints import InterfaceEndpoints, InterfaceEndpointsArgs
from infra.network.flow_logs import FlowLogs, FlowLogsArgs
from infra.network.redis import RedisPlace, redis_place
from infra.network.security_groups import SecurityGroups, SecurityGroupsArgs
from infra.network.vpc import Vpc, VpcArgs


@dataclass(frozen=True, kw_only=True)
class Network:
    """What the network room shows."""

    vpc: Vpc
    groups: SecurityGroups
    flow_logs: FlowLogs


def network(context: Context, keys: Keys) -> Network:
    """Declare the network."""
    settings, stack = context.settings.network, context.stack
    vpc = Vpc(
        context.prefix,
        VpcArgs(settings=settings, account_id=stack.account_id, region=stack.region),
        context.options(),
    )
    groups = SecurityGroups(
        context.prefix,
        SecurityGroupsArgs(
            vpc_id=vpc.id,
            network=settings.cidr,
            proxy=context.settings.database.proxy,
            endpoints=bool(settings.interface_endpoints),
            redis=_redis(context),
            nat_addresses=vpc.nat_addresses,
            test_client_cidrs=settings.test_client_cidrs,
        ),
        context.options(),
    )
    flow_logs = FlowLogsArgs(
        vpc_id=vpc.id,
        account_id=stack.account_id,
        region=stack.region,
        retention=stack.log_retention,
        key_arn=keys.logs,
    )
    _interface_endpoints(context, vpc, groups)
    return Network(vpc=vpc, groups=groups, flow_logs=FlowLogs(context.prefix, flow_logs, context.options()))


def _redis(context: Context) -> RedisPlace | None:
    """Where the settings' Redis is. Of the URL, which is a secret, only the port goes any further."""
    url = context.settings.variables.text("REDIS_URL")
    return None if url is None else redis_place(url, context.settings.network.cidr)


def _interface_endpoints(context: Context, vpc: Vpc, groups: SecurityGroups) -> None:
    if groups.endpoints is None:
        return
    args = InterfaceEndpointsArgs(
        vpc_id=vpc.id,
        subnet_ids=vpc.subnet_ids(Tier.PRIVATE),
        security_group_id=groups.endpoints.id,
        services=context.settings.network.interface_endpoints,
        account_id=context.stack.account_id,
        region=context.stack.region,
    )
    InterfaceEndpoints(context.prefix, args, context.options())
