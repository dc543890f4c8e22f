from tests.infra.recording import DEVELOPMENT, Recording, record, run_program

ROUTE, TABLE = "aws:ec2/route:Route", "aws:ec2/routeTable:RouteTable"


def test_there_are_three_tiers_over_three_zones(stack: Recording) -> None:
    subnets = stack.all("aws:ec2/subnet:Subnet")
    assert len({(s.inputs["tags"]["Tier"], s.inputs["availabilityZone"]) for s in subnets}) == len(subnets) == 9


def test_no_subnet_hands_out_public_addresses_by_itself(stack: Recording) -> None:
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in stack.all("aws:ec2/subnet:Subnet"))


def test_database_subnets_have_no_route_to_the_internet(stack: Recording) -> None:
    table = stack.one(TABLE, "-database")
    assert [r.name for r in stack.all(ROUTE) if r.inputs["routeTableId"] == f"{table.name}-id"] == []


def test_public_subnets_leave_through_the_gateway_and_private_ones_through_nat(stack: Recording) -> None:
    public = stack.one(ROUTE, "-public")
    assert "gatewayId" in public.inputs
    private = [route for route in stack.all(ROUTE) if route is not public]
    assert len(private) == 3
    assert all("natGatewayId" in route.inputs and "gatewayId" not in route.inputs for route in private)


def test_every_subnet_has_a_route_table(stack: Recording) -> None:
    associated = {a.inputs["subnetId"] for a in stack.all("aws:ec2/routeTableAssociation:RouteTableAssociation")}
    assert associated == {f"{subnet.name}-id" for subnet in stack.all("aws:ec2/subnet:Subnet")}


def test_production_loses_no_zone_with_another_zones_nat(production: Recording) -> None:
    used = {r.name[-1]: r.inputs["natGatewayId"] for r in production.all(ROUTE) if "natGatewayId" in r.inputs}
    assert used == {zone: f"jobr-production-nat-{zone}-id" for zone in "abc"}
    stands = {g.name[-1]: g.inputs["subnetId"] for g in production.all("aws:ec2/natGateway:NatGateway")}
    assert stands == {zone: f"jobr-production-public-{zone}-id" for zone in "abc"}
    tables = {
        a.name: a.inputs["routeTableId"] for a in production.all("aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    for zone in "abc":
        assert tables[f"jobr-production-private-{zone}"] == f"jobr-production-private-{zone}-id"


def test_development_pays_for_one_nat_gateway(development: Recording) -> None:
    assert len(development.all("aws:ec2/natGateway:NatGateway")) == len(development.all("aws:ec2/eip:Eip")) == 1


def test_s3_is_reached_without_nat_from_private_and_database_subnets(stack: Recording) -> None:
    endpoint = stack.one("aws:ec2/vpcEndpoint:VpcEndpoint", "-s3")
    assert endpoint.inputs["vpcEndpointType"] == "Gateway"
    assert endpoint.inputs["serviceName"] == "com.amazonaws.us-east-1.s3"
    tables = {f"{table.name}-id" for table in stack.all(TABLE) if not table.name.endswith("-public")}
    assert set(endpoint.inputs["routeTableIds"]) == tables


def test_the_vpcs_default_security_group_is_taken_over_and_left_empty(stack: Recording) -> None:
    group = stack.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert group.inputs["vpcId"] == f"{stack.one('aws:ec2/vpc:Vpc').name}-id"
    assert not {"ingress", "egress"} & group.inputs.keys()


def test_a_fourth_zone_adds_to_the_network_and_changes_nothing_that_exists(development: Recording) -> None:
    wider = record(run_program, {**DEVELOPMENT, "networkZones": "a,b,c,d"}, "development")
    kinds = ("aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", TABLE, ROUTE)
    before = {(kind, r.name): r.inputs for kind in kinds for r in development.all(kind)}
    after = {(kind, r.name): r.inputs for kind in kinds for r in wider.all(kind)}
    assert before.items() <= after.items()
    assert {
        name.removeprefix("jobr-development-") for kind, name in after.keys() - before.keys() if kind == kinds[1]
    } == {
        "public-d",
        "private-d",
        "database-d",
    }
