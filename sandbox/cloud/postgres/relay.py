"""Bytes from one connection to another and back, with back-pressure: a slow reader holds up its writer and nobody's memory."""

import asyncio
import contextlib
from typing import cast

# Enough to keep a bulk COPY going, little enough for hundreds of stalled connections.
HIGH_WATER = 1 << 20
# TLS hands out at most 16 KiB at a time (RFC 8446, section 5.1); sockets fill larger buffers.
BUFFER = 1 << 18


class End(asyncio.BufferedProtocol):
    """One end of a relayed connection."""

    peer: "End"
    transport: asyncio.Transport

    def __init__(self) -> None:
        self.closed = asyncio.get_running_loop().create_future()
        self._buffer = bytearray(BUFFER)
        self._view = memoryview(self._buffer)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection (with TLS: its handshake) stands; nothing is read before its peer's does."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        if hasattr(self.peer, "transport"):
            self.peer.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the event loop puts what it received."""
        del sizehint
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Pass on what was received. It is copied, since what a socket does not take at once waits there."""
        self.peer.transport.write(bytes(self._view[:nbytes]))

    def eof_received(self) -> bool:
        """The other side will send no more: say so to the peer, and stay open for its answers where TLS allows it."""
        if self.peer.transport.can_write_eof():
            with contextlib.suppress(OSError):
                self.peer.transport.write_eof()
        else:
            self.peer.transport.close()
        return self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer sends what it still has, then closes."""
        del exc
        if hasattr(self.peer, "transport"):
            self.peer.transport.close()
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        """Our reader is slow: stop its writer."""
        if hasattr(self.peer, "transport"):
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        """Our reader has caught up."""
        if hasattr(self.peer, "transport"):
            self.peer.transport.resume_reading()


def pair() -> tuple[End, End]:
    """Two ends that are each other's peers."""
    one, other = End(), End()
    one.peer, other.peer = other, one
    return one, other
