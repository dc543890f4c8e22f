"""A deleted NAT gateway leaves nothing behind."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def ec2(aws: Callable[[str], Any]) -> Any:
    return aws("ec2")


def test_a_deleted_nat_gateway_gives_back_its_interface_and_its_address(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    (held,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert held["NetworkInterfaceId"] == made["NatGatewayAddresses"][0]["NetworkInterfaceId"]

    ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])

    in_subnet = [{"Name": "subnet-id", "Values": [subnet]}]
    assert not ec2.describe_network_interfaces(Filters=in_subnet)["NetworkInterfaces"]
    (free,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert not free.get("AssociationId")
    assert not free.get("NetworkInterfaceId")
    ec2.release_address(AllocationId=address)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def test_the_address_of_another_nat_gateway_stays_where_it_is(ec2: Any) -> None:
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    addresses = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2)]
    first, second = (
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"] for address in addresses
    )
    ec2.delete_nat_gateway(NatGatewayId=first["NatGatewayId"])
    (held,) = ec2.describe_addresses(AllocationIds=[addresses[1]])["Addresses"]
    assert held["NetworkInterfaceId"] == second["NatGatewayAddresses"][0]["NetworkInterfaceId"]


def test_a_private_nat_gateway_has_no_address_to_give_back(ec2: Any) -> None:
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]
    interface = made["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    found = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert interface not in {item["NetworkInterfaceId"] for item in found}
