"""How the load balancer answers a request: by itself, or with what a target answers.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html has its 502, 503 and 504, and
edit-load-balancer-attributes.html that a request on a connection that a target is just closing is a 502: nothing is sent twice.
"""

import random
import time
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.rehearsal.balancer.health import Checks
from sandbox.rehearsal.balancer.rules import Fixed, Forward, Redirect
from sandbox.rehearsal.balancer.table import Table
from sandbox.rehearsal.counters import Counters

if TYPE_CHECKING:
    import asyncio

# What a target may take to accept a connection, by the page above.
CONNECT_SECONDS = 10.0
# idle_timeout.timeout_seconds, which infra/application/load_balancer.py leaves at AWS's default; of the wall, as answers are real.
IDLE_SECONDS = 60.0
# Headers that belong to one connection (RFC 9110, section 7.6.1).
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"}
)
LEAST = "least_outstanding_requests"


class Forwarder:
    """Answers the requests of all listeners. Belongs to one loop. `table` is replaced as the account changes."""

    def __init__(self, table: Table, checks: Checks, counters: Counters, seed: int) -> None:
        self.table = table
        self._checks = checks
        self._counters = counters
        self._rng = random.Random(seed)  # noqa: S311  # shares of traffic, no secret
        self._turn = count()
        self._in_flight: defaultdict[str, set[asyncio.Transport]] = defaultdict(set)
        self._session = aiohttp.ClientSession(
            # The application keeps its end longer, so that it is this end that hangs up.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        # aiohttp has no public switch for what AWS's load balancer does not do: to send a GET twice when a kept connection broke.
        self._session._retry_connection = False  # noqa: SLF001

    async def answer(self, request: web.BaseRequest, port: int) -> web.Response:
        """The answer to a request that came in on a listener, known by its port in the account."""
        host = request.headers.get("Host", "").partition(":")[0]
        rule = next((rule for rule in self.table.rules[port] if rule.holds(host, request.path)), None)
        match rule.action if rule else None:
            case Forward() as forward:
                return await self._forward(request, forward, port)
            case Redirect() as redirect:
                asked = {
                    "protocol": request.scheme,
                    "host": host,
                    "port": str(port),
                    "path": request.rel_url.raw_path,
                    "query": request.rel_url.raw_query_string,
                }
                return web.Response(status=redirect.status, headers={"Location": redirect.location(asked)})
            case Fixed() as fixed:
                return web.Response(status=fixed.status, text=fixed.body, content_type=fixed.content_type)
            case _:
                return web.Response(status=500)

    def cut(self, target: str) -> None:
        """The target's deregistration delay is over: whatever it still answers is cut off."""
        for transport in tuple(self._in_flight.pop(target, ())):
            transport.abort()

    async def end(self) -> None:
        """Hang up at every target."""
        await self._session.close()

    async def _forward(self, request: web.BaseRequest, forward: Forward, port: int) -> web.Response:
        group = self._group(forward)
        target = self._target(group) if group else None
        if group is None or target is None:
            # A group without targets is no chosen target, so its requests are not the group's.
            return self._failed(None, 503)
        transport, begun = request.transport, time.monotonic()
        if transport is not None:
            self._in_flight[target].add(transport)
        try:
            status, headers, body = await self._ask(request, target, port)
        except TimeoutError:
            return self._failed(group, 504)
        except aiohttp.ClientConnectorError:
            self._counters.refused(group)
            return self._failed(group, 502)
        except (aiohttp.ClientError, OSError):
            return self._failed(group, 502)
        finally:
            if target in self._in_flight and transport is not None:
                self._in_flight[target].discard(transport)
        self._counters.answered(group, status, time.monotonic() - begun)
        return web.Response(status=status, headers=headers, body=body)

    def _group(self, forward: Forward) -> str | None:
        weights = {group: weight for group, weight in forward.weights.items() if weight > 0}
        return self._rng.choices(list(weights), list(weights.values()))[0] if weights else None

    def _target(self, group: str) -> str | None:
        targets = self._checks.usable(group, self.table.targets[group])
        if not targets:
            return None
        first = next(self._turn) % len(targets)
        in_turn = targets[first:] + targets[:first]
        if self.table.groups[group].algorithm == LEAST:
            return min(in_turn, key=lambda target: len(self._in_flight[target]))
        return in_turn[0]

    async def _ask(self, request: web.BaseRequest, target: str, port: int) -> tuple[int, Any, bytes]:
        headers = request.headers.copy()
        for name in HOP_BY_HOP:
            headers.popall(name, None)
        came_by = [*headers.popall("X-Forwarded-For", []), request.remote or ""]
        headers["X-Forwarded-For"] = ", ".join(came_by)
        headers["X-Forwarded-Proto"], headers["X-Forwarded-Port"] = request.scheme, str(port)
        data = request.content if request.can_read_body else None
        url = URL(f"http://{target}{request.raw_path}", encoded=True)
        async with self._session.request(
            request.method, url, headers=headers, data=data, allow_redirects=False
        ) as answer:
            body = await answer.read()
            answered = answer.headers.copy()
        for name in (*HOP_BY_HOP, "content-length"):
            answered.popall(name, None)
        return answer.status, answered, body

    def _failed(self, group: str | None, status: int) -> web.Response:
        self._counters.failed(group, status)
        return web.Response(status=status)
