"""Load balancers speak modern TLS alone, keep logs, and survive a mistake and the loss of a zone."""

from collections.abc import Mapping
from typing import Any

from policy.model import UNKNOWN, Control, Resource, as_list, house
from policy.rules import checker, in_production, rule, unless, when

REDIRECTED = Control("ELB.1", "Application Load Balancer should be configured to redirect all HTTP requests to HTTPS")
HEADERS = Control("ELB.4", "Application Load Balancer should be configured to drop invalid http headers")
LOGGED = Control("ELB.5", "Application and Classic Load Balancers logging should be enabled")
UNDELETABLE = Control(
    "ELB.6", "Application, Gateway, and Network Load Balancers should have deletion protection enabled"
)
DESYNC = Control(
    "ELB.12", "Application Load Balancer should be configured with defensive or strictest desync mitigation mode"
)
ZONES = Control("ELB.13", "Application, Network and Gateway Load Balancers should span multiple Availability Zones")
MODERN_TLS = Control(
    "ELB.17", "Application and Network Load Balancers with listeners should use recommended security policies"
)
TLS = Control(
    "ELB.18", "Application and Network Load Balancer listeners should use secure protocols to encrypt data in transit"
)
READINESS = house(
    "readiness-only",
    "Target groups probe readiness and nothing further",
    "a probe of the dependencies answers 503 when a third party is down, and then every target is drained at once",
)

BALANCERS = {"aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"}
LISTENERS = {"aws:lb/listener:Listener", "aws:alb/listener:Listener"}
TARGET_GROUPS = {"aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"}

# ELB.17's parameter sslPolicies, which cannot be changed.
RECOMMENDED = frozenset(
    {
        "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
        "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
        "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
    }
)
# Paths that ask third parties, or answer for the process alone although the database is gone.
REFUSED_PATHS = ("/", "/health", "/healthz", "/status", "/live", "/health/live", "/liveness", "/health/liveness")
REFUSED_WORDS = ("dependenc", "deep", "full")


def _not_redirected(listener: Resource) -> bool:
    if listener.get("protocol") != "HTTP":
        return False
    actions = listener.get("defaultActions")
    return actions is not UNKNOWN and not all(_redirects(action) for action in as_list(actions))


def _redirects(action: Any) -> bool:
    if not isinstance(action, Mapping):
        return action is UNKNOWN
    redirect = action.get("redirect")
    return redirect is UNKNOWN or bool(redirect and redirect.get("protocol") in ("HTTPS", UNKNOWN))


def _plain(listener: Resource) -> bool:
    # A redirect is as much as HTTP may do; ELB.1 asks for it, although ELB.18 counts that listener too.
    return listener.get("protocol") not in ("HTTPS", "TLS", "HTTP", UNKNOWN)


def _old_tls(listener: Resource) -> bool:
    return listener.get("protocol") in ("HTTPS", "TLS") and unless("sslPolicy", *RECOMMENDED)(listener)


def _one_zone(balancer: Resource) -> bool:
    subnets = balancer.get("subnets") or balancer.get("subnetMappings")
    return subnets is not UNKNOWN and len(as_list(subnets)) < 2  # noqa: PLR2004 - ELB.13's minAvailabilityZones


def _probes_too_much(group: Resource) -> bool:
    path = group.get("healthCheck.path")
    if group.get("targetType") == "lambda" or path is UNKNOWN:
        return False
    plain = str(path or "/").partition("?")[0].lower()
    return (plain.rstrip("/") or "/") in REFUSED_PATHS or any(word in plain for word in REFUSED_WORDS)


check = checker(
    [
        rule(
            BALANCERS,
            HEADERS,
            unless("dropInvalidHeaderFields", True),
            "passes invalid headers on",
            "Set drop_invalid_header_fields=True",
        ),
        rule(
            BALANCERS,
            LOGGED,
            unless("accessLogs.enabled", True),
            "keeps no access log",
            'Set access_logs={"enabled": True, "bucket": ...}',
        ),
        rule(
            BALANCERS,
            DESYNC,
            when("desyncMitigationMode", "monitor"),
            "passes requests on that two servers read differently",
            'Set desync_mitigation_mode="defensive" or "strictest"',
        ),
        rule(BALANCERS, ZONES, _one_zone, "stands in one availability zone", "Give it subnets of two zones or more"),
        in_production(
            BALANCERS,
            UNDELETABLE,
            unless("enableDeletionProtection", True),
            "can be deleted by mistake",
            "Set enable_deletion_protection=True",
        ),
        rule(
            LISTENERS,
            REDIRECTED,
            _not_redirected,
            "answers plain HTTP",
            'Let its default action redirect with protocol="HTTPS", or remove it',
        ),
        rule(LISTENERS, TLS, _plain, "takes connections without TLS", 'Set protocol="HTTPS" with a certificate'),
        rule(
            LISTENERS,
            MODERN_TLS,
            _old_tls,
            "accepts old TLS or weak ciphers",
            "Set ssl_policy to one that ELB.17 lists, such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        ),
        rule(
            TARGET_GROUPS,
            READINESS,
            _probes_too_much,
            "probes more, or less, than readiness",
            'Set health_check.path to the readiness path, such as "/health/ready"',
        ),
    ]
)
