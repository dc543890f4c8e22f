"""A green of one's own: real TLS on loopback, answers as data, and time that passes only when an answer takes some."""

import ssl
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from runtime.common.clock import Clock, Deadline
from runtime.deployments.smoke.requests import Target
from runtime.deployments.smoke.run import Runner

DOMAIN = "jobr.example"
DIGEST = f"sha256:{'a1' * 32}"
SECURE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HEALTH = (
    '{"status": "degraded", "version": "%s", "uptime": 12.5, "checks": {"database": {"healthy": true},'
    ' "external_services": {"healthy": false}, "memory": {"healthy": true}, "disk": {"healthy": true}}}'
)


@dataclass
class Reply:
    """What green answers, and after how many seconds of the test's clock."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.01


def good_replies() -> dict[str, list[Reply]]:
    """What the suite of this project asks for. A list is served one by one, and its last one for ever."""
    version = {**SECURE, "X-App-Version": DIGEST}
    return {
        "/live": [Reply(headers=version)],
        "/ready": [Reply(headers=version)],
        "/health": [Reply(503, SECURE, HEALTH % DIGEST)],
        "/metrics": [Reply(404, SECURE)],
        "/.well-known/jobr-smoke-test": [Reply(404, SECURE)],
        "/api/v1/auth/login": [Reply(400, SECURE)],
    }


@dataclass
class Green:
    """Both listeners, and what was asked of them: method, path, Host and body."""

    replies: dict[str, list[Reply]] = field(default_factory=good_replies)
    location: str = f"https://{DOMAIN}:443/live"
    redirect_status: int = 301
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    seconds: float = 0.0
    pauses: list[float] = field(default_factory=list)
    https_port: int = 0
    http_port: int = 0

    def clock(self) -> Clock:
        """The test's clock."""
        return Clock(now=lambda: datetime.now(UTC), steady=lambda: self.seconds)

    def target(self, domain: str = DOMAIN) -> Target:
        """Where it is."""
        return Target("127.0.0.1", domain, self.https_port, self.http_port)

    def runner(self, authority: str | None, domain: str = DOMAIN) -> Runner:
        """What runs a suite against it."""
        clock = self.clock()
        return Runner(self.target(domain), authority, clock, Deadline.never(clock), self.pauses.append)


@contextmanager
def running(certificate: Path, key: Path, *, old: bool = False) -> Iterator[Green]:
    """A green whose test listener has this certificate; `old` lets it speak TLS 1.0 and 1.1 as well."""
    green = Green()
    context = _context(green, certificate, key, old=old)
    with ExitStack() as stack:
        green.https_port = stack.enter_context(_served(_handler(green, _answer), context))
        green.http_port = stack.enter_context(_served(_handler(green, _redirect), None))
        yield green


def _context(green: Green, certificate: Path, key: Path, *, old: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_servername_callback(lambda _socket, name, _context: green.names.append(name))
    if old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None) -> Iterator[int]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request: Any, client_address: Any) -> None:
            # The handshake belongs to the request's thread: one that fails must not end the server.
            handler(context.wrap_socket(request, server_side=True) if context else request, client_address, self)

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(green: Green, answer: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            green.asked.append((self.command, self.path, self.headers["Host"], body))
            reply = answer(green, self.path)
            green.seconds += reply.seconds
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.close_connection = True
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

    return Handler


def _answer(green: Green, path: str) -> Reply:
    replies = green.replies.get(path, [Reply(500)])
    return replies.pop(0) if len(replies) > 1 else replies[0]


def _redirect(green: Green, _path: str) -> Reply:
    return Reply(green.redirect_status, {"Location": green.location})


def count(asked: list[tuple[str, str, str, str]]) -> dict[str, int]:
    """How often each path was asked."""
    counted: dict[str, int] = defaultdict(int)
    for _, path, _, _ in asked:
        counted[path] += 1
    return counted
