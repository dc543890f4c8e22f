"""Steady load: so many requests a second of the rehearsal's clock, each of them counted with what came of it.

A request is sent when it is due, whether or not the ones before it are answered: a slow release does not slow the load down.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from sandbox.rehearsal.account import Account
from sandbox.rehearsal.balancer.alb import Listener
from sandbox.rehearsal.loop import Loop
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.scenarios import Uploads

UPLOAD = b"x" * (64 * 1024)
GIVE_UP_SECONDS = 60.0
# A request that was sent so long after it was due, in seconds of the wall, was late: this machine could not keep the rate.
LATE_SECONDS = 0.25
# As long as the load balancer keeps them: it closes no connection that a request is just sent on.
KEPT_SECONDS = 30.0
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when it was sent by the rehearsal's steady clock, its status (0: none came), the version that answered, seconds of the wall.

    `error` is why no answer came.
    """

    sent: float
    status: int
    version: str
    seconds: float
    upload: bool
    error: str = ""

    @property
    def failed(self) -> bool:
        """No answer, or none that a person wanted."""
        return self.status != 200  # noqa: PLR2004  # OK


class Load:
    """Sends requests from `start` to `end`, by the domain's name to the listener's address; `requests` has each of them.

    `late` is how many were sent late: with any, the load was not steady.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # whence, where to, how much
        self, account: Account, pace: Pace, listener: Listener, domain: str, rate: float, uploads: Uploads | None = None
    ) -> None:
        self._account, self._pace, self._listener = account, pace, listener
        self._domain, self._rate, self._uploads = domain, rate, uploads or Uploads()
        self._ended = threading.Event()
        self._loop: Loop | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []
        self.late = 0

    def start(self) -> None:
        """Send from now on."""
        self._loop = Loop("load")
        self._loop.run(self._begin())

    def end(self) -> None:
        """Send no more, and wait for the answers that are under way."""
        if self._loop is None:
            return
        loop, self._loop = self._loop, None
        loop.run(self._finish())
        loop.end()

    async def _begin(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS),
            timeout=aiohttp.ClientTimeout(total=GIVE_UP_SECONDS),
            headers={"Host": self._domain, "User-Agent": "jobr-rehearsal"},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        # A browser would send a GET again that broke; here it has failed.
        self._session._retry_connection = False  # noqa: SLF001
        self._sending = asyncio.create_task(self._send_all())

    async def _finish(self) -> None:
        self._ended.set()
        await self._sending
        await asyncio.gather(*self._under_way)
        await self._session.close()

    async def _send_all(self) -> None:
        steady, begun, number = self._pace.clock.steady, self._pace.clock.steady(), 0
        while not self._ended.is_set():
            wait = (begun + number / self._rate - steady()) / self._pace.speed
            if wait > 0:
                # Not longer, so that the end is seen.
                await asyncio.sleep(min(wait, 0.5))
                continue
            self.late += -wait > LATE_SECONDS
            task = asyncio.create_task(self._send(upload=number % self._uploads.every == 0))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            number += 1
            # One that catches up leaves the others their turn.
            await asyncio.sleep(0)

    async def _send(self, *, upload: bool) -> None:
        sent, wall = self._pace.clock.steady(), asyncio.get_running_loop().time
        begun, method, path, body = wall(), "GET", "/jobs", None
        if upload:
            method, path, body = "POST", f"/uploads?seconds={self._uploads.seconds}", UPLOAD
        status, version, error = NO_ANSWER, "", ""
        try:
            async with self._session.request(
                method,
                URL(self._listener.url + path),
                data=body,
                ssl=self._account.tls,
                server_hostname=self._domain,
                allow_redirects=False,
            ) as answer:
                await answer.read()
                status, version = answer.status, answer.headers.get("X-App-Version", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as reason:
            status, error = NO_ANSWER, f"{type(reason).__name__}: {reason}"
        self.requests.append(Request(sent, status, version, wall() - begun, upload, error))


def summary(requests: Sequence[Request]) -> dict[str, Any]:
    """What came of them: counts by status and version, failures, and the seconds that the slowest 50, 5 and 1 % took."""
    seconds = sorted(request.seconds for request in requests if not request.upload)
    return {
        "requests": len(requests),
        "failed": sum(request.failed for request in requests),
        "uploads": sum(request.upload for request in requests),
        "statuses": dict(sorted(Counter(str(request.status) for request in requests).items())),
        "versions": dict(sorted(Counter(request.version or "none" for request in requests).items())),
        **{f"p{percent}_seconds": percentile(seconds, percent) for percent in (50, 95, 99)},
    }


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The value below which so many percent of ascending ones lie; None of none."""
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 4) if ordered else None
