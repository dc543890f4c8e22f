"""Networks keep flow logs, have an empty default security group, and give out no public addresses by themselves."""

from collections.abc import Iterator, Sequence

from policy.model import UNKNOWN, Control, Finding, Resource, as_list
from policy.rules import checker, rule, when

EMPTY_DEFAULT = Control("EC2.2", "VPC default security groups should not allow inbound or outbound traffic")
FLOWS_LOGGED = Control("EC2.6", "VPC flow logging should be enabled in all VPCs")
NO_ADDRESSES = Control("EC2.15", "Amazon EC2 subnets should not automatically assign public IP addresses")
REGISTRY_API = Control("EC2.55", "VPCs should be configured with an interface endpoint for ECR API")
REGISTRY = Control("EC2.56", "VPCs should be configured with an interface endpoint for Docker Registry")

NETWORK = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"

check = checker(
    [
        rule(
            SUBNET,
            NO_ADDRESSES,
            when("mapPublicIpOnLaunch", True),
            "gives a public address to whatever starts in it",
            "Set map_public_ip_on_launch=False",
        ),
    ]
)


def check_networks(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about every network of a stack; what makes one safe are resources of their own beside it."""
    for network in resources:
        if network.type == NETWORK:
            yield from _default_group(network, _of(network, resources, DEFAULT_GROUP))
            logs = _of(network, resources, FLOW_LOG)
            if not any(log.get("trafficType") in ("ALL", "REJECT", UNKNOWN) for log in logs):
                yield Finding(FLOWS_LOGGED, network, "keeps no flow log", 'Add a FlowLog with traffic_type "ALL"')


def _of(network: Resource, resources: Sequence[Resource], kind: str) -> list[Resource]:
    return [resource for resource in resources if resource.type == kind and resource.refers_to(network, "vpcId")]


def _default_group(network: Resource, groups: Sequence[Resource]) -> Iterator[Finding]:
    if not groups:
        mend = "Adopt it: add a DefaultSecurityGroup with no ingress and no egress"
        yield Finding(EMPTY_DEFAULT, network, "keeps the open default security group that AWS makes", mend)
    for group in groups:
        if [rule for way in ("ingress", "egress") for rule in as_list(group.get(way)) if rule is not UNKNOWN]:
            yield Finding(EMPTY_DEFAULT, group, "lets traffic through", "Leave ingress and egress out")


def check_endpoints(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Findings about networks of production in which images are pulled over the internet."""
    for network in resources:
        if network.type != NETWORK or not network.production:
            continue
        services = [str(one.get("serviceName")) for one in _of(network, resources, ENDPOINT)]
        for suffix, control in ((".ecr.api", REGISTRY_API), (".ecr.dkr", REGISTRY)):
            if not any(service.endswith(suffix) for service in services):
                mend = f'Add an interface VpcEndpoint for "com.amazonaws.<region>{suffix}"'
                yield Finding(control, network, "pulls images over the internet", mend)
