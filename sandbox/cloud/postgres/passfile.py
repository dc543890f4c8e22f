"""libpq's password file, for a connection that looks to it as if it went to a private Unix socket.

https://www.postgresql.org/docs/18/libpq-pgpass.html
"""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

FIELD = re.compile(r"((?:\\.|[^:\\])*):")


def translate(settings: Mapping[str, str], folder: Path) -> Path | None:
    """A password file in the folder with the lines for the server's host and port, for any host; None when there are none."""
    file = Path(settings.get("passfile") or Path.home() / ".pgpass")
    host = settings.get("host") or settings.get("hostaddr", "")
    try:
        open_to_others = file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        lines = file.read_text().splitlines()
    except OSError:
        return None
    if open_to_others or "password" in settings:
        return None
    kept = [rest for line in lines if (rest := _rest(line, host, settings.get("port", "5432"))) is not None]
    if not kept:
        return None
    ours = folder / "pgpass"
    with os.fdopen(os.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"*:*:{rest}\n" for rest in kept)
    return ours


def _rest(line: str, host: str, port: str) -> str | None:
    """Database, user and password of a line that speaks of the host and the port."""
    if line.startswith("#"):
        return None
    position = 0
    for wanted in (host, port):
        field = FIELD.match(line, position)
        if field is None or (field[1] != "*" and re.sub(r"\\(.)", r"\1", field[1]) != wanted):
            return None
        position = field.end()
    return line[position:]
