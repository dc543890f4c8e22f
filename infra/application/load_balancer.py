"""The load balancer: HTTPS in front, blue and green behind one rule whose weights ECS moves."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.naming import LOAD_BALANCER_LIMIT
from infra.network.security_groups import APPLICATION_PORT, HTTP_PORT, HTTPS_PORT

# TLS 1.2 and 1.3 with forward secrecy only.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
# Readiness only: liveness is ECS's, and a third party's outage must drain no target.
READINESS_PATH = "/ready"
DEREGISTRATION_SECONDS = 30
IDLE_TIMEOUT_SECONDS = 60
PRODUCTION_PRIORITY = 100


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """What the load balancer is made from."""

    vpc_id: pulumi.Input[str]
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    disposable: bool


class LoadBalancer(Component):
    """Produces the load balancer, its target groups `blue` and `green` and the listener rule that splits traffic over them."""

    room = "application"

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self.balancer = self._balancer()
        self.blue = self._target_group("blue")
        self.green = self._target_group("green")
        self._redirect()
        self.production_rule = self._production_rule(self._https())
        self.dns_name = self.balancer.dns_name
        self.finish({"dnsName": self.dns_name})

    def _balancer(self) -> aws.lb.LoadBalancer:
        name = self.named("alb", limit=LOAD_BALANCER_LIMIT)
        return aws.lb.LoadBalancer(
            name,
            load_balancer_type="application",
            internal=False,
            ip_address_type="ipv4",
            security_groups=[self._args.security_group_id],
            subnets=self._args.subnet_ids,
            drop_invalid_header_fields=True,
            idle_timeout=IDLE_TIMEOUT_SECONDS,
            enable_deletion_protection=not self._args.disposable,
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

    def _redirect(self) -> None:
        name = self.named("http")
        aws.lb.Listener(
            name,
            load_balancer_arn=self.balancer.arn,
            port=HTTP_PORT,
            protocol="HTTP",
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="redirect",
                    redirect=aws.lb.ListenerDefaultActionRedirectArgs(
                        port=str(HTTPS_PORT), protocol="HTTPS", status_code="HTTP_301"
                    ),
                )
            ],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _https(self) -> aws.lb.Listener:
        name = self.named("https")
        return aws.lb.Listener(
            name,
            load_balancer_arn=self.balancer.arn,
            port=HTTPS_PORT,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=self._args.certificate_arn,
            # Traffic goes by the production rule alone, which matches every path.
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="fixed-response",
                    fixed_response=aws.lb.ListenerDefaultActionFixedResponseArgs(
                        content_type="text/plain", message_body="Not found", status_code="404"
                    ),
                )
            ],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _production_rule(self, listener: aws.lb.Listener) -> aws.lb.ListenerRule:
        name = self.named("production")
        weights = [
            aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=self.blue.arn, weight=100),
            aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=self.green.arn, weight=0),
        ]
        return aws.lb.ListenerRule(
            name,
            listener_arn=listener.arn,
            priority=PRODUCTION_PRIORITY,
            actions=[
                aws.lb.ListenerRuleActionArgs(
                    type="forward", forward=aws.lb.ListenerRuleActionForwardArgs(target_groups=weights)
                )
            ],
            conditions=[
                aws.lb.ListenerRuleConditionArgs(
                    path_pattern=aws.lb.ListenerRuleConditionPathPatternArgs(values=["/*"])
                ),
            ],
            tags=self.tags(name),
            # ECS moves the weights with every deployment; putting them back would send traffic to tasks that are gone.
            opts=self.options(ignore_changes=["actions"]),
        )
