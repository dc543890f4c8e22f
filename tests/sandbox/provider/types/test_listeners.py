"""Listeners and their rules."""

import functools
import itertools
from typing import Any, ClassVar

from sandbox.cloud import certificates
from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.balancer_parts import found, retagged, tag_changes
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import WholeContract, subnets, vpc

TAGS = {"Name": "a case"}
_OTHER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/other/0123456789abcdef"
_PORTS = itertools.count(9001)  # every listener of a balancer needs its own
_REFUSAL = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}


@functools.cache
def balancer(cloud: RecordingCloud) -> str:
    made = cloud.client("elbv2").create_load_balancer(Name="of-the-session", Subnets=list(subnets(cloud)))
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def target_group(bench: Bench) -> str:
    made = bench.client("elbv2").create_target_group(
        Name=bench.unique("tg"), Port=80, Protocol="HTTP", VpcId=vpc(bench.cloud), TargetType="ip"
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


@functools.cache
def certificate(cloud: RecordingCloud, name: str) -> str:
    chain, key = certificates.issue(cloud.home, name, dns_names=[f"{name}.example"])
    mark = b"-----END CERTIFICATE-----"
    body = chain.read_bytes().split(mark)[0] + mark
    return str(cloud.client("acm").import_certificate(Certificate=body, PrivateKey=key.read_bytes())["CertificateArn"])


def _listener(bench: Bench) -> str:
    made = bench.client("elbv2").create_listener(
        LoadBalancerArn=balancer(bench.cloud), Port=next(_PORTS), Protocol="HTTP", DefaultActions=[_REFUSAL]
    )
    return str(made["Listeners"][0]["ListenerArn"])


def _https(bench: Bench) -> dict[str, Any]:
    return {
        "loadBalancerArn": balancer(bench.cloud),
        "port": next(_PORTS),
        "protocol": "HTTPS",
        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "certificateArn": certificate(bench.cloud, "first"),
        "defaultActions": [
            {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}
        ],
        "tags": TAGS,
    }


def _redirect(bench: Bench) -> dict[str, Any]:
    redirect = {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}
    return {
        "loadBalancerArn": balancer(bench.cloud),
        "port": next(_PORTS),
        "protocol": "HTTP",
        "defaultActions": [{"type": "redirect", "redirect": redirect}],
    }


def _rule(bench: Bench) -> dict[str, Any]:
    targets = [{"arn": target_group(bench), "weight": 100}, {"arn": target_group(bench), "weight": 0}]
    return {
        "listenerArn": _listener(bench),
        "priority": 100,
        "actions": [{"type": "forward", "forward": {"targetGroups": targets}}],
        "conditions": [{"pathPattern": {"values": ["/*"]}}],
        "tags": TAGS,
    }


class TestListeners(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:lb/listener:Listener",
            _https,
            found("listeners", "ListenerArns", "Listeners"),
            {
                "Protocol": "HTTPS",
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "Certificates[0].CertificateArn": "{certificateArn}",
                "DefaultActions[0].FixedResponseConfig.StatusCode": "404",
            },
            outputs={"arn": "{id}"},
            changes=(
                Change(
                    "sslPolicy",
                    "ELBSecurityPolicy-TLS13-1-3-2021-06",
                    {"SslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
                ),
                Change(
                    "defaultActions",
                    [
                        {
                            "type": "fixed-response",
                            "fixedResponse": {"contentType": "text/plain", "statusCode": "503", "messageBody": "later"},
                        }
                    ],
                    {
                        "DefaultActions[0].FixedResponseConfig": {
                            "MessageBody": "later",
                            "StatusCode": "503",
                            "ContentType": "text/plain",
                        }
                    },
                ),
                Change("port", 8999, {"Port": 8999}),
                *tag_changes(),
            ),
            replaces={"loadBalancerArn": _OTHER},
            drift=(
                Drift(
                    Call("modify_listener", {"ListenerArn": "{id}", "SslPolicy": "ELBSecurityPolicy-2016-08"}),
                    "sslPolicy",
                    "ELBSecurityPolicy-2016-08",
                ),
                retagged(),
            ),
            vanish=Call("delete_listener", {"ListenerArn": "{id}"}),
            name="a listener of HTTPS",
        ),
        Case(
            "aws:lb/listener:Listener",
            _redirect,
            found("listeners", "ListenerArns", "Listeners"),
            {"DefaultActions[0].RedirectConfig.StatusCode": "HTTP_301", "DefaultActions[0].RedirectConfig.Port": "443"},
            changes=(
                Change(
                    "defaultActions",
                    [{"type": "redirect", "redirect": {"port": "444", "protocol": "HTTPS", "statusCode": "HTTP_302"}}],
                    {"DefaultActions[0].RedirectConfig.StatusCode": "HTTP_302"},
                ),
            ),
            vanish=Call("delete_listener", {"ListenerArn": "{id}"}),
            name="a redirect",
        ),
        Case(
            "aws:lb/listenerRule:ListenerRule",
            _rule,
            found("rules", "RuleArns", "Rules"),
            {
                "Priority": "100",
                "Actions[0].ForwardConfig.TargetGroups[].Weight": [100, 0],
                "Conditions[0].Field": "path-pattern",
                "Conditions[0].PathPatternConfig.Values": ["/*"],
            },
            outputs={"arn": "{id}"},
            changes=(
                Change("priority", 90, {"Priority": "90"}),
                Change(
                    "conditions",
                    [
                        {"hostHeader": {"values": ["a.example"]}},
                        {"httpHeader": {"httpHeaderName": "X-Test", "values": ["1"]}},
                        {"httpRequestMethod": {"values": ["GET"]}},
                        {"sourceIp": {"values": ["10.0.0.0/8"]}},
                    ],
                    {"Conditions[].Field": ["host-header", "http-header", "http-request-method", "source-ip"]},
                ),
                Change(
                    "actions",
                    [{"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "503"}}],
                    {"Actions[0].FixedResponseConfig.StatusCode": "503"},
                ),
                *tag_changes(),
            ),
            replaces={"listenerArn": _OTHER.replace("loadbalancer", "listener")},
            drift=(
                Drift(
                    Call(
                        "modify_rule",
                        {
                            "RuleArn": "{id}",
                            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/by-hand"]}}],
                        },
                    ),
                    "conditions",
                    [{"pathPattern": {"values": ["/by-hand"]}}],
                ),
                Drift(
                    Call("set_rule_priorities", {"RulePriorities": [{"RuleArn": "{id}", "Priority": 7}]}), "priority", 7
                ),
                retagged(),
            ),
            vanish=Call("delete_rule", {"RuleArn": "{id}"}),
        ),
    )
