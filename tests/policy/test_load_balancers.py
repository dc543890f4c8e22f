from typing import Any

import pytest

from policy.load_balancers import check
from policy.model import UNKNOWN, Resource


def controls(kind: str, **properties: Any) -> list[str]:
    resource = Resource(f"aws:lb/{kind}", "it", "urn:it", properties, environment="development")
    return [finding.control.id for finding in check(resource)]


def probe(path: Any, **more: Any) -> list[str]:
    return controls("targetGroup:TargetGroup", healthCheck={"path": path}, **more)


@pytest.mark.parametrize(
    "path",
    [None, "/", "/health", "/Health/", "/health?deep=1", "/health/live", "/health/dependencies", "/api/deep-check"],
)
def test_a_probe_of_more_or_less_than_readiness_is_refused(path: str | None) -> None:
    assert probe(path) == ["House.readiness-only"]


@pytest.mark.parametrize("path", ["/health/ready", "/ready", "/readyz", "/api/health/readiness", UNKNOWN])
def test_a_probe_of_readiness_is_accepted(path: Any) -> None:
    assert probe(path) == []


def test_a_function_is_not_probed() -> None:
    assert controls("targetGroup:TargetGroup", targetType="lambda") == []


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"type": "redirect", "redirect": {"protocol": "HTTPS"}}], []),
        ([{"type": "redirect", "redirect": {"protocol": "HTTP"}}], ["ELB.1"]),
        ([{"type": "redirect", "redirect": {"statusCode": "HTTP_301"}}], ["ELB.1"]),
        ([{"type": "forward"}], ["ELB.1"]),
        ([{"type": "fixed-response"}], ["ELB.1"]),
        (UNKNOWN, []),
        ([UNKNOWN], []),
    ],
)
def test_plain_http_does_nothing_but_redirect_to_https(actions: Any, expected: list[str]) -> None:
    assert controls("listener:Listener", protocol="HTTP", defaultActions=actions) == expected


@pytest.mark.parametrize("policy", [None, "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-2021-06"])
def test_a_policy_that_aws_does_not_recommend_is_refused(policy: str | None) -> None:
    assert controls("listener:Listener", protocol="HTTPS", sslPolicy=policy) == ["ELB.17"]


def test_a_block_may_arrive_as_a_list_of_one() -> None:
    balancer = {"subnets": ["a", "b"], "dropInvalidHeaderFields": True, "accessLogs": [{"enabled": True}]}
    assert controls("loadBalancer:LoadBalancer", **balancer) == []
