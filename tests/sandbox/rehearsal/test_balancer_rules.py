"""The load balancer's rules and thresholds, without an account."""

import re

import pytest

from sandbox.rehearsal.balancer.health import HEALTHY, INITIAL, UNHEALTHY, Health
from sandbox.rehearsal.balancer.rules import Forward, Redirect, read
from sandbox.rehearsal.balancer.table import Group, _statuses
from sandbox.rehearsal.errors import RehearsalError
from tests.sandbox.rehearsal.world import DOMAIN


def test_thresholds_count_checks_in_a_row_and_the_first_that_passes_is_enough_for_a_new_target() -> None:
    group = Group("x", "/ready", 15, 5, healthy=2, unhealthy=3, statuses=(range(200, 201),), drain=30, algorithm="")
    health = Health()
    states = []
    for passed in (False, True, False, False, True, False, False, False, True, False, True, True):
        health.take(group, passed=passed)
        states.append(health.state)
    assert states == [INITIAL, *[HEALTHY] * 6, *[UNHEALTHY] * 4, HEALTHY]


def test_a_matcher_may_be_a_list_of_ranges() -> None:
    assert _statuses("200,300-302") == [range(200, 201), range(300, 303)]


def test_rules_are_tried_by_priority_and_their_conditions_are_all_met() -> None:
    to_name = {"Type": "redirect", "RedirectConfig": {"Host": DOMAIN, "StatusCode": "HTTP_301"}}
    forward = {"Type": "forward", "TargetGroupArn": "blue"}
    path = {"Field": "path-pattern", "Values": ["/a?c/*"]}
    host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.Example.com"]}}
    rules = read(
        [
            {"RuleArn": "last", "Priority": "default", "IsDefault": True, "Conditions": [], "Actions": [forward]},
            {"RuleArn": "second", "Priority": "100", "Conditions": [path], "Actions": [forward]},
            {"RuleArn": "first", "Priority": "20", "Conditions": [path, host], "Actions": [to_name]},
        ]
    )

    def met(host: str, path: str) -> str:
        return next(rule.arn for rule in rules if rule.holds(host, path))

    assert met("www.example.COM", "/abc/") == "first"
    assert met("example.com", "/abc/") == "second"
    assert met("www.example.com", "/ABC/") == "last"
    assert isinstance(rules[1].action, Forward)
    assert isinstance(rules[0].action, Redirect)
    asked = {"protocol": "https", "host": "www.example.com", "port": "443", "path": "/abc/", "query": "q=1"}
    assert rules[0].action.location(asked) == f"https://{DOMAIN}:443/abc/?q=1"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"Conditions": [{"Field": "source-ip", "Values": ["10.0.0.0/8"]}], "Actions": []}, "source-ip"),
        ({"Conditions": [], "Actions": [{"Type": "authenticate-oidc"}]}, "authenticate-oidc"),
    ],
)
def test_a_rule_that_it_cannot_follow_is_an_error_and_never_ignored(rule: dict[str, object], said: str) -> None:
    with pytest.raises(RehearsalError, match=re.escape(said)):
        read([{"RuleArn": "r", "Priority": "1", **rule}])
