"""The load balancer, and the blue and green targets behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.application.listeners import Listeners, ListenersArgs
from infra.component import Component
from infra.iam.buckets import LOAD_BALANCER_LOGS_PREFIX
from infra.naming import LOAD_BALANCER_LIMIT
from infra.network.flows import APPLICATION_PORT

# Readiness only: liveness is ECS's, and a third party's outage must drain no target.
READINESS_PATH = "/ready"
DEREGISTRATION_SECONDS = 30
# Longer than the application takes to answer, shorter than its own keep-alive has to be.
IDLE_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """What the load balancer is made from. `logs_bucket` is known once the load balancer may write to it."""

    vpc_id: pulumi.Input[str]
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    logs_bucket: pulumi.Input[str]
    domain: str | None
    aliases: Sequence[str]
    disposable: bool


class LoadBalancer(Component):
    """Produces the load balancer, its target groups `blue` and `green` and the listener rules that split traffic over them.

    `arn_suffix`, and each target group's, is what CloudWatch's metrics know it by.
    """

    room = "application"

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.balancer = self._balancer()
        self.blue = self._target_group("blue")
        self.green = self._target_group("green")
        listeners = self._listeners()
        self.production_rule = listeners.production_rule
        self.test_rule = listeners.test_rule
        self.test_listener = listeners.test_listener
        self.arn_suffix = self.balancer.arn_suffix
        self.dns_name = self.balancer.dns_name
        self.zone_id = self.balancer.zone_id
        self.finish({"dnsName": self.dns_name})

    def _balancer(self) -> aws.lb.LoadBalancer:
        name, bucket = self.named("alb", limit=LOAD_BALANCER_LIMIT), self._args.logs_bucket
        return aws.lb.LoadBalancer(
            name,
            load_balancer_type="application",
            internal=False,
            ip_address_type="ipv4",
            security_groups=[self._args.security_group_id],
            subnets=self._args.subnet_ids,
            drop_invalid_header_fields=True,
            # Requests that two servers could read differently (request smuggling) are refused.
            desync_mitigation_mode="strictest",
            # The last address is the one that reached the load balancer; what stands before it is what the client claims.
            xff_header_processing_mode="append",
            preserve_host_header=True,
            idle_timeout=IDLE_TIMEOUT_SECONDS,
            enable_deletion_protection=not self._args.disposable,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(
                bucket=bucket, prefix=LOAD_BALANCER_LOGS_PREFIX, enabled=True
            ),
            # Who failed to agree on TLS, and on which version the others did.
            connection_logs=aws.lb.LoadBalancerConnectionLogsArgs(
                bucket=bucket, prefix=LOAD_BALANCER_LOGS_PREFIX, enabled=True
            ),
            tags=self.tags(name),
            opts=self.options(),
        )

    def _target_group(self, colour: str) -> aws.lb.TargetGroup:
        name = self.named(colour, limit=LOAD_BALANCER_LIMIT)
        return aws.lb.TargetGroup(
            name,
            vpc_id=self._args.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=APPLICATION_PORT,
            deregistration_delay=DEREGISTRATION_SECONDS,
            # Some requests wait for a third party for seconds, so turns would pile them up. It rules out slow start.
            load_balancing_algorithm_type="least_outstanding_requests",
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                protocol="HTTP",
                port="traffic-port",
                path=READINESS_PATH,
                matcher="200",
                interval=15,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
            tags=self.tags(name),
            opts=self.options(),
        )

    def _listeners(self) -> Listeners:
        args = ListenersArgs(
            balancer_arn=self.balancer.arn,
            certificate_arn=self._args.certificate_arn,
            blue_arn=self.blue.arn,
            green_arn=self.green.arn,
            domain=self._args.domain,
            aliases=self._args.aliases,
        )
        return Listeners(self.component_name, args, self.options())
