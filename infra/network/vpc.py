"""The VPC: three tiers of subnets over three zones, and the ways out of them."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.endpoints import s3_gateway
from infra.network.address_plan import PlannedSubnet, Tier, plan
from infra.settings import NatGateways, NetworkSettings

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class VpcArgs:
    """What the VPC is made from."""

    settings: NetworkSettings
    account_id: str
    region: str


class Vpc(Component):
    """Produces a VPC with public, private and database subnets in every zone.

    Public subnets reach the internet through a gateway, private ones through NAT, database subnets not at all. S3 is reached by a
    gateway endpoint from all but the public subnets, without NAT. The VPC's default security group lets nothing in or out.
    `nat_addresses` are the public addresses, by zone, from which private subnets reach the internet.
    """

    room = "network"

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._plan = plan(args.settings.cidr, args.settings.zones)
        self.vpc = self._vpc()
        self._empty_default_group()
        self._subnets = {(subnet.tier, subnet.zone): self._subnet(subnet) for subnet in self._plan}
        self._gateway = self._internet_gateway()
        public = self._public_routes()
        # A NAT gateway works only once its subnet has a route to the internet.
        addresses = {zone: self._address(zone) for zone in self._nat_zones()}
        gateways = {zone: self._nat_gateway(zone, address, public) for zone, address in addresses.items()}
        self.nat_gateway_ids: list[pulumi.Output[str]] = [gateway.id for gateway in gateways.values()]
        tables = [
            self._private_routes(zone, gateways.get(zone) or next(iter(gateways.values())))
            for zone in args.settings.zones
        ]
        tables.append(self._database_routes())
        self.s3_endpoint = self._s3_endpoint(tables)
        self.nat_addresses = {zone: address.public_ip for zone, address in addresses.items()}
        self.id = self.vpc.id
        self.finish({"vpcId": self.id})

    def subnet_ids(self, tier: Tier) -> list[pulumi.Output[str]]:
        """The ids of a tier's subnets, in the order of the zones."""
        return [subnet.id for (its_tier, _), subnet in self._subnets.items() if its_tier is tier]

    def _nat_zones(self) -> tuple[str, ...]:
        zones = self._args.settings.zones
        return zones if self._args.settings.nat_gateways is NatGateways.PER_ZONE else zones[:1]

    def _vpc(self) -> aws.ec2.Vpc:
        name = self.named("vpc")
        return aws.ec2.Vpc(
            name,
            cidr_block=str(self._args.settings.cidr),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self.tags(name),
            opts=self.options(),
        )

    def _empty_default_group(self) -> None:
        """Take the VPC's default group over and leave no rule in it (EC2.2): what names no group of its own is cut off."""
        name = self.named("default")
        aws.ec2.DefaultSecurityGroup(name, vpc_id=self.vpc.id, tags=self.tags(name), opts=self.options())

    def _subnet(self, planned: PlannedSubnet) -> aws.ec2.Subnet:
        name = self.named(planned.tier, planned.zone)
        return aws.ec2.Subnet(
            name,
            vpc_id=self.vpc.id,
            cidr_block=str(planned.cidr),
            availability_zone=f"{self._args.region}{planned.zone}",
            # Nothing gets a public address by itself: the load balancer and NAT bring their own.
            map_public_ip_on_launch=False,
            tags={**self.tags(name), "Tier": planned.tier},
            opts=self.options(),
        )

    def _internet_gateway(self) -> aws.ec2.InternetGateway:
        name = self.named("internet")
        return aws.ec2.InternetGateway(name, vpc_id=self.vpc.id, tags=self.tags(name), opts=self.options())

    def _table(self, *parts: str) -> aws.ec2.RouteTable:
        name = self.named(*parts)
        return aws.ec2.RouteTable(name, vpc_id=self.vpc.id, tags=self.tags(name), opts=self.options())

    def _associate(self, tier: Tier, zone: str, table: aws.ec2.RouteTable) -> aws.ec2.RouteTableAssociation:
        subnet = self._subnets[tier, zone]
        return aws.ec2.RouteTableAssociation(
            self.named(tier, zone), subnet_id=subnet.id, route_table_id=table.id, opts=self.options()
        )

    def _public_routes(self) -> list[pulumi.Resource]:
        table = self._table(Tier.PUBLIC)
        route = aws.ec2.Route(
            self.named(Tier.PUBLIC),
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=self._gateway.id,
            opts=self.options(),
        )
        return [route, *(self._associate(Tier.PUBLIC, zone, table) for zone in self._args.settings.zones)]

    def _address(self, zone: str) -> aws.ec2.Eip:
        name = self.named("nat", zone)
        return aws.ec2.Eip(name, domain="vpc", tags=self.tags(name), opts=self.options(depends_on=[self._gateway]))

    def _nat_gateway(self, zone: str, address: aws.ec2.Eip, after: list[pulumi.Resource]) -> aws.ec2.NatGateway:
        name = self.named("nat", zone)
        return aws.ec2.NatGateway(
            name,
            allocation_id=address.id,
            subnet_id=self._subnets[Tier.PUBLIC, zone].id,
            connectivity_type="public",
            tags=self.tags(name),
            opts=self.options(depends_on=after),
        )

    def _private_routes(self, zone: str, gateway: aws.ec2.NatGateway) -> aws.ec2.RouteTable:
        table = self._table(Tier.PRIVATE, zone)
        aws.ec2.Route(
            self.named(Tier.PRIVATE, zone),
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=gateway.id,
            opts=self.options(),
        )
        self._associate(Tier.PRIVATE, zone, table)
        return table

    def _database_routes(self) -> aws.ec2.RouteTable:
        table = self._table(Tier.DATABASE)
        for zone in self._args.settings.zones:
            self._associate(Tier.DATABASE, zone, table)
        return table

    def _s3_endpoint(self, tables: list[aws.ec2.RouteTable]) -> aws.ec2.VpcEndpoint:
        name = self.named("s3")
        return aws.ec2.VpcEndpoint(
            name,
            vpc_id=self.vpc.id,
            service_name=f"com.amazonaws.{self._args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables],
            policy=s3_gateway(self._args.account_id, self._args.region),
            tags=self.tags(name),
            opts=self.options(),
        )
