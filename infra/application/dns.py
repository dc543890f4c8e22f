"""The names of the application in the domain's own zone."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component


@dataclass(frozen=True, kw_only=True)
class NamesArgs:
    """What the records are made from: the names, their zone, and the load balancer that they lead to."""

    names: Sequence[str]
    zone_id: str
    balancer_dns_name: pulumi.Input[str]
    balancer_zone_id: pulumi.Input[str]


class Names(Component):
    """Produces an alias record for each name. Only A: the load balancer has no IPv6 address for an AAAA to lead to."""

    room = "application"

    def __init__(self, name: str, args: NamesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for dns_name in args.names:
            aws.route53.Record(
                self.named("name", dns_name),
                zone_id=args.zone_id,
                name=dns_name,
                type="A",
                aliases=[
                    aws.route53.RecordAliasArgs(
                        name=args.balancer_dns_name,
                        zone_id=args.balancer_zone_id,
                        # There is no second place to send people to.
                        evaluate_target_health=False,
                    )
                ],
                opts=self.options(),
            )
        self.finish({"names": list(args.names)})
