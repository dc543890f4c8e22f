"""Application load balancers: target groups, listeners and rules."""

from typing import Any

from sandbox.provider.mapping import FLAT, At, Call, Convert, Name, Part, Resource, Until


def _attributes(kind: str, pairs: dict[str, str]) -> Part:
    owner = {f"{kind}Arn": "{id}"}
    name = "load_balancer" if kind == "LoadBalancer" else "target_group"
    return Part(
        tuple(dict.fromkeys(path.split(".")[0] for path in pairs)),
        put=Call(f"modify_{name}_attributes", owner, (), at="Attributes"),
        read=Call(f"describe_{name}_attributes", owner, at="Attributes"),
        pairs=pairs,
    )


LOAD_BALANCER = Resource(
    token="aws:lb/loadBalancer:LoadBalancer",
    service="elbv2",
    create=Call(
        "create_load_balancer",
        carries=("name", "subnets", "securityGroups", "internal", "loadBalancerType", "ipAddressType"),
    ),
    id=At("LoadBalancers[0].LoadBalancerArn"),
    read=Call(
        "describe_load_balancers",
        {"LoadBalancerArns": ["{id}"]},
        at="LoadBalancers[0]",
        rename={
            "subnets": Convert("AvailabilityZones", list, lambda zones: [zone["SubnetId"] for zone in zones]),
            "name": "LoadBalancerName",
            "arnSuffix": Convert("LoadBalancerArn", str, lambda arn: arn.split(":loadbalancer/", 1)[-1]),
            "zoneId": "CanonicalHostedZoneId",
        },
    ),
    delete=Call("delete_load_balancer", {"LoadBalancerArn": "{id}"}),
    rename={
        "internal": Convert(
            "Scheme",
            lambda internal: "internal" if internal else "internet-facing",
            lambda scheme: scheme == "internal",
        ),
        "loadBalancerType": "Type",
    },
    parts=(
        Part(("subnets",), put=Call("set_subnets", {"LoadBalancerArn": "{id}"}, ("subnets",))),
        Part(("ipAddressType",), put=Call("set_ip_address_type", {"LoadBalancerArn": "{id}"}, ("ipAddressType",))),
        Part(("securityGroups",), put=Call("set_security_groups", {"LoadBalancerArn": "{id}"}, ("securityGroups",))),
        _attributes(
            "LoadBalancer",
            {
                "enableDeletionProtection": "deletion_protection.enabled",
                "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
                "idleTimeout": "idle_timeout.timeout_seconds",
                "enableHttp2": "routing.http2.enabled",
                "desyncMitigationMode": "routing.http.desync_mitigation_mode",
                "preserveHostHeader": "routing.http.preserve_host_header.enabled",
                "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
                "accessLogs.enabled": "access_logs.s3.enabled",
                "accessLogs.bucket": "access_logs.s3.bucket",
                "accessLogs.prefix": "access_logs.s3.prefix",
                "connectionLogs.enabled": "connection_logs.s3.enabled",
                "connectionLogs.bucket": "connection_logs.s3.bucket",
                "connectionLogs.prefix": "connection_logs.s3.prefix",
            },
        ),
    ),
    replace=("name", "internal", "loadBalancerType"),
    defaults={
        "desyncMitigationMode": "defensive",
        "dropInvalidHeaderFields": False,
        "enableDeletionProtection": False,
        "enableHttp2": True,
        "idleTimeout": 60,
        "internal": False,
        "loadBalancerType": "application",
        "preserveHostHeader": False,
        "xffHeaderProcessingMode": "append",
        "accessLogs.enabled": False,
        "connectionLogs.enabled": False,
    },
    computed=("ipAddressType", "securityGroups"),
    unordered=("subnets", "securityGroups"),
    name=Name(limit=32),
    outputs={"arn": At("LoadBalancerArn"), "dnsName": At("DNSName")},
    ready=Until("State.Code", ("active", "active_impaired"), ("failed",)),
    gone=("LoadBalancerNotFound",),
)

TARGET_GROUP = Resource(
    token="aws:lb/targetGroup:TargetGroup",
    service="elbv2",
    create=Call(
        "create_target_group",
        carries=("name", "port", "protocol", "protocolVersion", "vpcId", "targetType", "ipAddressType", "healthCheck"),
    ),
    id=At("TargetGroups[0].TargetGroupArn"),
    read=Call(
        "describe_target_groups",
        {"TargetGroupArns": ["{id}"]},
        at="TargetGroups[0]",
        rename={
            "name": "TargetGroupName",
            "arnSuffix": Convert("TargetGroupArn", str, lambda arn: arn.rsplit(":", 1)[-1]),
        },
    ),
    update=Call("modify_target_group", {"TargetGroupArn": "{id}"}, ("healthCheck",)),
    delete=Call("delete_target_group", {"TargetGroupArn": "{id}"}),
    rename={
        "healthCheck": FLAT,
        "healthCheck.enabled": "HealthCheckEnabled",
        "healthCheck.healthyThreshold": "HealthyThresholdCount",
        "healthCheck.interval": "HealthCheckIntervalSeconds",
        "healthCheck.matcher": "Matcher.HttpCode",
        "healthCheck.path": "HealthCheckPath",
        "healthCheck.port": "HealthCheckPort",
        "healthCheck.protocol": "HealthCheckProtocol",
        "healthCheck.timeout": "HealthCheckTimeoutSeconds",
        "healthCheck.unhealthyThreshold": "UnhealthyThresholdCount",
    },
    parts=(
        _attributes(
            "TargetGroup",
            {
                "deregistrationDelay": "deregistration_delay.timeout_seconds",
                "slowStart": "slow_start.duration_seconds",
                "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
                "stickiness.enabled": "stickiness.enabled",
                "stickiness.type": "stickiness.type",
                "stickiness.cookieDuration": "stickiness.lb_cookie.duration_seconds",
            },
        ),
    ),
    replace=("name", "port", "protocol", "protocolVersion", "vpcId", "targetType", "ipAddressType"),
    defaults={
        "deregistrationDelay": 300,
        "slowStart": 0,
        "targetType": "instance",
        "healthCheck.enabled": True,
        "healthCheck.healthyThreshold": 3,
        "healthCheck.interval": 30,
        "healthCheck.port": "traffic-port",
        "healthCheck.protocol": "HTTP",
        "healthCheck.unhealthyThreshold": 3,
        "stickiness.cookieDuration": 86400,
        "stickiness.enabled": True,
    },
    name=Name(limit=32),
    outputs={"arn": At("TargetGroupArn"), "loadBalancerArns": At("LoadBalancerArns")},
    gone=("TargetGroupNotFound",),
)

_ACTION = {
    "forward": "ForwardConfig",
    "forward.targetGroups.arn": "TargetGroupArn",
    "forward.stickiness": "TargetGroupStickinessConfig",
    "forward.stickiness.duration": "DurationSeconds",
    "redirect": "RedirectConfig",
    "fixedResponse": "FixedResponseConfig",
}


def _actions(name: str, member: str) -> dict[str, str | Convert]:
    return {name: member, **{f"{name}.{path}": to for path, to in _ACTION.items()}}


LISTENER = Resource(
    token="aws:lb/listener:Listener",
    service="elbv2",
    create=Call(
        "create_listener",
        carries=("loadBalancerArn", "port", "protocol", "sslPolicy", "certificateArn", "defaultActions"),
    ),
    id=At("Listeners[0].ListenerArn"),
    read=Call("describe_listeners", {"ListenerArns": ["{id}"]}, at="Listeners[0]"),
    update=Call(
        "modify_listener",
        {"ListenerArn": "{id}"},
        ("port", "protocol", "sslPolicy", "certificateArn", "defaultActions"),
    ),
    delete=Call("delete_listener", {"ListenerArn": "{id}"}),
    rename={
        "alpnPolicy": Convert("AlpnPolicy", lambda policy: [policy], lambda found: found[0] if found else None),
        **_actions("defaultActions", "DefaultActions"),
        "certificateArn": Convert(
            "Certificates",
            lambda arn: [{"CertificateArn": arn}],
            lambda items: items[0]["CertificateArn"] if items else None,
        ),
    },
    replace=("loadBalancerArn",),
    computed=("sslPolicy",),
    outputs={"arn": At("ListenerArn")},
    gone=("ListenerNotFound",),
)

_CONDITIONS = {
    "hostHeader": ("host-header", "HostHeaderConfig"),
    "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
    "pathPattern": ("path-pattern", "PathPatternConfig"),
    "sourceIp": ("source-ip", "SourceIpConfig"),
}


def _to_conditions(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    built: list[dict[str, Any]] = []
    for condition in given:
        for name, block in condition.items():
            if name == "httpHeader":
                config = {"HttpHeaderName": block["httpHeaderName"], "Values": block["values"]}
                built.append({"Field": "http-header", "HttpHeaderConfig": config})
            else:
                field, member = _CONDITIONS[name]
                built.append({"Field": field, member: {"Values": block["values"]}})
    return built


def _of_conditions(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {field: (name, member) for name, (field, member) in _CONDITIONS.items()}
    seen: list[dict[str, Any]] = []
    for condition in found:
        if condition["Field"] == "http-header":
            config = condition["HttpHeaderConfig"]
            seen.append({"httpHeader": {"httpHeaderName": config["HttpHeaderName"], "values": config["Values"]}})
        else:
            name, member = names[condition["Field"]]
            seen.append({name: {"values": condition.get(member, {}).get("Values") or condition.get("Values")}})
    return seen


_RULE_RENAME: dict[str, str | Convert] = {
    **_actions("actions", "Actions"),
    "conditions": Convert("Conditions", _to_conditions, _of_conditions),
}

LISTENER_RULE = Resource(
    token="aws:lb/listenerRule:ListenerRule",
    service="elbv2",
    create=Call("create_rule", carries=("listenerArn", "priority", "actions", "conditions")),
    id=At("Rules[0].RuleArn"),
    read=Call("describe_rules", {"RuleArns": ["{id}"]}, at="Rules[0]"),
    update=Call("modify_rule", {"RuleArn": "{id}"}, ("actions", "conditions")),
    delete=Call("delete_rule", {"RuleArn": "{id}"}),
    rename=_RULE_RENAME,
    parts=(
        Part(
            ("priority",),
            put=Call("set_rule_priorities", {"RulePriorities": [{"RuleArn": "{id}", "Priority": "{priority}"}]}, ()),
        ),
    ),
    replace=("listenerArn",),
    fixed=("listenerArn",),
    outputs={"arn": At("RuleArn")},
    gone=("RuleNotFound",),
)

RESOURCES: tuple[Resource, ...] = (LOAD_BALANCER, TARGET_GROUP, LISTENER, LISTENER_RULE)
