"""The paths of the demonstration application."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.rehearsal.application import VERSION
from sandbox.rehearsal.application.dependencies import Database, OpenAi, disk, memory
from sandbox.rehearsal.application.faults import Faults, Share

# What runtime/deployments/smoke/headers.py looks for.
SECURITY = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
}
PAGE = "<!doctype html><title>Jobr</title><h1>{title}</h1><p>Release {version}</p>"
# MAX_FILE_SIZE by default.
UPLOAD_BYTES = 5 * 1024 * 1024


class Application:
    """Answers, and counts what it answered."""

    def __init__(self, environment: Mapping[str, str], faults: Faults) -> None:
        self._environment = environment
        self._version = environment.get(VERSION, "unknown")
        self._faults = faults
        self._share = Share(faults.fail_ratio)
        self._begun = time.monotonic()
        self._answers: Counter[int] = Counter()
        self._database = Database(environment)
        self._openai = OpenAi(environment)

    def build(self) -> web.Application:
        """What aiohttp serves."""
        limit = int(self._environment.get("MAX_FILE_SIZE", UPLOAD_BYTES))
        application = web.Application(client_max_size=limit)
        application.add_routes(
            [
                web.get("/live", self._live),
                web.get("/ready", self._ready),
                web.get("/health", self._health),
                web.get("/metrics", self._metrics),
                web.get("/", self._used(self._home)),
                web.get("/jobs", self._used(self._jobs)),
                web.post("/uploads", self._used(self._upload)),
                web.post("/api/v1/auth/login", self._used(self._log_in)),
            ]
        )
        application.on_response_prepare.append(self._sign)
        application.on_cleanup.append(self._clean_up)
        return application

    async def _sign(self, _: web.Request, answer: web.StreamResponse) -> None:
        """Every answer, of an unknown path, too."""
        answer.headers.update({**SECURITY, "X-App-Version": self._version})
        self._answers[answer.status] += 1

    async def _clean_up(self, _: web.Application) -> None:
        await self._database.close()

    def _used(
        self, handle: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A path that people use: it has the faults."""

        async def answer(request: web.Request) -> web.Response:
            if self._faults.slow_seconds:
                await asyncio.sleep(self._faults.slow_seconds)
            response = await handle(request)
            if self._share.next():
                return web.json_response({"error": "this release was told to fail"}, status=500)
            return response

        return answer

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def _ready(self, _: web.Request) -> web.Response:
        ready = not self._faults.never_ready and await self._database.answers()
        return web.json_response({"status": "ready" if ready else "not ready"}, status=200 if ready else 503)

    async def _health(self, _: web.Request) -> web.Response:
        database, openai = await asyncio.gather(self._database.answers(), self._openai.answers())
        checks: dict[str, dict[str, Any]] = {
            "database": {"healthy": database},
            "external_services": {"healthy": openai},
            "memory": memory(self._environment),
            "disk": disk(),
        }
        healthy = all(check["healthy"] for check in checks.values())
        document = {
            "status": "healthy" if healthy else "degraded",
            "version": self._version,
            "uptime": round(time.monotonic() - self._begun, 3),
            "checks": checks,
        }
        return web.json_response(document, status=200 if healthy else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        lines = [f'http_requests_total{{status="{status}"}} {count}' for status, count in sorted(self._answers.items())]
        text = "\n".join(["# TYPE http_requests_total counter", *lines, ""])
        return web.Response(text=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _home(self, _: web.Request) -> web.Response:
        return self._page("Jobr")

    async def _jobs(self, _: web.Request) -> web.Response:
        return self._page("Jobs")

    def _page(self, title: str) -> web.Response:
        return web.Response(text=PAGE.format(title=title, version=self._version), content_type="text/html")

    async def _upload(self, request: web.Request) -> web.Response:
        """Takes the seconds of the query to take in what is sent, as a large file on a slow line does."""
        received = len(await request.read())
        try:
            seconds = float(request.query.get("seconds", "0"))
        except ValueError:
            raise web.HTTPBadRequest(text="seconds must be a number") from None
        await asyncio.sleep(seconds)
        return web.json_response({"received": received}, status=200)

    async def _log_in(self, request: web.Request) -> web.Response:
        """Nobody has an account here: a body that is none is the caller's mistake, any other a wrong password."""
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"error": "the body is no JSON"}, status=400)
        if not isinstance(body, dict) or not {"email", "password"} <= body.keys():
            return web.json_response({"error": "email and password are needed"}, status=422)
        return web.json_response({"error": "unknown account or wrong password"}, status=401)
