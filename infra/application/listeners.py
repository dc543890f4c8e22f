"""The listeners and rules of the load balancer: where traffic goes, in the shape that ECS's deployments move."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.component import Component
from infra.network.flows import HTTP_PORT, HTTPS_PORT, TEST_LISTENER_PORT

# TLS 1.2 and 1.3, forward secrecy and authenticated ciphers only, with a key exchange that holds against quantum computers for
# clients that have it. It is what AWS recommends and its console's default ("Security policies for your Application Load Balancer").
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
ALIASES_PRIORITY = 10
UNPUBLISHED_PRIORITY = 20
PRODUCTION_PRIORITY = 100
# The collector reads them inside the task.
UNPUBLISHED_PATHS = ("/metrics", "/metrics/*")

NOT_FOUND = {"content_type": "text/plain", "message_body": "Not found", "status_code": "404"}


@dataclass(frozen=True, kw_only=True)
class ListenersArgs:
    """What the listeners are made from. `aliases` are other names, which are redirected to `domain`."""

    balancer_arn: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    blue_arn: pulumi.Input[str]
    green_arn: pulumi.Input[str]
    domain: str | None
    aliases: Sequence[str] = ()


class Listeners(Component):
    """Produces the listeners and the two rules that ECS moves: `production_rule`, and `test_rule` on `test_listener`.

    The test rule has a listener of its own. On the production listener it would need a condition that people's requests never
    meet; with the same path and a lower precedence it would never be reached.
    """

    room = "application"

    def __init__(self, name: str, args: ListenersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._args = args
        self._redirect()
        production = self._https("https", HTTPS_PORT)
        self._canonical_name(production)
        self._unpublished("https", production)
        self.production_rule = self._traffic("production", production)
        self.test_listener = self._https("test", TEST_LISTENER_PORT)
        self._unpublished("test", self.test_listener)
        self.test_rule = self._traffic("test", self.test_listener)
        self.finish({"productionRuleArn": self.production_rule.arn, "testRuleArn": self.test_rule.arn})

    def _redirect(self) -> None:
        name = self.named("http")
        aws.lb.Listener(
            name,
            load_balancer_arn=self._args.balancer_arn,
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

    def _https(self, part: str, port: int) -> aws.lb.Listener:
        name = self.named(part)
        return aws.lb.Listener(
            name,
            load_balancer_arn=self._args.balancer_arn,
            port=port,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=self._args.certificate_arn,
            # Traffic goes by the listener's rule alone, which matches every path.
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="fixed-response",
                    fixed_response=aws.lb.ListenerDefaultActionFixedResponseArgs(**NOT_FOUND),
                )
            ],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _canonical_name(self, listener: aws.lb.Listener) -> None:
        """One name for cookies and links, whichever of them people type."""
        if self._args.domain is None or not self._args.aliases:
            return
        name = self.named("aliases")
        redirect = aws.lb.ListenerRuleActionRedirectArgs(
            host=self._args.domain, port=str(HTTPS_PORT), protocol="HTTPS", status_code="HTTP_301"
        )
        hosts = aws.lb.ListenerRuleConditionHostHeaderArgs(values=list(self._args.aliases))
        aws.lb.ListenerRule(
            name,
            listener_arn=listener.arn,
            priority=ALIASES_PRIORITY,
            actions=[aws.lb.ListenerRuleActionArgs(type="redirect", redirect=redirect)],
            conditions=[aws.lb.ListenerRuleConditionArgs(host_header=hosts)],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _unpublished(self, part: str, listener: aws.lb.Listener) -> None:
        """What is for the inside alone is not found from outside, on either listener."""
        name = self.named(part, "unpublished")
        refusal = aws.lb.ListenerRuleActionFixedResponseArgs(**NOT_FOUND)
        paths = aws.lb.ListenerRuleConditionPathPatternArgs(values=list(UNPUBLISHED_PATHS))
        aws.lb.ListenerRule(
            name,
            listener_arn=listener.arn,
            priority=UNPUBLISHED_PRIORITY,
            actions=[aws.lb.ListenerRuleActionArgs(type="fixed-response", fixed_response=refusal)],
            conditions=[aws.lb.ListenerRuleConditionArgs(path_pattern=paths)],
            tags=self.tags(name),
            opts=self.options(),
        )

    def _traffic(self, part: str, listener: aws.lb.Listener) -> aws.lb.ListenerRule:
        name = self.named(part)
        weights = [
            aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=self._args.blue_arn, weight=100),
            aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=self._args.green_arn, weight=0),
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
