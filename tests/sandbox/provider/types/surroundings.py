"""What the cases of networks, load balancers, containers and databases stand in; made once for the session's cloud."""

import functools
from collections.abc import Callable, Iterator
from typing import ClassVar

from sandbox.provider import sdk
from sandbox.provider.mapping import Resource
from tests.sandbox.provider.types.harness import Bench, Case, Contract, RecordingCloud

Make = Callable[[Resource], Bench]

ROLE = "arn:aws:iam::123456789012:role/somebody"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


@functools.cache
def vpc(cloud: RecordingCloud) -> str:
    """The id of a VPC, 10.90.0.0/16."""
    return str(cloud.client("ec2").create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"])


@functools.cache
def subnets(cloud: RecordingCloud) -> tuple[str, ...]:
    """The ids of a subnet in each of three zones."""
    ec2 = cloud.client("ec2")
    blocks = [(zone, f"10.90.{index}.0/24") for index, zone in enumerate(ZONES)]
    made = [ec2.create_subnet(VpcId=vpc(cloud), CidrBlock=block, AvailabilityZone=zone) for zone, block in blocks]
    return tuple(answer["Subnet"]["SubnetId"] for answer in made)


@functools.cache
def groups(cloud: RecordingCloud) -> tuple[str, ...]:
    """The ids of two security groups."""
    ec2 = cloud.client("ec2")
    made = [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc(cloud)) for name in ("one", "two")]
    return tuple(answer["GroupId"] for answer in made)


def new_vpc(bench: Bench) -> str:
    """The id of another VPC, 10.91.0.0/16."""
    return str(bench.client("ec2").create_vpc(CidrBlock="10.91.0.0/16")["Vpc"]["VpcId"])


def internet_gateway(bench: Bench) -> str:
    """The id of an internet gateway, attached to a VPC of its own."""
    ec2 = bench.client("ec2")
    gateway = str(ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=new_vpc(bench))
    return gateway


def route_table(bench: Bench) -> str:
    """The id of a new route table of the session's VPC."""
    return str(bench.client("ec2").create_route_table(VpcId=vpc(bench.cloud))["RouteTable"]["RouteTableId"])


def benches(cloud: RecordingCloud) -> Iterator[Make]:
    """Makes benches of any type, and cleans them afterwards, the last one first."""
    made: list[Bench] = []

    def of(resource: Resource) -> Bench:
        made.append(Bench(cloud, resource))
        return made[-1]

    yield of
    for bench in reversed(made):
        bench.clean()


class WholeContract(Contract):
    """The contract, and that nothing which the SDK promises stays unset."""

    UNSET: ClassVar[dict[str, str]] = {}  # "token.output" → why the official provider has no value either

    def test_every_output_of_the_sdk_has_a_value_or_a_reason(self, case: Case, bench: Bench) -> None:
        state = bench.create(case.given(bench))
        inputs, outputs = sdk.properties(case.token)
        unset = {name.partition(".")[2] for name in self.UNSET if name.startswith(f"{case.token}.")}
        missing = outputs - inputs - state.outputs.keys() - bench.resource.unserved.keys()
        assert missing == unset, f"without a value: {sorted(missing ^ unset)}"
