"""Targets without a database: each answers what it is told to, and counts what it was asked."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.rehearsal.loop import Loop


@dataclass
class Told:
    """What the target answers: `ready` is the status of /ready; `hang_up` answers nothing but closes the connection."""

    name: str
    ready: int = 200
    status: int = 200
    hang_up: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    headers: dict[str, str] = field(default_factory=dict)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)


class Targets:
    """Serves targets until `end`."""

    def __init__(self) -> None:
        self.loop = Loop("targets")
        self._runners: dict[str, web.ServerRunner] = {}

    def serve(self, address: str) -> Told:
        """A target at an address, on port 5000."""
        told = Told(address)
        self.loop.run(self._serve(told))
        return told

    def stop(self, told: Told) -> None:
        """It takes no connections from now on."""
        self.loop.run(self._runners.pop(told.name).cleanup())

    def end(self) -> None:
        for runner in tuple(self._runners.values()):
            self.loop.run(runner.cleanup())
        self.loop.end()

    async def _serve(self, told: Told) -> None:
        async def answer(request: web.BaseRequest) -> web.Response:
            told.asked[request.path] += 1
            if request.path == "/ready":
                return web.Response(status=told.ready)
            told.headers = {name.lower(): value for name, value in request.headers.items()}
            if told.hang_up and request.transport:
                request.transport.abort()
            if request.path == "/held":
                await told.let_go.wait()
            body = await request.read()
            return web.Response(status=told.status, text=f"{told.name} {request.path_qs} {len(body)}")

        runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, told.name, 5000).start()
        self._runners[told.name] = runner
