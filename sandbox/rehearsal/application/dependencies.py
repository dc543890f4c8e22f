"""What the demonstration application depends on, and how it is today: its database, OpenAI, its memory and its disk."""

import asyncio
import os
import shutil
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import psutil
import psycopg

DATABASE_SECONDS = 3.0
OPENAI_SECONDS = 4.0
# An answer of OpenAI is believed so long: readiness and health are asked for all the time, and OpenAI counts.
OPENAI_BELIEVED_SECONDS = 3.0
OPENAI = "https://api.openai.com/v1"
MIB = 1024 * 1024
# What a task must have free to take in one upload.
FREE_BYTES = 64 * MIB
FULL = 0.95


class Database:
    """One connection to the database, opened when it is asked for and anew when it broke."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._login = login(environment)
        self._turn = asyncio.Lock()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def answers(self) -> bool:
        """Whether it answers a query in time, over verified TLS."""
        async with self._turn:
            try:
                async with asyncio.timeout(DATABASE_SECONDS):
                    if self._connection is None:
                        self._connection = await psycopg.AsyncConnection.connect(**self._login, autocommit=True)
                    await self._connection.execute("SELECT 1")
            except (psycopg.Error, OSError, TimeoutError):
                await self.close()
                return False
        return True

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()


def login(environment: Mapping[str, str]) -> dict[str, Any]:
    """What libpq is told by DATABASE_URL. The certificate is verified whatever the URL says.

    A file of authorities that the URL names lies in the application's real image and not here, hence PGSSLROOTCERT alone.
    """
    parts = urlsplit(environment["DATABASE_URL"])
    return {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "dbname": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "sslmode": "verify-full",
        "sslrootcert": environment["PGSSLROOTCERT"],
        "connect_timeout": int(DATABASE_SECONDS),
        "application_name": "jobr-demonstration",
    }


class OpenAi:
    """The third party that health tells of; no other path asks it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._url = environment.get("OPENAI_BASE_URL", OPENAI).rstrip("/") + "/models"
        self._key = environment.get("OPENAI_API_KEY", "")
        # Reads SSL_CERT_FILE, as OpenSSL does.
        self._tls = ssl.create_default_context()
        self._turn = asyncio.Lock()
        self._known: tuple[float, bool] | None = None

    async def answers(self) -> bool:
        """Whether it takes the key; a few seconds old."""
        async with self._turn:
            if self._known is None or time.monotonic() - self._known[0] > OPENAI_BELIEVED_SECONDS:
                answers = await self._ask()
                self._known = time.monotonic(), answers
            return self._known[1]

    async def _ask(self) -> bool:
        headers = {"Authorization": f"Bearer {self._key}"}
        timeout = aiohttp.ClientTimeout(total=OPENAI_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(self._url, headers=headers, ssl=self._tls) as answer,
            ):
                return answer.status == 200  # noqa: PLR2004  # OK
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False


def memory(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the process holds against the container's limit, in MiB.

    Not getrusage's maximum: across fork and exec Linux keeps that of whoever started the process (setmax_mm_hiwater_rss in fs/exec.c).
    """
    used = psutil.Process().memory_info().rss / MIB
    limit = float(environment.get("MEMORY_LIMIT", "512"))
    return {"healthy": used < limit * FULL, "usedMib": round(used), "limitMib": round(limit)}


def disk() -> dict[str, Any]:
    """What is free for temporary files."""
    free = shutil.disk_usage(os.environ.get("TMPDIR", "/tmp")).free  # noqa: S108  # only looked at
    return {"healthy": free >= FREE_BYTES, "freeMib": free // MIB}
