"""Connections to PostgreSQL over verified TLS, for psycopg and for the client programs."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from runtime.common.errors import DatabaseError, SettingsError

CONNECT_TIMEOUT_SECONDS = 10
APPLICATION_NAME = "jobr-operations"


@dataclass(frozen=True)
class Tls:
    """How a connection is encrypted, and which file holds the authorities that may sign the server's certificate."""

    mode: str
    root_certificate: str | None

    @classmethod
    def verified(cls, environment: Mapping[str, str] = os.environ) -> "Tls":
        """The server proves by its certificate that it is the host that was asked for. PGSSLROOTCERT names the authorities."""
        return cls("verify-full", environment.get("PGSSLROOTCERT") or None)

    def check(self) -> None:
        """Raise SettingsError when the connection is to be verified and no readable file of authorities is named."""
        if self.mode != "verify-full":
            return
        subject = "The database's certificate cannot be verified"
        if self.root_certificate is None:
            raise SettingsError(
                subject, ["PGSSLROOTCERT is not set; the function's image sets it to RDS's authorities"]
            )
        if not os.access(self.root_certificate, os.R_OK):
            raise SettingsError(subject, [f"PGSSLROOTCERT names {self.root_certificate}, which is no readable file"])


@dataclass(frozen=True)
class Connection:
    """Where a database is and who logs in to it."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    tls: Tls

    @property
    def address(self) -> str:
        """What to call this database in messages."""
        return f"{self.database} on {self.host}:{self.port}"

    def parameters(self) -> dict[str, Any]:
        """What libpq is told, without the password."""
        parameters: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.user,
            "sslmode": self.tls.mode,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": APPLICATION_NAME,
        }
        return parameters | ({"sslrootcert": self.tls.root_certificate} if self.tls.root_certificate else {})


@contextmanager
def connect(connection: Connection) -> Iterator[psycopg.Connection[Any]]:
    """An open connection in autocommit mode, closed at the end.

    Raises DatabaseError, for the connection and for the statements inside alike.
    """
    with (
        database_errors(connection),
        psycopg.connect(**connection.parameters(), password=connection.password, autocommit=True) as session,
    ):
        yield session


@contextmanager
def database_errors(connection: Connection) -> Iterator[None]:
    """Turn psycopg's errors into a DatabaseError that names the database and says what mends it."""
    try:
        yield
    except psycopg.Error as error:
        detail = str(error).splitlines()[0].rstrip(".").replace(connection.password, "***")
        raise DatabaseError(
            f"The database {connection.address} (user {connection.user}) failed: {detail}. {_remedy(detail)}"
        ) from None


@contextmanager
def client_environment(connection: Connection) -> Iterator[dict[str, str]]:
    """The environment for a client program such as pg_dump: libpq's variables, and the password in a file of its own.

    The file is readable by this account alone and gone at the end; no argument and no variable holds the password.
    """
    if "\n" in connection.password or "\r" in connection.password:
        raise DatabaseError(
            "The database's password holds a line break, which PostgreSQL's password file cannot: choose another."
        )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "AWS_"))}
    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "sslmode": "PGSSLMODE"}
    names |= {"sslrootcert": "PGSSLROOTCERT", "connect_timeout": "PGCONNECT_TIMEOUT", "application_name": "PGAPPNAME"}
    variables = {names[name]: str(value) for name, value in connection.parameters().items()}
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        passfile = Path(folder) / "pgpass"
        passfile.touch(mode=0o600)
        # https://www.postgresql.org/docs/18/libpq-pgpass.html: colons and backslashes are escaped.
        escaped = connection.password.replace("\\", "\\\\").replace(":", "\\:")
        passfile.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        yield inherited | variables | {"PGPASSFILE": str(passfile), "LC_MESSAGES": "C"}


def _remedy(detail: str) -> str:
    if "password authentication failed" in detail:
        return "The secret and the database disagree: compare the secret's current version with the last rotation."
    if "certificate" in detail or "SSL" in detail:
        return (
            "The server must speak TLS with a certificate for this host name, signed by an authority in PGSSLROOTCERT."
        )
    if "does not exist" in detail:
        return "Look at the names: DATABASE_NAME and the secret's username."
    if "connection" in detail or "resolve" in detail or "timeout" in detail or "could not translate" in detail:
        return "Look at DATABASE_HOST and DATABASE_PORT, the security groups between function and database, and the instance's state."
    return "The database's log says more."
