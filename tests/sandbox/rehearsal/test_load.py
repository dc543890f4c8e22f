"""The load generator: steady, and honest about what came of each request."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from aiohttp import web

from sandbox.cloud.certificates import issue
from sandbox.home import Home
from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer.alb import Listener
from sandbox.rehearsal.load import Load, Request, percentile, summary
from sandbox.rehearsal.loop import Loop
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.scenarios import Uploads
from tests.sandbox.rehearsal.conftest import Until
from tests.sandbox.rehearsal.world import DOMAIN

Answer = Callable[[web.BaseRequest], web.Response]


class Served:
    """An HTTPS server, without a cloud; it answers by `answer` and keeps what it was asked."""

    def __init__(self, home: Home) -> None:
        self.asked: list[tuple[str, str, str, int]] = []
        self.status = 200
        self.hang_up = False
        self._home = home
        self._loop = Loop("served")
        self.listener = self._loop.run(self._serve())

    def end(self) -> None:
        self._loop.run(self._runner.cleanup())
        self._loop.end()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        self.asked.append((request.method, request.path_qs, request.headers["Host"], len(body)))
        if self.hang_up and request.transport:
            request.transport.abort()
        return web.Response(status=self.status, headers={"X-App-Version": "one"})

    async def _serve(self) -> Listener:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*issue(self._home, "served", dns_names=[DOMAIN]))
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        return Listener("https", "127.0.0.1", self._runner.addresses[0][1])


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("load"))


@pytest.fixture
def served(home: Home, ends: ExitStack) -> Served:
    made = Served(home)
    ends.callback(made.end)
    return made


@pytest.fixture
def make(home: Home, served: Served, ends: ExitStack) -> Callable[..., Load]:
    def make(speed: float = 10.0, rate: float = 10.0, uploads: Uploads | None = None) -> Load:
        load = Load(Account(home), Pace.of(speed), served.listener, DOMAIN, rate, uploads)
        ends.callback(load.end)
        return load

    return make


def test_requests_are_sent_at_the_clocks_rate_by_the_domains_name(
    make: Callable[..., Load], served: Served, until: Until
) -> None:
    load = make(speed=10.0, rate=10.0)
    load.start()
    until(lambda: len(load.requests) >= 120)
    load.end()
    assert len(load.requests) == len(served.asked)
    assert {(method, path, host) for method, path, host, _ in served.asked if method == "GET"} == {
        ("GET", "/jobs", DOMAIN)
    }
    sent = sorted(request.sent for request in load.requests)
    # It never runs ahead of its rate, and it says when it fell behind.
    assert all(moment - sent[0] >= number / 10.0 - 0.05 for number, moment in enumerate(sent))
    assert load.late == 0 or sent[-1] - sent[0] > len(sent) / 10.0


def test_a_share_of_the_requests_are_uploads(make: Callable[..., Load], served: Served, until: Until) -> None:
    load = make(uploads=Uploads(every=5, seconds=0.25))
    load.start()
    until(lambda: len(load.requests) >= 20)
    load.end()
    uploads = [asked for asked in served.asked if asked[0] == "POST"]
    assert len(uploads) == sum(request.upload for request in load.requests) == -(-len(load.requests) // 5)
    assert set(uploads) == {("POST", "/uploads?seconds=0.25", DOMAIN, 64 * 1024)}


def test_every_failure_is_counted_and_none_ends_the_load(
    make: Callable[..., Load], served: Served, until: Until
) -> None:
    load = make()
    load.start()
    until(lambda: len(load.requests) >= 5)
    served.status = 503
    until(lambda: any(request.status == 503 for request in load.requests))
    served.hang_up = True
    until(lambda: any(request.status == 0 for request in load.requests))
    served.hang_up, served.status = False, 200
    known = len(load.requests)
    until(lambda: any(request.status == 200 for request in load.requests[known:]))
    load.end()
    broken = [request for request in load.requests if request.status == 0]
    assert all(request.failed and request.error and not request.version for request in broken)
    assert {request.version for request in load.requests if request.status} == {"one"}
    # None was sent twice, which would hide a failure.
    assert len(served.asked) == len(load.requests)


def test_a_load_that_falls_behind_says_so(make: Callable[..., Load], until: Until) -> None:
    load = make(speed=1.0, rate=1_000_000.0)
    load.start()
    until(lambda: load.late > 0)
    load.end()
    assert load.late <= len(load.requests)


def test_one_that_was_never_started_ends(make: Callable[..., Load]) -> None:
    load = make()
    load.end()
    assert (load.requests, load.late) == ([], 0)


def test_a_summary_counts_by_status_and_version_and_leaves_uploads_out_of_the_times() -> None:
    requests = [Request(float(number), 200, "one", number / 100, upload=False) for number in range(100)]
    requests += [Request(0.0, 0, "", 9.0, upload=True), Request(0.0, 500, "two", 0.0, upload=False)]
    found = summary(requests)
    assert (found["requests"], found["failed"], found["uploads"]) == (102, 2, 1)
    assert found["statuses"] == {"0": 1, "200": 100, "500": 1}
    assert found["versions"] == {"none": 1, "one": 100, "two": 1}
    assert (found["p50_seconds"], found["p99_seconds"]) == (0.49, 0.98)


def test_a_percentile_of_nothing_is_none() -> None:
    assert percentile([], 99) is None
    assert percentile([1.0], 99) == 1.0
