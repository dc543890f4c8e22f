"""Requests that are executed once, so that an `up` that was killed between a creation and its record converges on the next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.test import run_wsgi_app

HEADER = "HTTP_X_SANDBOX_ONCE"


@dataclass
class _Slot:
    """One token: the lock that a duplicate waits on, and the answer once there is a successful one."""

    lock: Lock = field(default_factory=Lock)
    answer: tuple[str, list[tuple[str, str]], list[bytes]] | None = None


class Once:
    """WSGI middleware: of all requests with the same `X-Sandbox-Once: <token>`, the first to succeed (2xx) is executed.

    The others get its answer, byte for byte; one that comes while the first still runs waits for it. A failure is not
    recorded: the next request with the token is executed again. Tokens live as long as the process, as moto's state does.

    AWS offers this for some of its APIs only, as client tokens (`ClientToken` of EC2's RunInstances, `clientToken` of
    ECS's CreateService, `CreatorRequestId` of others), and most forget them after hours:
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    That the embedded cloud offers it for every request is a gap: on AWS, a killed `up` may leave a resource behind
    that Pulumi's state does not know.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self._slots: dict[str, _Slot] = {}
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        token = environ.get(HEADER)
        if not token:
            return self.app(environ, start_response)
        with self._lock:
            slot = self._slots.setdefault(token, _Slot())
        with slot.lock:
            status, headers, chunks = slot.answer or self._execute(environ)
            if status.startswith("2"):
                slot.answer = (status, headers, chunks)
        start_response(status, headers)
        return chunks

    def _execute(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], list[bytes]]:
        chunks, status, headers = run_wsgi_app(self.app, _plain(environ), buffered=True)
        return status, list(headers), list(chunks)

    def forget(self, prefix: str) -> int:
        """Drop the tokens that start with the prefix; how many there were."""
        with self._lock:
            tokens = [token for token in self._slots if token.startswith(prefix)]
            for token in tokens:
                del self._slots[token]
        return len(tokens)


def _plain(environ: WSGIEnvironment) -> dict[str, Any]:
    return {key: value for key, value in environ.items() if key != HEADER}
