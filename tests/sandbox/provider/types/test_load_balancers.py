"""Load balancers and target groups."""

from typing import Any, ClassVar

from sandbox.provider.mapping import Call
from sandbox.provider.types.load_balancers import LOAD_BALANCER, TARGET_GROUP
from tests.sandbox.provider.types.balancer_parts import found, retagged, tag_changes
from tests.sandbox.provider.types.harness import Bench, Case, Change, Drift, RecordingCloud
from tests.sandbox.provider.types.surroundings import WholeContract, groups, subnets, vpc

TAGS = {"Name": "a case"}


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


class TestLoadBalancers(WholeContract):
    CASES: ClassVar = (
        Case(
            "aws:lb/loadBalancer:LoadBalancer",
            _balancer,
            found("load_balancers", "LoadBalancerArns", "LoadBalancers"),
            {
                "Scheme": "internet-facing",
                "Type": "application",
                "length(AvailabilityZones)": 2,
                "LoadBalancerName": "{name}",
            },
            outputs={"arn": "{id}", "idleTimeout": 60, "enableHttp2": True, "loadBalancerType": "application"},
            changes=(
                _attribute("load_balancer", "idleTimeout", 120, "idle_timeout.timeout_seconds", "120"),
                _attribute(
                    "load_balancer",
                    "dropInvalidHeaderFields",
                    False,
                    "routing.http.drop_invalid_header_fields.enabled",
                    "false",
                ),
                _attribute("load_balancer", "enableHttp2", False, "routing.http2.enabled", "false"),
                _attribute(
                    "load_balancer",
                    "desyncMitigationMode",
                    "strictest",
                    "routing.http.desync_mitigation_mode",
                    "strictest",
                ),
                _attribute(
                    "load_balancer", "preserveHostHeader", True, "routing.http.preserve_host_header.enabled", "true"
                ),
                _attribute(
                    "load_balancer",
                    "xffHeaderProcessingMode",
                    "remove",
                    "routing.http.xff_header_processing.mode",
                    "remove",
                ),
                _attribute("load_balancer", "enableDeletionProtection", True, "deletion_protection.enabled", "true"),
                _attribute("load_balancer", "enableDeletionProtection", False, "deletion_protection.enabled", "false"),
                _attribute(
                    "load_balancer",
                    "accessLogs",
                    {"bucket": "logs", "prefix": "alb", "enabled": True},
                    "access_logs.s3.bucket",
                    "logs",
                ),
                _attribute(
                    "load_balancer",
                    "accessLogs",
                    {"bucket": "logs", "prefix": "alb"},
                    "access_logs.s3.enabled",
                    "false",
                ),
                *tag_changes(),
            ),
            replaces={"name": "another", "internal": True, "loadBalancerType": "network"},
            drift=(
                Drift(_modified("load_balancer", "idle_timeout.timeout_seconds", "17"), "idleTimeout", 17),
                Drift(
                    _modified("load_balancer", "routing.http.drop_invalid_header_fields.enabled", "false"),
                    "dropInvalidHeaderFields",
                    False,
                ),
                retagged(),
            ),
            vanish=Call("delete_load_balancer", {"LoadBalancerArn": "{id}"}),
        ),
        Case(
            "aws:lb/targetGroup:TargetGroup",
            _target_group,
            found("target_groups", "TargetGroupArns", "TargetGroups"),
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
                Change(
                    "healthCheck",
                    {**_HEALTH, "path": "/live", "matcher": "200-299"},
                    {"HealthCheckPath": "/live", "Matcher.HttpCode": "200-299"},
                ),
                Change(
                    "healthCheck",
                    {**_HEALTH, "interval": 20, "timeout": 6},
                    {"HealthCheckIntervalSeconds": 20, "HealthCheckTimeoutSeconds": 6},
                ),
                _attribute("target_group", "deregistrationDelay", 60, "deregistration_delay.timeout_seconds", "60"),
                _attribute("target_group", "slowStart", 30, "slow_start.duration_seconds", "30"),
                _attribute(
                    "target_group",
                    "loadBalancingAlgorithmType",
                    "least_outstanding_requests",
                    "load_balancing.algorithm.type",
                    "least_outstanding_requests",
                ),
                _attribute(
                    "target_group",
                    "stickiness",
                    {"type": "lb_cookie", "cookieDuration": 600},
                    "stickiness.enabled",
                    "true",
                ),
                _attribute(
                    "target_group", "stickiness", {"type": "lb_cookie", "enabled": False}, "stickiness.enabled", "false"
                ),
                *tag_changes(),
            ),
            replaces={
                "name": "another",
                "port": 80,
                "protocol": "HTTPS",
                "protocolVersion": "HTTP2",
                "vpcId": "vpc-1",
                "targetType": "instance",
                "ipAddressType": "ipv6",
            },
            drift=(
                Drift(
                    Call("modify_target_group", {"TargetGroupArn": "{id}", "HealthCheckPath": "/by-hand"}),
                    "healthCheck",
                    {
                        **_HEALTH,
                        "path": "/by-hand",
                        "enabled": True,
                        "port": "traffic-port",
                        "protocol": "HTTP",
                        "unhealthyThreshold": 3,
                    },
                ),
                Drift(
                    _modified("target_group", "deregistration_delay.timeout_seconds", "17"), "deregistrationDelay", 17
                ),
                retagged(),
            ),
            vanish=Call("delete_target_group", {"TargetGroupArn": "{id}"}),
        ),
    )

    def test_the_suffixes_are_those_that_metrics_use(self, cloud: RecordingCloud) -> None:
        bench = Bench(cloud, LOAD_BALANCER)
        state = bench.create(_balancer(bench))
        assert state.outputs["arnSuffix"] == "app/" + state.id.split("loadbalancer/app/")[1]
        bench.clean()
        bench = Bench(cloud, TARGET_GROUP)
        state = bench.create(_target_group(bench))
        assert state.outputs["arnSuffix"] == "targetgroup/" + state.id.split(":targetgroup/")[1]
        bench.clean()
