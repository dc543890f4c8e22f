"""The network room: what the other rooms are placed in."""

from dataclasses import dataclass

from infra.context import Context
from infra.network.security_groups import SecurityGroups, SecurityGroupsArgs
from infra.network.vpc import Vpc, VpcArgs


@dataclass(frozen=True, kw_only=True)
class Network:
    """What the network room shows."""

    vpc: Vpc
    groups: SecurityGroups


def network(context: Context) -> Network:
    """Declare the network."""
    vpc = Vpc(
        context.prefix, VpcArgs(settings=context.settings.network, region=context.stack.region), context.options()
    )
    groups = SecurityGroups(context.prefix, SecurityGroupsArgs(vpc_id=vpc.id), context.options())
    return Network(vpc=vpc, groups=groups)
