"""Load balancers, target groups, listeners and rules."""

import functools
from typing import Any, ClassVar

from sandbox.cloud import certificates
from sandbox.provider.mapping import Call
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import WholeContract, groups, subnets, vpc

TAGS = {"Name": "a case"}
RENAMED = Change("tags", {"Name": "another", "Owner": "us"}, {"[0].Tags | length(@)": 2})
UNTAGGED = Change("tags", None, {"[0].Tags": []})
_OTHER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/other/0123456789abcdef"
_TAGS = Call("describe_tags", {"ResourceArns": ["{id}"]}, at="TagDescriptions")


def _retagged() -> Drift:
    by = Call("add_tags", {"ResourceArns": ["{id}"], "Tags": [{"Key": "Name", "Value": "by hand"}]})
    return Drift(by, "tags", {"Name": "by hand"})


def _tag_changes() -> tuple[Change, ...]:
    return tuple(Change(each.property, each.value, each.shown, look=_TAGS) for each in (RENAMED, UNTAGGED))


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


def _port() -> int:
    _port.last += 1  # type: ignore[attr-defined]  # a counter: every listener of the balancer needs its own
    return int(_port.last)  # type: ignore[attr-defined]  # as above


_port.last = 9000  # type: ignore[attr-defined]  # as above


def _listener(bench: Bench) -> str:
    made = bench.client("elbv2").create_listener(
        LoadBalancerArn=balancer(bench.cloud), Port=_port(), Protocol="HTTP", DefaultActions=[_REFUSAL]
    )
    return str(made["Listeners"][0]["ListenerArn"])


_REFUSAL = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}


def _attributes(kind: str) -> Call:
    # As one mapping, so that a case can name the keys.
    return Call(f"describe_{kind}_attributes", {_ARN[kind]: "{id}"}, at="Attributes")


_ARN = {"load_balancer": "LoadBalancerArn", "target_group": "TargetGroupArn"}


def _set(key: str) -> str:
    return f"[?Key=='{key}'].Value | [0]"


def _attribute(kind: str, name: str, value: Any, key: str, shown: str) -> Change:
    return Change(name, value, {_set(key): shown}, look=_attributes(kind))


def _modified(kind: str, key: str, value: str) -> Call:
    return Call(f"modify_{kind}_attributes", {_ARN[kind]: "{id}", "Attributes": [{"Key": key, "Value": value}]})


def _balancer(bench: Bench) -> dict[str, Any]:
    return {
        "name": bench.unique("lb"),
        "subnets": list(subnets(bench.cloud))[:2],
        "securityGroups": [groups(bench.cloud)[0]],
        "dropInvalidHeaderFields": True,
        "tags": TAGS,
    }


def _change_of_subnets(bench: Bench) -> Change:
    return Change("subnets", list(subnets(bench.cloud)), {"length(AvailabilityZones)": 3})


_HEALTH = {"path": "/ready", "matcher": "200", "interval": 15, "timeout": 5, "healthyThreshold": 2}
_FORWARD = "[0].ForwardConfig"


def _target_group(bench: Bench) -> dict[str, Any]:
    return {
        "name": bench.unique("tg"),
        "port": 5000,
        "protocol": "HTTP",
        "targetType": "ip",
        "vpcId": vpc(bench.cloud),
        "deregistrationDelay": 30,
        "healthCheck": _HEALTH,
        "tags": TAGS,
    }


def _https(bench: Bench) -> dict[str, Any]:
    return {
        "loadBalancerArn": balancer(bench.cloud),
        "port": _port(),
        "protocol": "HTTPS",
        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "certificateArn": certificate(bench.cloud, "first"),
        "defaultActions": [{"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}],
        "tags": TAGS,
    }


def _redirect(bench: Bench) -> dict[str, Any]:
    redirect = {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}
    return {
        "loadBalancerArn": balancer(bench.cloud),
        "port": _port(),
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


def _found(kind: str, ids: str, member: str) -> Call:
    return Call(f"describe_{kind}", {ids: ["{id}"]}, at=f"{member}[0]")


class TestLoadBalancers(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:lb/loadBalancer:LoadBalancer",
            _balancer,
            _found("load_balancers", "LoadBalancerArns", "LoadBalancers"),
            {"Scheme": "internet-facing", "Type": "application", "length(AvailabilityZones)": 2, "LoadBalancerName": "{name}"},
            outputs={"arn": "{id}", "idleTimeout": 60, "enableHttp2": True, "loadBalancerType": "application"},
            changes=(
                _attribute("load_balancer", "idleTimeout", 120, "idle_timeout.timeout_seconds", "120"),
                _attribute("load_balancer", "dropInvalidHeaderFields", False, "routing.http.drop_invalid_header_fields.enabled", "false"),
                _attribute("load_balancer", "enableHttp2", False, "routing.http2.enabled", "false"),
                _attribute("load_balancer", "desyncMitigationMode", "strictest", "routing.http.desync_mitigation_mode", "strictest"),
                _attribute("load_balancer", "preserveHostHeader", True, "routing.http.preserve_host_header.enabled", "true"),
                _attribute("load_balancer", "xffHeaderProcessingMode", "remove", "routing.http.xff_header_processing.mode", "remove"),
                _attribute("load_balancer", "enableDeletionProtection", True, "deletion_protection.enabled", "true"),
                _attribute("load_balancer", "enableDeletionProtection", False, "deletion_protection.enabled", "false"),
                _attribute("load_balancer", "accessLogs", {"bucket": "logs", "prefix": "alb", "enabled": True}, "access_logs.s3.bucket", "logs"),
                _attribute("load_balancer", "accessLogs", {"bucket": "logs", "prefix": "alb"}, "access_logs.s3.enabled", "false"),
                *_tag_changes(),
            ),
            replaces={"name": "another", "internal": True, "loadBalancerType": "network"},
            drift=(
                Drift(_modified("load_balancer", "idle_timeout.timeout_seconds", "17"), "idleTimeout", 17),
                Drift(_modified("load_balancer", "routing.http.drop_invalid_header_fields.enabled", "false"), "dropInvalidHeaderFields", False),
                _retagged(),
            ),
            vanish=Call("delete_load_balancer", {"LoadBalancerArn": "{id}"}),
        ),
        Case(
            "aws:lb/targetGroup:TargetGroup",
            _target_group,
            _found("target_groups", "TargetGroupArns", "TargetGroups"),
            {
                "Port": 5000,
                "Protocol": "HTTP",
                "TargetType": "ip",
                "HealthCheckPath": "/ready",
                "Matcher.HttpCode": "200",
                "HealthCheckIntervalSeconds": 15,
                "HealthCheckTimeoutSeconds": 5,
                "HealthyThresholdCount": 2,
                "UnhealthyThresholdCount": 3,  # the official provider's default; the API's own is 2
                "HealthCheckPort": "traffic-port",
            },
            outputs={"arn": "{id}", "loadBalancerArns": [], "slowStart": 0, "deregistrationDelay": 30},
            changes=(
                Change("healthCheck", {**_HEALTH, "path": "/live", "matcher": "200-299"}, {"HealthCheckPath": "/live", "Matcher.HttpCode": "200-299"}),
                Change("healthCheck", {**_HEALTH, "interval": 20, "timeout": 6}, {"HealthCheckIntervalSeconds": 20, "HealthCheckTimeoutSeconds": 6}),
                _attribute("target_group", "deregistrationDelay", 60, "deregistration_delay.timeout_seconds", "60"),
                _attribute("target_group", "slowStart", 30, "slow_start.duration_seconds", "30"),
                _attribute("target_group", "loadBalancingAlgorithmType", "least_outstanding_requests", "load_balancing.algorithm.type", "least_outstanding_requests"),
                _attribute("target_group", "stickiness", {"type": "lb_cookie", "cookieDuration": 600}, "stickiness.enabled", "true"),
                _attribute("target_group", "stickiness", {"type": "lb_cookie", "enabled": False}, "stickiness.enabled", "false"),
                *_tag_changes(),
            ),
            replaces={"name": "another", "port": 80, "protocol": "HTTPS", "protocolVersion": "HTTP2", "vpcId": "vpc-1", "targetType": "instance", "ipAddressType": "ipv6"},
            drift=(
                Drift(
                    Call("modify_target_group", {"TargetGroupArn": "{id}", "HealthCheckPath": "/by-hand"}),
                    "healthCheck",
                    {**_HEALTH, "path": "/by-hand", "enabled": True, "port": "traffic-port", "protocol": "HTTP", "unhealthyThreshold": 3},
                ),
                Drift(_modified("target_group", "deregistration_delay.timeout_seconds", "17"), "deregistrationDelay", 17),
                _retagged(),
            ),
            vanish=Call("delete_target_group", {"TargetGroupArn": "{id}"}),
        ),
        Case(
            "aws:lb/listener:Listener",
            _https,
            _found("listeners", "ListenerArns", "Listeners"),
            {
                "Protocol": "HTTPS",
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "Certificates[0].CertificateArn": "{certificateArn}",
                "DefaultActions[0].FixedResponseConfig.StatusCode": "404",
            },
            outputs={"arn": "{id}"},
            changes=(
                Change("sslPolicy", "ELBSecurityPolicy-TLS13-1-3-2021-06", {"SslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"}),
                Change(
                    "defaultActions",
                    [{"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "503", "messageBody": "later"}}],
                    {"DefaultActions[0].FixedResponseConfig": {"MessageBody": "later", "StatusCode": "503", "ContentType": "text/plain"}},
                ),
                Change("port", 8999, {"Port": 8999}),
                *_tag_changes(),
            ),
            replaces={"loadBalancerArn": _OTHER},
            drift=(
                Drift(Call("modify_listener", {"ListenerArn": "{id}", "SslPolicy": "ELBSecurityPolicy-2016-08"}), "sslPolicy", "ELBSecurityPolicy-2016-08"),
                _retagged(),
            ),
            vanish=Call("delete_listener", {"ListenerArn": "{id}"}),
            name="a listener of HTTPS",
        ),
        Case(
            "aws:lb/listener:Listener",
            _redirect,
            _found("listeners", "ListenerArns", "Listeners"),
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
            _found("rules", "RuleArns", "Rules"),
            {
                "Priority": "100",
                f"Actions{_FORWARD}.TargetGroups[].Weight": [100, 0],
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
                *_tag_changes(),
            ),
            replaces={"listenerArn": _OTHER.replace("loadbalancer", "listener")},
            drift=(
                Drift(
                    Call("modify_rule", {"RuleArn": "{id}", "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/by-hand"]}}]}),
                    "conditions",
                    [{"pathPattern": {"values": ["/by-hand"]}}],
                ),
                Drift(Call("set_rule_priorities", {"RulePriorities": [{"RuleArn": "{id}", "Priority": 7}]}), "priority", 7),
                _retagged(),
            ),
            vanish=Call("delete_rule", {"RuleArn": "{id}"}),
        ),
    )

    def test_the_suffixes_are_those_that_metrics_use(self, cloud: RecordingCloud) -> None:
        from sandbox.provider.types import load_balancers as types

        bench = Bench(cloud, types.LOAD_BALANCER)
        state = bench.create(_balancer(bench))
        assert state.outputs["arnSuffix"] == "app/" + state.id.split("loadbalancer/app/")[1]
        bench.clean()
        bench = Bench(cloud, types.TARGET_GROUP)
        state = bench.create(_target_group(bench))
        assert state.outputs["arnSuffix"] == "targetgroup/" + state.id.split(":targetgroup/")[1]
        bench.clean()
