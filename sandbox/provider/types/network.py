"""Networks: VPC, subnets, internet gateways, endpoints and flow logs."""

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
    gaps={"privateDnsEnabled": "moto keeps it from the creation on, whatever is asked for later"},
    unserved={"cidrBlocks": "moto's prefix lists hold no addresses"},
)

FLOW_LOG = Resource(
    token="aws:ec2/flowLog:FlowLog",
    service="ec2",
    create=Call(
        "create_flow_logs",
        {"ResourceType": "VPC", "ResourceIds": ["{vpcId}"]},
        rename={"iamRoleArn": "DeliverLogsPermissionArn", "tags": "vpc-flow-log"},
    ),
    id=At("FlowLogIds[0]"),
    read=Call(
        "describe_flow_logs",
        {"FlowLogIds": ["{id}"]},
        at="FlowLogs[0]",
        rename={"iamRoleArn": "DeliverLogsPermissionArn", "vpcId": "ResourceId"},
    ),
    delete=Call("delete_flow_logs", {"FlowLogIds": ["{id}"]}),
    replace=(
        "deliverCrossAccountRole",
        "destinationOptions",
        "iamRoleArn",
        "logDestination",
        "logDestinationType",
        "logFormat",
        "maxAggregationInterval",
        "tagFieldSpecifications",
        "trafficType",
        "vpcId",
    ),
    defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
    computed=("logFormat",),
    outputs={"arn": _arn("vpc-flow-log")},
    gone=("InvalidFlowLogId.NotFound",),
)

RESOURCES: tuple[Resource, ...] = (VPC, SUBNET, INTERNET_GATEWAY, VPC_ENDPOINT, FLOW_LOG)
