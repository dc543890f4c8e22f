"""The load balancer, by the rules, groups and targets of an embedded account."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.balancer.health import HEALTHY, UNHEALTHY
from tests.sandbox.rehearsal.conftest import Until
from tests.sandbox.rehearsal.target import Targets, Told
from tests.sandbox.rehearsal.world import DOMAIN, World


@dataclass(frozen=True)
class Bench:
    """A load balancer before an embedded account, and targets that do as they are told."""

    world: World
    balancer: Balancer
    targets: Targets

    def add(self, last: int, group: int) -> Told:
        """Serve a target at an address with this last byte, and register it with the blue (0) or the green (1) group."""
        told = self.targets.serve(f"{self.world.account.home.subnet}.{last}")
        self.world.elb.register_targets(TargetGroupArn=self.world.groups[group], Targets=[target(told)])
        return told

    def ask(
        self, path: str = "/jobs", url: str | None = None, method: str = "GET", body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        with urllib3.PoolManager(ssl_context=self.world.account.tls, retries=False, timeout=60) as pool:
            address = (url or self.balancer.production.url) + path
            return pool.request(method, address, body=body, headers={"Host": DOMAIN}, redirect=False)

    def who(self, times: int, url: str | None = None) -> Counter[str]:
        """Which targets answered so many requests."""
        return Counter(self.ask(url=url).data.decode().split()[0] for _ in range(times))


def target(told: Told) -> dict[str, Any]:
    return {"Id": told.name, "Port": 5000}


@pytest.fixture
def bench(world: World, balance: Callable[[World], Balancer], ends: ExitStack) -> Bench:
    targets = Targets()
    # They end after the load balancer.
    ends.callback(targets.end)
    return Bench(world, balance(world), targets)


def test_weights_split_the_traffic_and_are_followed_as_they_change(bench: Bench, until: Until) -> None:
    blue, green = bench.add(211, 0), bench.add(212, 1)
    until(lambda: all(HEALTHY in bench.balancer.health(group).values() for group in bench.world.groups))
    assert bench.who(20).keys() == {blue.name}
    bench.world.weigh(90, 10)
    until(lambda: list(bench.balancer.weights.values()) == [90, 10])
    answered = bench.who(300)
    assert 10 <= answered[green.name] <= 60
    bench.world.weigh(0, 100)
    until(lambda: list(bench.balancer.weights.values()) == [0, 100])
    assert bench.who(20).keys() == {green.name}
    assert bench.who(1, bench.balancer.test.url).keys() == {blue.name}
    assert bench.balancer.groups == bench.world.groups


def test_a_request_reaches_the_target_as_it_was_sent(bench: Bench, until: Until) -> None:
    blue = bench.add(211, 0)
    until(lambda: HEALTHY in bench.balancer.health(bench.world.groups[0]).values())
    said = bench.ask("/uploads?a=%2F&b=1", method="POST", body=b"x" * 70_000).data.decode()
    assert said == f"{blue.name} /uploads?a=%2F&b=1 70000"
    assert blue.headers["host"] == DOMAIN
    assert (blue.headers["x-forwarded-proto"], blue.headers["x-forwarded-port"]) == ("https", "443")
    assert blue.headers["x-forwarded-for"].startswith("127.")


def test_what_the_listeners_answer_themselves_reaches_no_target(bench: Bench, until: Until) -> None:
    blue = bench.add(211, 0)
    until(lambda: HEALTHY in bench.balancer.health(bench.world.groups[0]).values())
    for url in (bench.balancer.production.url, bench.balancer.test.url):
        assert [bench.ask(path, url).status for path in ("/metrics", "/metrics/x")] == [404, 404]
    redirect = bench.ask("/live?a=b", bench.balancer.plain.url)
    assert (redirect.status, redirect.headers["location"]) == (301, f"https://{DOMAIN}:443/live?a=b")
    assert blue.asked.keys() == {"/ready"}


def test_a_new_target_gets_nothing_before_it_passes_a_check(bench: Bench, until: Until) -> None:
    blue = bench.add(211, 0)
    until(lambda: HEALTHY in bench.balancer.health(bench.world.groups[0]).values())
    late = bench.add(213, 0)
    late.ready = 503
    until(lambda: late.asked["/ready"] >= 2)
    assert bench.who(20).keys() == {blue.name}
    late.ready = 200
    until(lambda: bench.balancer.health(bench.world.groups[0])[f"{late.name}:5000"] == HEALTHY)
    assert bench.who(20).keys() == {blue.name, late.name}


def test_an_unhealthy_target_leaves_and_a_group_of_them_alone_fails_open(bench: Bench, until: Until) -> None:
    first, second = bench.add(211, 0), bench.add(213, 0)
    until(lambda: list(bench.balancer.health(bench.world.groups[0]).values()) == [HEALTHY, HEALTHY])
    assert bench.balancer.left == []
    first.ready = 503
    until(lambda: bench.balancer.health(bench.world.groups[0])[f"{first.name}:5000"] == UNHEALTHY)
    assert [text.split(" ")[0] for text in bench.balancer.left] == [f"{first.name}:5000"]
    assert bench.who(20).keys() == {second.name}
    second.ready = 503
    until(lambda: list(bench.balancer.health(bench.world.groups[0]).values()) == [UNHEALTHY, UNHEALTHY])
    assert bench.who(20).keys() == {first.name, second.name}


def test_503_without_a_target_and_502_for_one_that_is_gone_or_hangs_up(bench: Bench, until: Until) -> None:
    assert bench.ask().status == 503
    blue = bench.add(211, 0)
    until(lambda: HEALTHY in bench.balancer.health(bench.world.groups[0]).values())
    blue.hang_up = True
    assert bench.ask().status == 502
    assert blue.asked["/jobs"] == 1
    bench.targets.stop(blue)
    assert bench.ask().status == 502
    assert bench.balancer._counters.totals[bench.world.groups[0]].refused >= 1


def test_what_a_draining_target_still_answers_arrives_and_is_cut_off_after_the_delay(
    bench: Bench, until: Until
) -> None:
    blue = bench.add(211, 0)
    until(lambda: HEALTHY in bench.balancer.health(bench.world.groups[0]).values())
    came: list[int] = []
    failed: list[Exception] = []

    def held() -> None:
        try:
            came.append(bench.ask("/held").status)
        except urllib3.exceptions.HTTPError as error:
            failed.append(error)

    first = threading.Thread(target=held)
    first.start()
    until(lambda: blue.asked["/held"] == 1)
    bench.world.elb.deregister_targets(TargetGroupArn=bench.world.groups[0], Targets=[target(blue)])
    until(lambda: not bench.balancer.health(bench.world.groups[0]))
    assert bench.ask().status == 503
    bench.targets.loop._loop.call_soon_threadsafe(blue.let_go.set)
    first.join()
    assert came == [200]
    assert bench.balancer.left == []
    bench.targets.loop._loop.call_soon_threadsafe(blue.let_go.clear)
    bench.world.elb.register_targets(TargetGroupArn=bench.world.groups[0], Targets=[target(blue)])
    until(lambda: HEALTHY in bench.balancer.health(bench.world.groups[0]).values())
    second = threading.Thread(target=held)
    second.start()
    until(lambda: blue.asked["/held"] == 2)
    bench.world.elb.deregister_targets(TargetGroupArn=bench.world.groups[0], Targets=[target(blue)])
    second.join(60)
    assert (came, len(failed)) == ([200], 1)


def test_requests_go_to_the_target_that_has_least_to_do(bench: Bench, until: Until) -> None:
    both = [bench.add(211, 0), bench.add(213, 0)]
    until(lambda: list(bench.balancer.health(bench.world.groups[0]).values()) == [HEALTHY, HEALTHY])
    thread = threading.Thread(target=bench.ask, args=("/held",))
    thread.start()
    until(lambda: sum(told.asked["/held"] for told in both) == 1)
    (free,) = (told for told in both if not told.asked["/held"])
    assert bench.who(10).keys() == {free.name}
    for told in both:
        bench.targets.loop._loop.call_soon_threadsafe(told.let_go.set)
    thread.join()
