"""Networks in which something moves: gateways to other VPCs, routes to other targets, endpoints to other tables."""

import pytest

from sandbox.provider.mapping import Call
from sandbox.provider.types import network, routing
from tests.sandbox.provider.types.surroundings import (
    Make,
    benches,
    internet_gateway,
    new_vpc,
    route_table,
    subnets,
    vpc,
)

make = pytest.fixture(benches, name="make")

S3 = "com.amazonaws.us-east-1.s3"
_GATEWAY = Call("describe_internet_gateways", {"InternetGatewayIds": ["{id}"]}, at="InternetGateways[0]")
_ENDPOINT = Call("describe_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}, at="VpcEndpoints[0]")
_ROUTE = Call(
    "describe_route_tables",
    {"RouteTableIds": ["{routeTableId}"]},
    at="RouteTables[0].Routes[?DestinationCidrBlock=='0.0.0.0/0'] | [0]",
)


def test_an_internet_gateway_leaves_its_vpc_for_another(make: Make) -> None:
    bench = make(network.INTERNET_GATEWAY)
    state = bench.create({"vpcId": new_vpc(bench)})
    for wanted in (new_vpc(bench), new_vpc(bench)):
        assert not bench.diff(state, {"vpcId": wanted}).replaces
        state = bench.update(state, {"vpcId": wanted})
        assert [item["VpcId"] for item in bench.call(_GATEWAY, state)["Attachments"]] == [wanted]


def test_an_internet_gateway_that_came_without_a_vpc_gets_one(make: Make) -> None:
    bench = make(network.INTERNET_GATEWAY)
    wanted = new_vpc(bench)
    state = bench.update(bench.create({}), {"vpcId": wanted})
    assert [item["VpcId"] for item in bench.call(_GATEWAY, state)["Attachments"]] == [wanted]
    bench.delete(state)
    assert bench.read(state) is None


def test_a_route_leads_to_another_target(make: Make) -> None:
    bench = make(routing.ROUTE)
    gateway = bench.client("ec2").create_nat_gateway(SubnetId=subnets(bench.cloud)[0], ConnectivityType="private")
    given = {"routeTableId": route_table(bench), "destinationCidrBlock": "0.0.0.0/0"}
    state = bench.create({**given, "gatewayId": internet_gateway(bench)})
    state = bench.update(state, {**given, "natGatewayId": gateway["NatGateway"]["NatGatewayId"]})
    found = bench.call(_ROUTE, state)
    assert found["NatGatewayId"] == gateway["NatGateway"]["NatGatewayId"]
    assert "GatewayId" not in found
    read = bench.read(state)
    assert read is not None
    assert read.inputs == state.inputs


def test_a_route_that_was_bent_by_hand_is_found(make: Make) -> None:
    bench = make(routing.ROUTE)
    table, other = route_table(bench), internet_gateway(bench)
    given = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": internet_gateway(bench)}
    state = bench.create(given)
    bench.client("ec2").replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=other)
    read = bench.read(state)
    assert read is not None
    assert read.inputs["gatewayId"] == other
    assert bench.planner.diff(read.inputs, state.inputs, read.outputs).changed == {"gatewayId"}


def test_an_endpoint_gets_and_loses_route_tables_whose_order_means_nothing(make: Make) -> None:
    bench = make(network.VPC_ENDPOINT)
    given = {"vpcId": vpc(bench.cloud), "serviceName": S3}
    first, second, third = route_table(bench), route_table(bench), route_table(bench)
    state = bench.create({**given, "routeTableIds": [first, second]})
    assert not bench.diff(state, {**given, "routeTableIds": [second, first]}).changed
    state = bench.update(state, {**given, "routeTableIds": [second, third]})
    assert set(bench.call(_ENDPOINT, state)["RouteTableIds"]) == {second, third}
    bench.client("ec2").modify_vpc_endpoint(VpcEndpointId=state.id, RemoveRouteTableIds=[third])
    read = bench.read(state)
    assert read is not None
    assert bench.planner.diff(read.inputs, state.inputs, read.outputs).changed == {"routeTableIds"}
