"""One request over TLS, to a load balancer by its own name, as if by the domain's: SNI, Host and the certificate's check say the domain.

The test listener has the production certificate, which is for the domain; the load balancer is reached by the name that AWS gave it,
so that the smoke tests need no DNS record of the domain and can never reach another load balancer by an old one.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import Any

from runtime.common.errors import OperationError

# A test's answer is a page or a document; what is larger is cut, and then no JSON.
MAXIMUM_BODY_BYTES = 1024 * 1024


class NoAnswerError(OperationError):
    """No answer came: the connection, its TLS or the protocol failed."""


@dataclass(frozen=True)
class Target:
    """Where to ask: the load balancer's host name, its ports, and the domain that the certificate must be for."""

    host: str
    domain: str
    https_port: int
    http_port: int


@dataclass(frozen=True)
class Reply:
    """What came back, after so many seconds. Header names are lower case; a header that stands twice is joined by a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Ask:
    """What to send."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str | None = None


def open_tls(target: Target, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    """A connection to the test listener, its certificate verified for the domain. Raises OSError (ssl.SSLError is one)."""
    plain = socket.create_connection((target.host, target.https_port), timeout=seconds)
    try:
        return context.wrap_socket(plain, server_hostname=target.domain)
    except BaseException:
        plain.close()
        raise


def ask_over_tls(
    target: Target, context: ssl.SSLContext, ask: Ask, seconds: float, steady: Callable[[], float]
) -> Reply:
    """The answer of the test listener within about so many seconds. Raises NoAnswerError."""
    connection = HTTPConnection(target.host, target.https_port, timeout=seconds)
    try:
        connection.sock = open_tls(target, context, seconds)
    except OSError as error:
        raise NoAnswerError(f"no TLS connection to {target.host}:{target.https_port}: {reason(error)}") from None
    return _exchange(connection, target, ask, steady)


def ask_in_the_clear(target: Target, ask: Ask, seconds: float, steady: Callable[[], float]) -> Reply:
    """The answer of the plain port. Raises NoAnswerError."""
    return _exchange(HTTPConnection(target.host, target.http_port, timeout=seconds), target, ask, steady)


def reason(error: Exception) -> str:
    """What a failed connection says, in one line."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"{type(error).__name__}: {error}"


def _exchange(connection: HTTPConnection, target: Target, ask: Ask, steady: Callable[[], float]) -> Reply:
    headers: dict[str, Any] = {
        "User-Agent": "jobr-smoke-test",
        "Connection": "close",
        **ask.headers,
        "Host": target.domain,
    }
    try:
        begun = steady()
        connection.request(ask.method, ask.path, body=None if ask.body is None else ask.body.encode(), headers=headers)
        answer = connection.getresponse()
        body = answer.read(MAXIMUM_BODY_BYTES)
        # A bounded read takes a connection that ends early for the end of the body.
        if answer.length and len(body) < MAXIMUM_BODY_BYTES:
            raise IncompleteRead(body, answer.length)
        return Reply(answer.status, _joined(answer.getheaders()), body, steady() - begun)
    except (OSError, HTTPException) as error:
        raise NoAnswerError(f"no answer to {ask.method} {ask.path}: {reason(error)}") from None
    finally:
        connection.close()


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return headers
