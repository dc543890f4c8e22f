"""What routes traffic: elastic addresses, NAT gateways, route tables and routes."""

from sandbox.provider.mapping import At, Call, Convert, Resource, Text, Until


def _arn(kind: str) -> Text:
    return Text("arn:aws:ec2:{region}:{account}:" + kind + "/{id}")


EIP = Resource(
    token="aws:ec2/eip:Eip",
    service="ec2",
    create=Call("allocate_address", carries=("domain",), rename={"tags": "elastic-ip"}),
    id=At("AllocationId"),
    read=Call("describe_addresses", {"AllocationIds": ["{id}"]}, at="Addresses[0]"),
    delete=Call("release_address", {"AllocationId": "{id}"}),
    replace=("domain",),
    outputs={
        "arn": _arn("elastic-ip"),
        "privateIp": At("PrivateIpAddress"),
        "networkInterface": At("NetworkInterfaceId"),
        "instance": At("InstanceId"),
        "publicDns": Text("ec2-{publicIp}.compute-1.amazonaws.com"),
    },
    gone=("InvalidAllocationID.NotFound",),
    unserved={
        "carrierIp": "no Wavelength zones",
        "customerOwnedIp": "no Outposts",
        "privateDns": "no addresses on instances",
        "ptrRecord": "no reverse names",
    },
)

NAT_GATEWAY = Resource(
    token="aws:ec2/natGateway:NatGateway",
    service="ec2",
    create=Call(
        "create_nat_gateway", carries=("allocationId", "subnetId", "connectivityType"), rename={"tags": "natgateway"}
    ),
    id=At("NatGateway.NatGatewayId"),
    read=Call(
        "describe_nat_gateways",
        {"NatGatewayIds": ["{id}"]},
        at="NatGateways[0]",
        rename={
            "allocationId": Convert("NatGatewayAddresses", list, lambda items: items[0].get("AllocationId")),
            "publicIp": Convert("NatGatewayAddresses", list, lambda items: items[0].get("PublicIp")),
            "privateIp": Convert("NatGatewayAddresses", list, lambda items: items[0].get("PrivateIp")),
            "networkInterfaceId": Convert(
                "NatGatewayAddresses", list, lambda items: items[0].get("NetworkInterfaceId")
            ),
        },
    ),
    delete=Call("delete_nat_gateway", {"NatGatewayId": "{id}"}),
    replace=("allocationId", "subnetId", "connectivityType"),
    defaults={"connectivityType": "public"},
    ready=Until("State", ("available",), ("failed",)),
    gone_when="State == 'deleted'",
    gone=("NatGatewayNotFound",),
    unserved=dict.fromkeys(
        (
            "associationId",
            "autoProvisionZones",
            "autoScalingIps",
            "regionalNatGatewayAddresses",
            "regionalNatGatewayAutoMode",
            "routeTableId",
        ),
        "no regional NAT gateways",
    ),
)

ROUTE_TABLE = Resource(
    token="aws:ec2/routeTable:RouteTable",
    service="ec2",
    create=Call("create_route_table", carries=("vpcId",)),
    id=At("RouteTable.RouteTableId"),
    read=Call("describe_route_tables", {"RouteTableIds": ["{id}"]}, at="RouteTables[0]"),
    delete=Call("delete_route_table", {"RouteTableId": "{id}"}),
    replace=("vpcId",),
    outputs={"arn": _arn("route-table")},
    gone=("InvalidRouteTableID.NotFound",),
)

_ROUTE = ("destinationCidrBlock", "gatewayId", "natGatewayId", "routeTableId")
ROUTE = Resource(
    token="aws:ec2/route:Route",
    service="ec2",
    create=Call("create_route", carries=_ROUTE),
    id=Text("{routeTableId}_{destinationCidrBlock}"),
    read=Call(
        "describe_route_tables",
        {"RouteTableIds": ["{routeTableId}"]},
        at="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'] | [0]",
    ),
    update=Call("replace_route", carries=_ROUTE),
    update_all=True,
    delete=Call("delete_route", {"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "{destinationCidrBlock}"}),
    replace=("routeTableId", "destinationCidrBlock"),
    gone=("InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"),
    taggable=False,
)

ROUTE_TABLE_ASSOCIATION = Resource(
    token="aws:ec2/routeTableAssociation:RouteTableAssociation",
    service="ec2",
    create=Call("associate_route_table", carries=("subnetId", "gatewayId", "routeTableId")),
    id=At("AssociationId"),
    read=Call(
        "describe_route_tables",
        {"Filters": [{"Name": "association.route-table-association-id", "Values": ["{id}"]}]},
        at="RouteTables[].Associations[] | [?RouteTableAssociationId=='{id}'] | [0]",
    ),
    delete=Call("disassociate_route_table", {"AssociationId": "{id}"}),
    replace=(
        "subnetId",
        "gatewayId",
        "routeTableId",
    ),  # AWS gives a moved association a new id, so it is a new resource here
    gone=("InvalidAssociationID.NotFound",),
    taggable=False,
)

RESOURCES: tuple[Resource, ...] = (EIP, NAT_GATEWAY, ROUTE_TABLE, ROUTE, ROUTE_TABLE_ASSOCIATION)
