"""The HTTPS listener: threaded, with connections that are kept, so that a client pays for one TLS handshake and not for one per call."""

import json
import re
import socket
import ssl
import traceback
from collections.abc import Iterable
from html import escape
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast
from wsgiref.types import WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.test import run_wsgi_app

HANDSHAKE_SECONDS = 10
# A connection that is silent for this long is closed.
IDLE_SECONDS = 120.0
# With an HTML page, these are Flask's answers where moto has no such API.
NO_ROUTE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


class Handler(MotoRequestHandler):
    """One connection. Requests and answers are read and written whole: moto holds them in memory anyway."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    # Without it, header and body in two packets wait 40 ms for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request, then leave the connection open for the next."""
        environ = self.make_environ()
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit():
            self.close_connection = True
            self._answer(400, "Bad Request", [], f"Content-Length is no number: {length[:20]!r}".encode())
            return
        stream = environ["wsgi.input"]
        body = _read(stream, None if environ.pop("HTTP_TRANSFER_ENCODING", None) else int(length))
        environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True})
        self.environ = environ
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
            code, _, reason = status.partition(" ")
            answer = (int(code), reason, list(headers), b"".join(chunks))
            if answer[0] in NO_ROUTE and answer[3].startswith(b"<!doctype html>"):
                answer = failure(environ, NotImplementedError("it has no route for the path"))
        except Exception as error:  # noqa: BLE001 - whatever an API of moto raises must become an answer, as on AWS
            self.log("error", "%s", traceback.format_exc())
            answer = failure(environ, error)
        self._answer(*answer)

    def _answer(self, code: int, reason: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.send_response(code, reason)
        bodiless = self.command == "HEAD" or code in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        names = set()
        for name, value in headers:
            if name.lower() in {"connection", "transfer-encoding"} or (
                not bodiless and name.lower() == "content-length"
            ):
                continue
            names.add(name.lower())
            self.send_header(name, value)
        if not bodiless:
            self.send_header("Content-Length", str(len(body)))
        elif self.command == "HEAD" and "content-length" not in names:
            self.send_header("Content-Length", "0")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless:
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line for an answer that is an error; the rest would bury it."""
        del size
        if str(code) >= "400":
            action = self.headers.get("X-Amz-Target", "")
            self.log("info", '"%s %s %s" %s', self.command, self.path.translate(self._control_char_table), action, code)


class Server(ThreadedWSGIServer):
    """Listens with TLS; every handshake runs in its connection's own thread, so one that is stuck holds up no other."""

    def __init__(self, listener: socket.socket, app: WSGIApplication, context: ssl.SSLContext) -> None:
        address, port = listener.getsockname()
        super().__init__(address, port, app, Handler, fd=listener.fileno())
        # Set afterwards: the base class would do each handshake in the thread that accepts.
        self.ssl_context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands, then serve the connection until it ends."""
        context = cast("ssl.SSLContext", self.ssl_context)
        request.settimeout(HANDSHAKE_SECONDS)
        try:
            connection = context.wrap_socket(request, server_side=True)
        except OSError as error:
            self.log("info", "a client at %s gave up its TLS handshake: %s", client_address[0], error)
            return
        try:
            super().finish_request(connection, client_address)
        finally:
            # wrap_socket took the descriptor over: the caller's own close would leave it open.
            connection.close()


def failure(environ: WSGIEnvironment, error: Exception) -> tuple[int, str, list[tuple[str, str]], bytes]:
    """Status, reason, headers and body of the answer to a request that moto could not serve, in the protocol of the request.

    What moto lacks is answered with 501, which no SDK retries; any other error with 500.
    """
    lacks = isinstance(error, NotImplementedError)
    code = HTTPStatus.NOT_IMPLEMENTED if lacks else HTTPStatus.INTERNAL_SERVER_ERROR
    what = environ.get("HTTP_X_AMZ_TARGET") or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    reason = f"lacks this API ({what}): {error}" if lacks else f"failed at {what}: {type(error).__name__}: {error}"
    message = f"The embedded cloud {reason}"
    kind = "NotImplemented" if lacks else "InternalFailure"
    # The services whose paths start with a date (Lambda among them) speak JSON, also where a request has no body.
    dated = re.match(r"/\d{4}-\d\d-\d\d/", environ["PATH_INFO"])
    wants_json = dated or "HTTP_X_AMZ_TARGET" in environ or "json" in environ.get("CONTENT_TYPE", "")
    if wants_json:
        body = json.dumps({"__type": kind, "message": message})
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", kind)]
    else:
        body = f"<ErrorResponse><Error><Code>{kind}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
        headers = [("Content-Type", "text/xml"), ("x-amzn-ErrorType", kind)]
    return code.value, code.phrase, headers, body.encode()


def _read(stream: Any, length: int | None) -> bytes:
    body: bytes = stream.read() if length is None else stream.read(length)
    if length is not None and len(body) < length:
        raise ConnectionResetError("the client went away in the middle of a request")
    return body
