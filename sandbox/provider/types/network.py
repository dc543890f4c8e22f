"""Networks: VPC, subnets, gateways, routes and endpoints."""

from sandbox.provider.mapping import At, Call, Convert, Part, Resource, Text, Until


def _arn(kind: str) -> Text:
    return Text("arn:aws:ec2:{region}:{account}:" + kind + "/{id}")


def _attribute(name: str, member: str) -> Part:
    """One attribute of a VPC: the API takes and tells one at a time."""
    rename = {name: f"{member}.Value"}
    return Part(
        (name,),
        put=Call("modify_vpc_attribute", {"VpcId": "{id}"}, (name,), rename),
        read=Call(
            "describe_vpc_attribute", {"VpcId": "{id}", "Attribute": member[0].lower() + member[1:]}, rename=rename
        ),
    )


VPC = Resource(
    token="aws:ec2/vpc:Vpc",
    service="ec2",
    create=Call("create_vpc", carries=("cidrBlock", "instanceTenancy")),
    id=At("Vpc.VpcId"),
    read=Call("describe_vpcs", {"VpcIds": ["{id}"]}, at="Vpcs[0]"),
    delete=Call("delete_vpc", {"VpcId": "{id}"}),
    replace=("cidrBlock", "instanceTenancy"),
    parts=(_attribute("enableDnsSupport", "EnableDnsSupport"), _attribute("enableDnsHostnames", "EnableDnsHostnames")),
    defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
    outputs={
        "arn": _arn("vpc"),
        "mainRouteTableId": Call(
            "describe_route_tables",
            {"Filters": [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": "association.main", "Values": ["true"]}]},
            at="RouteTables[0].RouteTableId",
        ),
        "defaultSecurityGroupId": Call(
            "describe_security_groups",
            {"Filters": [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": "group-name", "Values": ["default"]}]},
            at="SecurityGroups[0].GroupId",
        ),
        "defaultNetworkAclId": Call(
            "describe_network_acls",
            {"Filters": [{"Name": "vpc-id", "Values": ["{id}"]}, {"Name": "default", "Values": ["true"]}]},
            at="NetworkAcls[0].NetworkAclId",
        ),
    },
    gone=("InvalidVpcID.NotFound",),
    unserved={"defaultRouteTableId": "it is the main route table of a new VPC", "ipv6AssociationId": "no IPv6 mapped"},
)

SUBNET = Resource(
    token="aws:ec2/subnet:Subnet",
    service="ec2",
    create=Call("create_subnet", carries=("vpcId", "cidrBlock", "availabilityZone")),
    id=At("Subnet.SubnetId"),
    read=Call("describe_subnets", {"SubnetIds": ["{id}"]}, at="Subnets[0]"),
    delete=Call("delete_subnet", {"SubnetId": "{id}"}),
    replace=("vpcId", "cidrBlock", "availabilityZone"),
    rename={"mapPublicIpOnLaunch": "MapPublicIpOnLaunch"},
    parts=(
        Part(
            ("mapPublicIpOnLaunch",),
            put=Call(
                "modify_subnet_attribute",
                {"SubnetId": "{id}"},
                ("mapPublicIpOnLaunch",),
                {"mapPublicIpOnLaunch": "MapPublicIpOnLaunch.Value"},
            ),
            read=Call(
                "describe_subnets",
                {"SubnetIds": ["{id}"]},
                rename={"mapPublicIpOnLaunch": "MapPublicIpOnLaunch"},
                at="Subnets[0]",
            ),
        ),
    ),
    defaults={"mapPublicIpOnLaunch": False},
    outputs={"arn": At("SubnetArn")},
    gone=("InvalidSubnetID.NotFound",),
    unserved={"ipv6CidrBlockAssociationId": "no IPv6 mapped"},
)

INTERNET_GATEWAY = Resource(
    token="aws:ec2/internetGateway:InternetGateway",
    service="ec2",
    create=Call("create_internet_gateway"),
    id=At("InternetGateway.InternetGatewayId"),
    read=Call("describe_internet_gateways", {"InternetGatewayIds": ["{id}"]}, at="InternetGateways[0]"),
    delete=Call("delete_internet_gateway", {"InternetGatewayId": "{id}"}),
    before_delete=(
        Call("detach_internet_gateway", {"InternetGatewayId": "{id}", "VpcId": "{vpcId}"}, (), when="vpcId"),
    ),
    parts=(
        Part(
            ("vpcId",),
            put=Call("attach_internet_gateway", {"InternetGatewayId": "{id}"}, ("vpcId",)),
            clear=Call("detach_internet_gateway", {"InternetGatewayId": "{id}", "VpcId": "{old_vpcId}"}, ()),
            exclusive=True,
            read=Call(
                "describe_internet_gateways", {"InternetGatewayIds": ["{id}"]}, at="InternetGateways[0].Attachments[0]"
            ),
        ),
    ),
    computed=("vpcId",),
    outputs={"arn": _arn("internet-gateway")},
    gone=("InvalidInternetGatewayID.NotFound", "Gateway.NotAttached"),
)

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

VPC_ENDPOINT = Resource(
    token="aws:ec2/vpcEndpoint:VpcEndpoint",
    service="ec2",
    create=Call("create_vpc_endpoint", rename={"policy": "PolicyDocument"}),
    id=At("VpcEndpoint.VpcEndpointId"),
    read=Call(
        "describe_vpc_endpoints",
        {"VpcEndpointIds": ["{id}"]},
        at="VpcEndpoints[0]",
        rename={
            "policy": "PolicyDocument",
            "securityGroupIds": Convert("Groups", list, lambda groups: [group["GroupId"] for group in groups]),
        },
    ),
    update=Call("modify_vpc_endpoint", {"VpcEndpointId": "{id}"}, rename={"policy": "PolicyDocument"}),
    deltas={
        "routeTableIds": ("AddRouteTableIds", "RemoveRouteTableIds"),
        "subnetIds": ("AddSubnetIds", "RemoveSubnetIds"),
        "securityGroupIds": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    },
    delete=Call("delete_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
    replace=(
        "resourceConfigurationArn",
        "serviceName",
        "serviceNetworkArn",
        "serviceRegion",
        "vpcEndpointType",
        "vpcId",
    ),
    defaults={"vpcEndpointType": "Gateway"},
    unordered=("routeTableIds", "subnetIds", "securityGroupIds"),
    documents=("policy",),
    outputs={
        "arn": _arn("vpc-endpoint"),
        "prefixListId": Call(
            "describe_prefix_lists",
            {"Filters": [{"Name": "prefix-list-name", "Values": ["{serviceName}"]}]},
            at="PrefixLists[0].PrefixListId",
        ),
        "dnsEntries": At("DnsEntries || `[]`"),
        "networkInterfaceIds": At("NetworkInterfaceIds || `[]`"),
        "requesterManaged": At("RequesterManaged || `false`"),
    },
    ready=Until("State", ("available",), ("failed", "rejected")),
    gone_when="State == 'deleted'",
    gone=(
        "InvalidVpcEndpointId.NotFound",
        "InvalidRoute.NotFound",
    ),  # moto deletes the routes of a deleted endpoint again
    unserved={"cidrBlocks": "moto's prefix lists hold no addresses"},
)

RESOURCES: tuple[Resource, ...] = (
    VPC,
    SUBNET,
    INTERNET_GATEWAY,
    EIP,
    NAT_GATEWAY,
    ROUTE_TABLE,
    ROUTE,
    ROUTE_TABLE_ASSOCIATION,
    VPC_ENDPOINT,
)
