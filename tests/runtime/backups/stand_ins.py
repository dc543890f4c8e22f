"""Failures on purpose: S3 that fails at a chosen call, programs that fail, a database that is big enough to be interrupted."""

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString

import psutil
from botocore.awsrequest import AWSResponse

# About 20 MiB that zstd cannot shrink, so three parts: 4 MiB of noise five times over, farther apart than zstd's window of 2 MiB.
BIG: LiteralString = """
CREATE TABLE noise AS SELECT n, (SELECT string_agg(uuid_send(gen_random_uuid()), ''::bytea) FROM generate_series(1, 64) WHERE n > 0) AS noise
FROM generate_series(1, 4000) AS n;
CREATE TABLE big AS SELECT * FROM generate_series(1, 5) AS copy CROSS JOIN noise ORDER BY copy, n;
DROP TABLE noise
"""


class Refusal:
    """What S3 answers instead of doing it."""

    status_code = 500

    def __init__(self, code: str = "InternalError") -> None:
        """Name the error's code."""
        self.content = f"<Error><Code>{code}</Code><Message>Something broke.</Message></Error>".encode()

    def response(self) -> AWSResponse:
        """The answer as botocore's transport would hand it over."""

        class Raw:
            def __init__(self, content: bytes) -> None:
                self.content = content

            def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
                yield self.content

        return AWSResponse("http://s3", self.status_code, {"content-type": "application/xml"}, Raw(self.content))  # type: ignore[arg-type]  # botocore reads nothing else of it


@contextmanager
def s3_hook(client: Any, operation: str, hook: Callable[..., Any]) -> Iterator[None]:
    """Call `hook` before each request of `operation` is sent; what it returns replaces S3's answer."""
    name = f"before-send.s3.{operation}"
    client.meta.events.register(name, hook)
    try:
        yield
    finally:
        client.meta.events.unregister(name, hook)


def refuse(_request: Any = None, **_: Any) -> AWSResponse:
    """A hook that makes the call fail."""
    return Refusal().response()


def children() -> list[Any]:
    """The client programs that this process runs now."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.name().startswith(("pg_dump", "pg_restore")):
                found.append(process)
    return found


def program(folder: Path, name: str, version: str, body: str = "exit 0") -> str:
    """A folder for PATH with a program that answers --version so, and else runs `body` in a shell."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{name} (PostgreSQL) {version}"; exit 0; fi\n{body}\n'
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def json_lines(text: str) -> list[dict[str, Any]]:
    """The log as documents."""
    return [json.loads(line) for line in text.splitlines()]
