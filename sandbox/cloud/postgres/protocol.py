"""The first bytes of PostgreSQL's protocol, before and instead of a session.

https://www.postgresql.org/docs/18/protocol-message-formats.html
"""

import struct

HEADER = struct.Struct("!II")
CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103
GSSENC_REQUEST = 80877104
PROTOCOL_3 = 3
# MAX_STARTUP_PACKET_LENGTH of the server's source.
LONGEST_STARTUP = 10000
# The first byte of a TLS record with a ClientHello: a client with sslnegotiation=direct.
TLS_HANDSHAKE = 0x16


def ssl_request() -> bytes:
    """What a client sends to ask for TLS."""
    return HEADER.pack(HEADER.size, SSL_REQUEST)


def startup_parameters(message: bytes) -> dict[str, str]:
    """User, database and options of a StartupMessage; empty when it is none of protocol 3."""
    if len(message) < HEADER.size or HEADER.unpack_from(message)[1] >> 16 != PROTOCOL_3:
        return {}
    words = message[HEADER.size :].split(b"\0")
    return {
        name.decode(errors="replace"): value.decode(errors="replace")
        for name, value in zip(words[::2], words[1::2], strict=False)
        if name
    }


def fatal(code: str, message: str) -> bytes:
    """An ErrorResponse that ends the connection, with its SQLSTATE."""
    fields = {"S": "FATAL", "V": "FATAL", "C": code, "M": message}
    body = b"".join(f"{key}{value}\0".encode() for key, value in fields.items()) + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


def refusal_of_plaintext(host: str, message: bytes) -> bytes:
    """What a server says to a client without TLS when only hostssl lines stand in its pg_hba.conf."""
    given = startup_parameters(message)
    user = given.get("user", "")
    database = given.get("database") or user
    return fatal(
        "28000", f'no pg_hba.conf entry for host "{host}", user "{user}", database "{database}", no encryption'
    )
