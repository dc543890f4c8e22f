"""Pulumi's archives as zip files: a folder, a file that is one already, or an archive of assets that the program put together."""

import io
import urllib.parse
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sandbox.provider.values import Archive

# A time that zip files can hold, so that equal contents give equal bytes and an equal CodeSha256.
EPOCH = (1980, 1, 1, 0, 0, 0)
EXECUTABLE = 0o111


class ArchiveError(Exception):
    """The archive cannot be read here; the message says why."""


def zipped(archive: Archive) -> bytes:
    """The archive as a zip file; equal contents give equal bytes.

    Raises:
        ArchiveError: its path does not exist, or it is of a kind that the sandbox does not read.
    """
    path = _path(archive.raw)
    if path is not None and path.is_file():
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content, mode in sorted(_files(archive, "")):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = (0o100000 | mode) << 16
            target.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _files(archive: Archive, prefix: str) -> Iterator[tuple[str, bytes, int]]:
    raw = archive.raw
    if isinstance(raw.get("assets"), Mapping):
        for name, item in raw["assets"].items():
            yield from _files(item, f"{prefix}{name}")
    elif not raw.get("uri") and not raw.get("path"):
        yield prefix, str(raw.get("text", "")).encode(), 0o644  # the engine leaves an empty text out
    else:
        yield from _files_at(_path(raw), prefix)


def _files_at(path: Path | None, prefix: str) -> Iterator[tuple[str, bytes, int]]:
    if path is None:
        raise ArchiveError("the sandbox reads archives of files, folders and text, not of URLs")
    if path.is_file():
        yield prefix or path.name, path.read_bytes(), _mode(path)
    for file in sorted(path.rglob("*")):
        if file.is_file():
            inner = file.relative_to(path).as_posix()
            yield f"{prefix}/{inner}" if prefix else inner, file.read_bytes(), _mode(file)


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & EXECUTABLE else 0o644


def _path(raw: Mapping[str, Any]) -> Path | None:
    if raw.get("uri", "").startswith("file:"):
        path = Path(urllib.parse.unquote(urllib.parse.urlsplit(raw["uri"]).path))
    elif raw.get("path"):
        path = Path(raw["path"])
    else:
        return None
    if not path.exists():
        raise ArchiveError(f"the archive's path {path} does not exist")
    return path
