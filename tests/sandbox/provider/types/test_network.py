"""VPCs, subnets, gateways, routes and endpoints."""

from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift
from tests.sandbox.provider.types.surroundings import (
    ROLE,
    WholeContract,
    groups,
    internet_gateway,
    new_vpc,
    route_table,
    subnets,
    vpc,
)

TAGS = {"Name": "a case"}
OPEN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}'
NARROW = OPEN.replace("kms:*", "kms:Decrypt")
S3 = "com.amazonaws.us-east-1.s3"


def _by_id(kind: str, member: str, ids: str) -> Call:
    return Call(f"describe_{kind}", {ids: ["{id}"]}, at=f"{member}[0]")


def _attribute(name: str) -> Call:
    return Call("describe_vpc_attribute", {"VpcId": "{id}", "Attribute": name})


def _tag(value: str) -> Call:
    return Call("create_tags", {"Resources": ["{id}"], "Tags": [{"Key": "Name", "Value": value}]})


RENAMED = Change(
    "tags", {"Name": "another", "Owner": "us"}, {"length(Tags)": 2, "Tags[?Key=='Name'] | [0].Value": "another"}
)
UNTAGGED = Change("tags", None, {"Tags || `[]`": []})
RETAGGED = Drift(_tag("by hand"), "tags", {"Name": "by hand"})


def _subnet(bench: Bench) -> dict[str, Any]:
    return {"vpcId": new_vpc(bench), "cidrBlock": "10.91.1.0/24", "availabilityZone": "us-east-1b", "tags": TAGS}


def _nat(bench: Bench) -> dict[str, Any]:
    address = bench.client("ec2").allocate_address(Domain="vpc")["AllocationId"]
    return {"allocationId": address, "subnetId": subnets(bench.cloud)[0], "tags": TAGS}


def _association(bench: Bench) -> dict[str, Any]:
    ec2 = bench.client("ec2")
    subnet = ec2.create_subnet(VpcId=new_vpc(bench), CidrBlock="10.91.2.0/24")["Subnet"]
    table = ec2.create_route_table(VpcId=subnet["VpcId"])["RouteTable"]["RouteTableId"]
    return {"subnetId": subnet["SubnetId"], "routeTableId": table}


_ROUTES = Call(
    "describe_route_tables",
    {"RouteTableIds": ["{routeTableId}"]},
    at="RouteTables[0].Routes[?DestinationCidrBlock=='0.0.0.0/0'] | [0]",
)
_ASSOCIATION = Call(
    "describe_route_tables",
    {"RouteTableIds": ["{routeTableId}"]},
    at="RouteTables[0].Associations[?RouteTableAssociationId=='{id}'] | [0]",
)
_GATEWAY = _by_id("internet_gateways", "InternetGateways", "InternetGatewayIds")
_ENDPOINT = _by_id("vpc_endpoints", "VpcEndpoints", "VpcEndpointIds")

_FLOW_LOG = _by_id("flow_logs", "FlowLogs", "FlowLogIds")


def _flow_log(bench: Bench) -> dict[str, Any]:
    group = bench.unique("flows")
    bench.client("logs").create_log_group(logGroupName=group)
    return {
        "vpcId": new_vpc(bench),
        "trafficType": "ALL",
        "logDestination": f"arn:aws:logs:us-east-1:123456789012:log-group:{group}",
        "logDestinationType": "cloud-watch-logs",
        "iamRoleArn": ROLE,
        "maxAggregationInterval": 60,
        "tags": TAGS,
    }


def _interface_endpoint(bench: Bench) -> dict[str, Any]:
    return {
        "vpcId": vpc(bench.cloud),
        "serviceName": "com.amazonaws.us-east-1.kms",
        "vpcEndpointType": "Interface",
        "subnetIds": list(subnets(bench.cloud)[:2]),
        "securityGroupIds": [groups(bench.cloud)[0]],
        "privateDnsEnabled": True,
        "policy": OPEN,
        "tags": TAGS,
    }


class TestNetworks(WholeContract):
    UNSET: ClassVar = {
        "aws:ec2/eip:Eip.associationId": "the address is associated with nothing",
        "aws:ec2/eip:Eip.privateIp": "as above",
        "aws:ec2/route:Route.instanceId": "the route leads to a gateway",
        "aws:ec2/route:Route.instanceOwnerId": "as above",
    }
    CASES: ClassVar = (
        Case(
            "aws:ec2/vpc:Vpc",
            lambda _: {"cidrBlock": "10.92.0.0/16", "enableDnsHostnames": True, "tags": TAGS},
            _by_id("vpcs", "Vpcs", "VpcIds"),
            {"CidrBlock": "10.92.0.0/16", "InstanceTenancy": "default", "Tags[0].Value": "a case"},
            outputs={
                "arn": "arn:aws:ec2:us-east-1:123456789012:vpc/{id}",
                "ownerId": "123456789012",
                "enableDnsSupport": True,
            },
            changes=(
                Change(
                    "enableDnsHostnames",
                    False,
                    {"EnableDnsHostnames.Value": False},
                    look=_attribute("enableDnsHostnames"),
                ),
                Change(
                    "enableDnsSupport", False, {"EnableDnsSupport.Value": False}, look=_attribute("enableDnsSupport")
                ),
                RENAMED,
                UNTAGGED,
            ),
            replaces={"cidrBlock": "10.93.0.0/16", "instanceTenancy": "dedicated"},
            drift=(
                Drift(
                    Call("modify_vpc_attribute", {"VpcId": "{id}", "EnableDnsHostnames": {"Value": False}}),
                    "enableDnsHostnames",
                    False,
                ),
                RETAGGED,
            ),
            vanish=Call("delete_vpc", {"VpcId": "{id}"}),
        ),
        Case(
            "aws:ec2/subnet:Subnet",
            _subnet,
            _by_id("subnets", "Subnets", "SubnetIds"),
            {"CidrBlock": "10.91.1.0/24", "AvailabilityZone": "us-east-1b", "MapPublicIpOnLaunch": False},
            outputs={"arn": "arn:aws:ec2:us-east-1:123456789012:subnet/{id}", "ownerId": "123456789012"},
            changes=(Change("mapPublicIpOnLaunch", True, {"MapPublicIpOnLaunch": True}), RENAMED, UNTAGGED),
            replaces={"cidrBlock": "10.91.2.0/24", "availabilityZone": "us-east-1c", "vpcId": "vpc-0123456789abcdef0"},
            drift=(
                Drift(
                    Call("modify_subnet_attribute", {"SubnetId": "{id}", "MapPublicIpOnLaunch": {"Value": True}}),
                    "mapPublicIpOnLaunch",
                    True,
                ),
                RETAGGED,
            ),
            vanish=Call("delete_subnet", {"SubnetId": "{id}"}),
        ),
        Case(
            "aws:ec2/internetGateway:InternetGateway",
            lambda bench: {"vpcId": new_vpc(bench), "tags": TAGS},
            _GATEWAY,
            {"Attachments[0].VpcId": "{vpcId}"},
            outputs={"arn": "arn:aws:ec2:us-east-1:123456789012:internet-gateway/{id}", "ownerId": "123456789012"},
            changes=(RENAMED, UNTAGGED),
            drift=(
                RETAGGED,
                Drift(
                    Call("detach_internet_gateway", {"InternetGatewayId": "{id}", "VpcId": "{vpcId}"}),
                    "vpcId",
                    None,
                ),
            ),
        ),
        Case(
            "aws:ec2/eip:Eip",
            lambda _: {"domain": "vpc", "tags": TAGS},
            _by_id("addresses", "Addresses", "AllocationIds"),
            {"Domain": "vpc", "AllocationId": "{id}"},
            outputs={"arn": "arn:aws:ec2:us-east-1:123456789012:elastic-ip/{id}", "allocationId": "{id}"},
            changes=(RENAMED, UNTAGGED),
            replaces={"domain": "standard"},
            drift=(RETAGGED,),
            vanish=Call("release_address", {"AllocationId": "{id}"}),
        ),
        Case(
            "aws:ec2/natGateway:NatGateway",
            _nat,
            _by_id("nat_gateways", "NatGateways", "NatGatewayIds"),
            {
                "NatGatewayAddresses[0].AllocationId": "{allocationId}",
                "SubnetId": "{subnetId}",
                "ConnectivityType": "public",
                "State": "available",
            },
            outputs={"allocationId": "{allocationId}"},
            changes=(RENAMED, UNTAGGED),
            replaces={"allocationId": "eipalloc-1", "subnetId": "subnet-1", "connectivityType": "private"},
            drift=(RETAGGED,),
            vanish=Call("delete_nat_gateway", {"NatGatewayId": "{id}"}),
            remains="State == 'deleted'",
        ),
        Case(
            "aws:ec2/routeTable:RouteTable",
            lambda bench: {"vpcId": vpc(bench.cloud), "tags": TAGS},
            _by_id("route_tables", "RouteTables", "RouteTableIds"),
            {"VpcId": "{vpcId}"},
            outputs={"arn": "arn:aws:ec2:us-east-1:123456789012:route-table/{id}", "ownerId": "123456789012"},
            changes=(RENAMED, UNTAGGED),
            replaces={"vpcId": "vpc-1"},
            drift=(RETAGGED,),
            vanish=Call("delete_route_table", {"RouteTableId": "{id}"}),
        ),
        Case(
            "aws:ec2/route:Route",
            lambda bench: {
                "routeTableId": route_table(bench),
                "destinationCidrBlock": "0.0.0.0/0",
                "gatewayId": internet_gateway(bench),
            },
            _ROUTES,
            {"GatewayId": "{gatewayId}"},
            outputs={"state": "active", "origin": "CreateRoute"},
            replaces={"routeTableId": "rtb-1", "destinationCidrBlock": "10.0.0.0/8"},
            vanish=Call("delete_route", {"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "0.0.0.0/0"}),
        ),
        Case(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            _association,
            _ASSOCIATION,
            {"SubnetId": "{subnetId}", "RouteTableId": "{routeTableId}"},
            replaces={"subnetId": "subnet-1", "routeTableId": "rtb-1"},
            vanish=Call("disassociate_route_table", {"AssociationId": "{id}"}),
        ),
        Case(
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            lambda bench: {
                "vpcId": vpc(bench.cloud),
                "serviceName": S3,
                "routeTableIds": [route_table(bench)],
                "tags": TAGS,
            },
            _ENDPOINT,
            {"ServiceName": S3, "VpcEndpointType": "Gateway", "length(RouteTableIds)": 1, "State": "available"},
            outputs={
                "arn": "arn:aws:ec2:us-east-1:123456789012:vpc-endpoint/{id}",
                "state": "available",
                "requesterManaged": False,
            },
            changes=(RENAMED, UNTAGGED),
            replaces={
                "serviceName": "com.amazonaws.us-east-1.dynamodb",
                "vpcEndpointType": "Interface",
                "vpcId": "vpc-1",
            },
            drift=(RETAGGED,),
            vanish=Call("delete_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
            remains="State == 'deleted'",
        ),
        Case(
            "aws:ec2/flowLog:FlowLog",
            _flow_log,
            _FLOW_LOG,
            {
                "ResourceId": "{vpcId}",
                "TrafficType": "ALL",
                "LogDestination": "{logDestination}",
                "DeliverLogsPermissionArn": "{iamRoleArn}",
                "MaxAggregationInterval": 60,
            },
            outputs={"arn": "arn:aws:ec2:us-east-1:123456789012:vpc-flow-log/{id}"},
            changes=(RENAMED, UNTAGGED),
            replaces={
                "vpcId": "vpc-1",
                "trafficType": "REJECT",
                "maxAggregationInterval": 600,
                "iamRoleArn": f"{ROLE}-else",
                "logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:else",
            },
            drift=(RETAGGED,),
            vanish=Call("delete_flow_logs", {"FlowLogIds": ["{id}"]}),
        ),
    )


class TestInterfaceEndpoints(WholeContract):
    UNSET: ClassVar = {"aws:ec2/vpcEndpoint:VpcEndpoint.prefixListId": "only a gateway has one"}
    CASES: ClassVar = (
        Case(
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            _interface_endpoint,
            _ENDPOINT,
            {
                "VpcEndpointType": "Interface",
                "length(SubnetIds)": 2,
                "Groups[].GroupId": "{securityGroupIds}",
                "PrivateDnsEnabled": True,
                "State": "available",
            },
            outputs={"state": "available"},
            changes=(
                Change("policy", NARROW, {"PolicyDocument": NARROW}),
                Change("privateDnsEnabled", False, sent={"modify_vpc_endpoint.PrivateDnsEnabled": False}),
                RENAMED,
                UNTAGGED,
            ),
            replaces={"serviceName": "com.amazonaws.us-east-1.sns", "vpcId": "vpc-1"},
            drift=(RETAGGED,),
            vanish=Call("delete_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
            remains="State == 'deleted'",
            name="an interface",
        ),
    )
