"""Stand-ins for OpenAI, Stripe and SendGrid: they answer the gate's and the application's questions, and can be down.

Each has a port of its own on one address, with a certificate of the home's authority. What is known of a key here is its kind alone.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from runtime.deployments.gate import third_parties as gate
from sandbox.cloud.certificates import issue
from sandbox.home import Home
from sandbox.rehearsal.loop import Loop

ADDRESS = 242
# What is still asked at the end is cut off; 0 would be for ever to aiohttp.
END_SECONDS = 0.1
UNAVAILABLE = "down for a rehearsal"


@dataclass(frozen=True)
class Party:
    """A third party: its name here, the one path that it answers, what its keys begin with, and what it answers."""

    name: str
    path: str
    keys: tuple[str, ...]
    document: Mapping[str, object]


PARTIES = (
    Party("openai", gate.OPENAI.path, ("sk-",), {"object": "list", "data": [{"id": "gpt-4-turbo", "object": "model"}]}),
    Party(
        "stripe",
        gate.STRIPE.path,
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_"),
        {"object": "balance", "available": [], "livemode": False, "pending": []},
    ),
    Party("sendgrid", gate.SENDGRID.path, ("SG.",), {"scopes": ["mail.send"]}),
)


class ThirdParties:
    """Serves until `end`. Parties whose names are in `down` answer 503, and `refuse` has one refuse connections."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._address = f"{home.subnet}.{ADDRESS}"
        self._tls = _tls(home, self._address)
        self._loop = Loop("third parties")
        self._runners: dict[str, web.ServerRunner] = {}
        self._ports: dict[str, int] = {}
        self.down: set[str] = set()
        for party in PARTIES:
            self.accept(party.name)

    @property
    def urls(self) -> dict[str, str]:
        """Where they are, as the gate's variables (runtime/deployments/gate/settings.py)."""
        return {f"{name.upper()}_URL": self.url(name) for name in self._ports}

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to ask OpenAI here, as OpenAI's own client calls it, and to trust the answer."""
        authority = str(self._home.certificate_authority)
        return {"OPENAI_BASE_URL": f"{self.url('openai')}/v1", "SSL_CERT_FILE": authority}

    def url(self, name: str) -> str:
        """Where a party is."""
        return f"https://{self._address}:{self._ports[name]}"

    def refuse(self, name: str) -> None:
        """Connections to the party are refused from now on."""
        if name in self._runners:
            self._loop.run(self._runners.pop(name).cleanup())

    def accept(self, name: str) -> None:
        """The party is there (again), where it was."""
        if name not in self._runners:
            party = next(party for party in PARTIES if party.name == name)
            self._loop.run(self._serve(party))

    def end(self) -> None:
        """Serve no more."""
        for name in tuple(self._runners):
            self.refuse(name)
        self._loop.end()

    async def _serve(self, party: Party) -> None:
        runner = web.ServerRunner(web.Server(self._handler(party), access_log=None), shutdown_timeout=END_SECONDS)
        await runner.setup()
        site = web.TCPSite(
            runner, self._address, self._ports.get(party.name, 0), ssl_context=self._tls, reuse_address=True
        )
        await site.start()
        self._ports[party.name] = runner.addresses[0][1]
        self._runners[party.name] = runner

    def _handler(self, party: Party) -> Callable[[web.BaseRequest], Awaitable[web.Response]]:
        async def answer(request: web.BaseRequest) -> web.Response:
            if party.name in self.down:
                return web.json_response({"error": {"message": UNAVAILABLE}}, status=503)
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not key.startswith(party.keys):
                return web.json_response({"error": {"message": "the key is none of ours"}}, status=401)
            if (request.method, request.path) != ("GET", party.path):
                return web.json_response({"error": {"message": "unknown path"}}, status=404)
            return web.json_response(dict(party.document))

        return answer


def _tls(home: Home, address: str) -> ssl.SSLContext:
    certificate, key = issue(home, "third-parties", addresses=[address])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
