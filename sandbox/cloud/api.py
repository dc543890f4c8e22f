"""The calls of the sandbox itself, under /sandbox/. They are unsigned, so a bucket named "sandbox" is still reached by signed ones."""

import json
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox.cloud.once import Once


class SandboxCalls:
    """WSGI middleware that answers `GET /sandbox/status` and `POST /sandbox/forget`, and passes all else on."""

    def __init__(self, app: Once, identity: dict[str, Any]) -> None:
        self.app = app
        self.identity = identity

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if not path.startswith("/sandbox/") or "HTTP_AUTHORIZATION" in environ:
            return self.app(environ, start_response)
        match environ["REQUEST_METHOD"], path:
            case "GET", "/sandbox/status":
                status, answer = "200 OK", self._status()
            case "POST", "/sandbox/forget":
                status, answer = self._forget(environ)
            case method, _:
                status, answer = "404 Not Found", {"message": f"the sandbox has no call {method} {path}"}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def _status(self) -> dict[str, Any]:
        """The random identity of this run, its process id and its uptime in seconds."""
        return self.identity | {"uptime": time.time() - self.identity["started"]}

    def _forget(self, environ: WSGIEnvironment) -> tuple[str, dict[str, Any]]:
        try:
            prefix = json.loads(environ["wsgi.input"].read())["prefix"]
        except (ValueError, KeyError, TypeError):
            return "400 Bad Request", {"message": 'the body must be JSON such as {"prefix": "stack/"}'}
        if not isinstance(prefix, str):
            return "400 Bad Request", {"message": "the prefix must be a string"}
        return "200 OK", {"forgotten": self.app.forget(prefix)}
