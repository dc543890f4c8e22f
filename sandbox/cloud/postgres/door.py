"""The TLS door before a PostgreSQL that has no TLS of its own: it listens at the instance's address and port."""

import asyncio
import contextlib
import errno
import socket
import ssl
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.cloud.errors import CloudError
from sandbox.cloud.postgres import protocol
from sandbox.cloud.postgres.relay import pair
from sandbox.cloud.server import port_holder

BACKLOG = 512
# PostgreSQL's authentication_timeout: a client that has said nothing by then is dropped.
PATIENCE_SECONDS = 60.0
HANDSHAKE_SECONDS = 15.0


class Loop:
    """The event loop of all doors, in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="database doors", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine there and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        """End the thread; close every door before."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@dataclass(frozen=True)
class Place:
    """Where a door is: the instance's name for messages, its address and its port."""

    instance: str
    address: str
    port: int


class Door:
    """Clients with TLS come in; those without are refused as by RDS's rds.force_ssl, unless that is off.

    `reserve` takes address and port without answering yet, `open` lets clients in, `close` refuses and disconnects all.
    """

    def __init__(self, loop: Loop, place: Place, certificate: Path, key: Path) -> None:
        self.place = place
        self.force_ssl = True
        self._loop = loop
        self._context = tls_context(certificate, key)
        self._listener: socket.socket | None = None
        self._target = ""
        self._tasks: set[asyncio.Task[None]] = set()

    def reserve(self) -> None:
        """Take the address and the port. A CloudError says who has it."""
        if self._listener is not None:
            return
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.place.address, self.place.port))
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            raise CloudError(_cannot_bind(self.place, error)) from error
        self._listener = listener

    def open(self, target: Path) -> None:
        """Let clients in, to the server at the Unix socket."""
        self.reserve()
        self._target = str(target)
        self._loop.run(self._open())

    def close(self) -> None:
        """Stop listening, end all connections and give address and port back; harmless when closed."""
        self._loop.run(self._close())

    async def _open(self) -> None:
        listener = self._listener
        if listener is None:
            return
        try:
            listener.listen(BACKLOG)
        except OSError as error:
            raise CloudError(_cannot_bind(self.place, error)) from error
        self._spawn(self._accept(listener))

    async def _close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, (host, _) = await self._loop.loop.sock_accept(listener)
            except OSError as error:
                if error.errno not in {errno.EMFILE, errno.ENFILE, errno.ECONNABORTED}:
                    raise
                await asyncio.sleep(0.1)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._spawn(self._serve(client, host))

    async def _serve(self, client: socket.socket, host: str) -> None:
        """One connection, from its first byte to its end."""
        with client, contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                first = await self._negotiate(client, host)
            if first is not None:
                await self._relay(client, first)

    async def _negotiate(self, client: socket.socket, host: str) -> bytes | None:
        """What to send to the server first: nothing with TLS, the client's own plain message, or None when it was refused."""
        loop = self._loop.loop
        while True:
            await _readable(loop, client)
            # Only looked at: with direct TLS these bytes belong to the handshake.
            if client.recv(1, socket.MSG_PEEK) == bytes([protocol.TLS_HANDSHAKE]):
                return b""
            header = await _exactly(loop, client, protocol.HEADER.size)
            length, code = protocol.HEADER.unpack(header)
            if not protocol.HEADER.size <= length <= protocol.LONGEST_STARTUP:
                return None
            message = header + await _exactly(loop, client, length - protocol.HEADER.size)
            if code == protocol.SSL_REQUEST:
                await loop.sock_sendall(client, b"S")
                return b""
            if code == protocol.GSSENC_REQUEST:
                await loop.sock_sendall(client, b"N")
                continue
            if code != protocol.CANCEL_REQUEST and self.force_ssl:
                await loop.sock_sendall(client, protocol.refusal_of_plaintext(host, message))
                return None
            return message

    async def _relay(self, client: socket.socket, first: bytes) -> None:
        loop = self._loop.loop
        inside, outside = pair()
        try:
            await loop.create_unix_connection(lambda: inside, self._target)
        except OSError:
            if first:
                await loop.sock_sendall(
                    client, protocol.fatal("57P03", "the database system is not accepting connections")
                )
            return
        try:
            if first:
                inside.transport.write(first)
                await loop.connect_accepted_socket(lambda: outside, client)
            else:
                await loop.connect_accepted_socket(
                    lambda: outside, client, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_SECONDS
                )
            await asyncio.gather(inside.closed, outside.closed)
        finally:
            inside.transport.abort()
            if hasattr(outside, "transport"):
                outside.transport.abort()


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS as PostgreSQL's own server has it: 1.2 or newer, and the protocol's name for direct negotiation."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["postgresql"])
    return context


async def _readable(loop: asyncio.AbstractEventLoop, client: socket.socket) -> None:
    ready = asyncio.Event()
    loop.add_reader(client, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(client)


async def _exactly(loop: asyncio.AbstractEventLoop, client: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = await loop.sock_recv(client, length - len(received))
        if not part:
            raise asyncio.IncompleteReadError(received, length)
        received += part
    return received


def _cannot_bind(place: Place, error: OSError) -> str:
    where = f"{place.address}:{place.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"DB instance {place.instance}: {where} is taken by {port_holder(place.address, place.port)}. "
            "End that process, or declare another port for the instance."
        )
    if error.errno == errno.EACCES:
        return (
            f"DB instance {place.instance}: this user may not listen on {where}. RDS itself takes ports from 1150 on."
        )
    return f"DB instance {place.instance}: cannot listen on {where}: {error.strerror}."
