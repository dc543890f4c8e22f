"""Interface endpoints: APIs of AWS at private addresses, so that calls leave neither the VPC nor through NAT."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.iam.endpoints import own_principals


@dataclass(frozen=True, kw_only=True)
class InterfaceEndpointsArgs:
    """What the endpoints are made from; `services` are the last parts of their names, such as `ecr.api`."""

    vpc_id: pulumi.Input[str]
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    services: tuple[str, ...]
    account_id: str
    region: str


class InterfaceEndpoints(Component):
    """Produces an endpoint for each service, in every private subnet, under the service's own name, for this account's principals.

    `ids` are the endpoints' ids by service.
    """

    room = "network"

    def __init__(self, name: str, args: InterfaceEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.ids = {service: self._endpoint(service).id for service in args.services}
        self.finish({})

    def _endpoint(self, service: str) -> aws.ec2.VpcEndpoint:
        args, name = self._args, self.named("endpoint", *service.split("."))
        return aws.ec2.VpcEndpoint(
            name,
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{args.region}.{service}",
            vpc_endpoint_type="Interface",
            subnet_ids=args.subnet_ids,
            security_group_ids=[args.security_group_id],
            private_dns_enabled=True,
            policy=own_principals(args.account_id),
            tags=self.tags(name),
            opts=self.options(),
        )
