"""The client's side of PostgreSQL over TLS: whom to connect to, how to verify it, and the relay from a private socket."""

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.cloud.postgres import protocol
from sandbox.cloud.postgres.relay import pair

MODES = ("require", "verify-ca", "verify-full")
SYSTEM = "system"


class Refused(Exception):  # noqa: N818 - it is the server's or our own refusal, told to a person
    """No connection, in libpq's words."""


@dataclass(frozen=True)
class Target:
    """A server, and how much of its certificate is verified."""

    host: str
    address: str
    port: int
    mode: str
    authorities: str | None
    direct: bool

    def describe(self, why: object) -> str:
        """A failure as libpq says it."""
        return f'connection to server at "{self.host}", port {self.port} failed: {why}'

    def context(self) -> ssl.SSLContext:
        """TLS with as much verification as the mode asks for. Refused when the file of authorities cannot be read."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.set_alpn_protocols(["postgresql"])
        context.check_hostname = self.mode == "verify-full"
        if self.authorities is None:
            context.verify_mode = ssl.CERT_NONE
        elif self.authorities == SYSTEM:
            context.load_default_certs()
        else:
            try:
                context.load_verify_locations(self.authorities)
            except OSError as error:
                why = getattr(error, "reason", None) or error.strerror
                raise Refused(
                    self.describe(f'could not read root certificate file "{self.authorities}": {why}')
                ) from error
        return context


def target(settings: Mapping[str, str]) -> Target:
    """The server that libpq's settings name. Refused for several hosts, bad values and modes that allow plaintext."""
    host = settings.get("host") or settings["hostaddr"]
    port, mode = settings.get("port", "5432"), settings.get("sslmode", "prefer")
    root = settings.get("sslrootcert") or str(Path.home() / ".postgresql" / "root.crt")
    if "," in host + port:
        raise Refused(f'the embedded cloud\'s client takes one host, not "{host}"')
    if not port.isdigit():
        raise Refused(f'invalid integer value "{port}" for connection option "port"')
    if mode not in MODES:
        raise Refused(
            f'connection to server at "{host}", port {port} failed: FATAL:  no pg_hba.conf entry for a client '
            f'with sslmode "{mode}", no encryption: set PGSSLMODE=verify-full and PGSSLROOTCERT'
        )
    if root == SYSTEM and mode != "verify-full":
        raise Refused(f'weak sslmode "{mode}" may not be used with sslrootcert=system (use "verify-full")')
    known = root == SYSTEM or Path(root).exists()
    if not known and mode != "require":
        raise Refused(
            f'connection to server at "{host}", port {port} failed: root certificate file "{root}" does not exist\n'
            "Either provide the file, use the system's trusted roots with sslrootcert=system, "
            "or change sslmode to disable server certificate verification."
        )
    # With a file of authorities, libpq verifies the chain in mode "require" too.
    authorities = root if known else None
    direct = settings.get("sslnegotiation") == "direct"
    return Target(host, settings.get("hostaddr") or host, int(port), mode, authorities, direct)


def check(server: Target) -> None:
    """Connect and verify once, for an error that a person sees. Refused says what is wrong."""
    context = server.context()
    try:
        with (
            socket.create_connection((server.address, server.port)) as connection,
            context.wrap_socket(_asked(connection, server), server_hostname=server.host),
        ):
            pass
    except (OSError, ssl.CertificateError) as error:
        raise Refused(server.describe(_reason(error, server))) from error


def listen(path: Path) -> socket.socket:
    """A socket at the path; its folder keeps others out."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    return listener


def relay(listener: socket.socket, server: Target, ended: int, folder: Path) -> None:
    """Relay every connection to the server, until the pipe `ended` says that the program has ended; then remove the folder."""
    try:
        asyncio.run(_relay(listener, server, ended))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _relay(listener: socket.socket, server: Target, ended: int) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(ended, over.set)
    listener.setblocking(False)
    tasks: set[asyncio.Task[None]] = set()

    async def accept() -> None:
        while True:
            client, _ = await loop.sock_accept(listener)
            task = loop.create_task(_forward(client, server))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    accepting = loop.create_task(accept())
    await over.wait()
    loop.remove_reader(ended)
    os.close(ended)
    for task in (accepting, *tasks):
        task.cancel()
    await asyncio.gather(accepting, *tasks, return_exceptions=True)


async def _forward(client: socket.socket, server: Target) -> None:
    loop = asyncio.get_running_loop()
    inside, outside = pair()
    with client:
        try:
            connection = await loop.run_in_executor(None, socket.create_connection, (server.address, server.port))
            connection = await loop.run_in_executor(None, _asked, connection, server)
            connection.setblocking(False)
            await loop.create_connection(
                lambda: outside, sock=connection, ssl=server.context(), server_hostname=server.host
            )
        except (OSError, ssl.CertificateError) as error:
            with contextlib.suppress(OSError):
                await loop.sock_sendall(client, protocol.fatal("08006", server.describe(_reason(error, server))))
            return
        await loop.connect_accepted_socket(lambda: inside, client)
        await asyncio.gather(inside.closed, outside.closed)


def _asked(connection: socket.socket, server: Target) -> socket.socket:
    """The connection, after the server agreed to TLS."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not server.direct:
        connection.sendall(protocol.ssl_request())
        answer = connection.recv(1)
        if answer != b"S":
            connection.close()
            raise OSError("server does not support SSL, but SSL was required" if answer == b"N" else "server closed it")
    return connection


def _reason(error: Exception, server: Target) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        if "mismatch" in error.verify_message or "not valid for" in error.verify_message:
            return f'server certificate does not match host name "{server.host}"'
        return f"SSL error: certificate verify failed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"SSL error: {error.reason or error}"
    if isinstance(error, ConnectionRefusedError):
        return "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?"
    if isinstance(error, socket.gaierror):
        return f'could not translate host name "{server.address}" to address: {error.strerror}'
    return str(getattr(error, "strerror", None) or error)
