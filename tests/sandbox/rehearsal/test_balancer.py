"""The load balancer, by the rules, groups and targets of an embedded account."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import pytest
import urllib3

from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.balancer.health import HEALTHY, INITIAL, UNHEALTHY, Health
from sandbox.rehearsal.balancer.rules import Forward, Redirect, read
from sandbox.rehearsal.balancer.table import Group, _statuses
from sandbox.rehearsal.errors import RehearsalError
from tests.sandbox.rehearsal.conftest import Until
from tests.sandbox.rehearsal.target import Targets, Told
from tests.sandbox.rehearsal.world import DOMAIN, World

Ask = Callable[..., urllib3.BaseHTTPResponse]


@pytest.fixture
def targets(ends: ExitStack) -> Targets:
    made = Targets()
    ends.callback(made.end)
    return made


@pytest.fixture
def balancer(world: World, balance: Callable[[World], Balancer], targets: Targets) -> Balancer:
    del targets  # They end after the load balancer.
    return balance(world)


@pytest.fixture
def ask(balancer: Balancer, account: Account) -> Ask:
    pool = urllib3.PoolManager(ssl_context=account.tls, retries=False, timeout=60)

    def ask(
        path: str = "/jobs", url: str | None = None, method: str = "GET", **more: object
    ) -> urllib3.BaseHTTPResponse:
        headers = {"Host": DOMAIN}
        return pool.request(method, (url or balancer.production.url) + path, headers=headers, redirect=False, **more)

    return ask


@pytest.fixture
def add(world: World, targets: Targets, account: Account) -> Callable[[int, int], Told]:
    """Serve a target at an address with this last byte, and register it with the blue (0) or the green (1) group."""

    def add(last: int, group: int) -> Told:
        told = targets.serve(f"{account.home.subnet}.{last}")
        world.elb.register_targets(TargetGroupArn=world.groups[group], Targets=[{"Id": told.name, "Port": 5000}])
        return told

    return add


def test_weights_split_the_traffic_and_are_followed_as_they_change(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], until: Until
) -> None:
    blue, green = add(211, 0), add(212, 1)
    until(lambda: all(HEALTHY in balancer.health(group).values() for group in world.groups))
    assert {ask().data.decode().split()[0] for _ in range(20)} == {blue.name}
    world.weigh(90, 10)
    until(lambda: list(balancer.weights.values()) == [90, 10])
    answered = Counter(ask().data.decode().split()[0] for _ in range(300))
    assert 10 <= answered[green.name] <= 60
    world.weigh(0, 100)
    until(lambda: list(balancer.weights.values()) == [0, 100])
    assert {ask().data.decode().split()[0] for _ in range(20)} == {green.name}
    assert ask(url=balancer.test.url).data.decode().split()[0] == blue.name
    assert balancer.groups == world.groups


def test_a_request_reaches_the_target_as_it_was_sent(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], until: Until
) -> None:
    blue = add(211, 0)
    until(lambda: HEALTHY in balancer.health(world.groups[0]).values())
    said = ask("/uploads?a=%2F&b=1", method="POST", body=b"x" * 70_000).data.decode()
    assert said == f"{blue.name} /uploads?a=%2F&b=1 70000"
    assert blue.headers["host"] == DOMAIN
    assert (blue.headers["x-forwarded-proto"], blue.headers["x-forwarded-port"]) == ("https", "443")
    assert blue.headers["x-forwarded-for"].startswith("127.")


def test_what_the_listeners_answer_themselves_reaches_no_target(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], until: Until
) -> None:
    blue = add(211, 0)
    until(lambda: HEALTHY in balancer.health(world.groups[0]).values())
    for url in (balancer.production.url, balancer.test.url):
        assert [ask(path, url).status for path in ("/metrics", "/metrics/x")] == [404, 404]
    redirect = ask("/live?a=b", balancer.plain.url)
    assert (redirect.status, redirect.headers["location"]) == (301, f"https://{DOMAIN}:443/live?a=b")
    assert blue.asked.keys() == {"/ready"}


def test_a_new_target_gets_nothing_before_it_passes_a_check(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], until: Until
) -> None:
    blue = add(211, 0)
    until(lambda: HEALTHY in balancer.health(world.groups[0]).values())
    late = add(213, 0)
    late.ready = 503
    until(lambda: late.asked["/ready"] >= 2)
    assert {ask().data.decode().split()[0] for _ in range(20)} == {blue.name}
    late.ready = 200
    until(lambda: balancer.health(world.groups[0])[f"{late.name}:5000"] == HEALTHY)
    assert {ask().data.decode().split()[0] for _ in range(20)} == {blue.name, late.name}


def test_an_unhealthy_target_leaves_and_a_group_of_them_alone_fails_open(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], until: Until
) -> None:
    first, second = add(211, 0), add(213, 0)
    until(lambda: list(balancer.health(world.groups[0]).values()) == [HEALTHY, HEALTHY])
    assert balancer.left == []
    first.ready = 503
    until(lambda: balancer.health(world.groups[0])[f"{first.name}:5000"] == UNHEALTHY)
    assert [text.split(" ")[0] for text in balancer.left] == [f"{first.name}:5000"]
    assert {ask().data.decode().split()[0] for _ in range(20)} == {second.name}
    second.ready = 503
    until(lambda: list(balancer.health(world.groups[0]).values()) == [UNHEALTHY, UNHEALTHY])
    assert {ask().data.decode().split()[0] for _ in range(20)} == {first.name, second.name}


def test_503_without_a_target_and_502_for_one_that_is_gone_or_hangs_up(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], targets: Targets, until: Until
) -> None:
    assert ask().status == 503
    blue = add(211, 0)
    until(lambda: HEALTHY in balancer.health(world.groups[0]).values())
    blue.hang_up = True
    assert ask().status == 502
    assert blue.asked["/jobs"] == 1
    targets.stop(blue)
    assert ask().status == 502
    assert balancer._counters.totals[world.groups[0]].refused >= 1


def test_what_a_draining_target_still_answers_arrives_and_is_cut_off_after_the_delay(
    world: World,
    balancer: Balancer,
    ask: Ask,
    add: Callable[[int, int], Told],
    targets: Targets,
    until: Until,
) -> None:
    blue = add(211, 0)
    until(lambda: HEALTHY in balancer.health(world.groups[0]).values())
    came: list[int] = []
    failed: list[Exception] = []

    def held() -> None:
        try:
            came.append(ask("/held").status)
        except urllib3.exceptions.HTTPError as error:
            failed.append(error)

    first = threading.Thread(target=held)
    first.start()
    until(lambda: blue.asked["/held"] == 1)
    world.elb.deregister_targets(TargetGroupArn=world.groups[0], Targets=[{"Id": blue.name, "Port": 5000}])
    until(lambda: not balancer.health(world.groups[0]))
    assert ask().status == 503
    targets.loop._loop.call_soon_threadsafe(blue.let_go.set)
    first.join()
    assert came == [200]
    assert balancer.left == []
    targets.loop._loop.call_soon_threadsafe(blue.let_go.clear)
    world.elb.register_targets(TargetGroupArn=world.groups[0], Targets=[{"Id": blue.name, "Port": 5000}])
    until(lambda: HEALTHY in balancer.health(world.groups[0]).values())
    second = threading.Thread(target=held)
    second.start()
    until(lambda: blue.asked["/held"] == 2)
    world.elb.deregister_targets(TargetGroupArn=world.groups[0], Targets=[{"Id": blue.name, "Port": 5000}])
    second.join(60)
    assert (came, len(failed)) == ([200], 1)


def test_requests_go_to_the_target_that_has_least_to_do(
    world: World, balancer: Balancer, ask: Ask, add: Callable[[int, int], Told], targets: Targets, until: Until
) -> None:
    both = [add(211, 0), add(213, 0)]
    until(lambda: list(balancer.health(world.groups[0]).values()) == [HEALTHY, HEALTHY])
    thread = threading.Thread(target=ask, args=("/held",))
    thread.start()
    until(lambda: sum(told.asked["/held"] for told in both) == 1)
    (free,) = (told for told in both if not told.asked["/held"])
    assert {ask().data.decode().split()[0] for _ in range(10)} == {free.name}
    for told in both:
        targets.loop._loop.call_soon_threadsafe(told.let_go.set)
    thread.join()


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
