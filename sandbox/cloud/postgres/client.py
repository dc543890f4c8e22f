"""pg_dump, pg_restore and psql with TLS: the pip package's have none, so this opens the connection for them.

The wrapper finds the server as libpq would, verifies it, and then becomes the real program, pointed at a private Unix
socket. A child of it relays between that socket and the server, and ends with the program, whatever ends that.
"""

import os
import shlex
import sys
import tempfile
from pathlib import Path

import psycopg

from sandbox.cloud.postgres import passfile, tls_client
from sandbox.cloud.postgres.arguments import Arguments, parse
from sandbox.cloud.postgres.installation import bundled
from sandbox.cloud.postgres.tls_client import Refused, Target
from sandbox.home import PROJECT, Home

PROGRAMS = ("pg_dump", "pg_restore", "psql")
PORT = "5432"
# Settings of libpq that a build without SSL refuses, or that would lead it away from the private socket.
REPLACED = ("host", "hostaddr", "port", "sslmode", "sslrootcert", "sslnegotiation", "sslcert", "sslkey", "sslpassword")
VARIABLES = (
    "PGHOSTADDR",
    "PGSERVICE",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGSSLNEGOTIATION",
    "PGREQUIRESSL",
    "PGSSLCERT",
    "PGSSLKEY",
)


def write_clients(home: Home) -> Path:
    """Write the executables `<home>/image-bin/pg_dump`, `pg_restore` and `psql`; the folder."""
    folder = home.root / "image-bin"
    folder.mkdir(parents=True, exist_ok=True)
    for program in PROGRAMS:
        code = (
            f"import sys; sys.path.insert(0, {str(PROJECT)!r}); "
            f"from sandbox.cloud.postgres.client import main; main({program!r})"
        )
        draft = folder / f".{program}.new"
        draft.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -c {shlex.quote(code)} "$@"\n')
        draft.chmod(0o755)
        draft.replace(folder / program)
    return folder


def main(program: str) -> None:
    """Become the program, with a verified connection when it asks for one over the network. Returns only on an error."""
    binary = bundled() / program
    given = sys.argv[1:]
    parsed = parse(binary, given)
    settings = connection_settings(program, parsed)
    if parsed is None or settings is None:
        os.execv(binary, [program, *given])  # noqa: S606 - no shell is the point
    try:
        target = tls_client.target(settings)
        tls_client.check(target)
    except Refused as error:
        sys.stderr.write(f"{program}: error: {error}\n")
        sys.exit(2 if program == "psql" else 1)
    folder = _serve(target)
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment |= {"PGHOST": str(folder), "PGPORT": PORT}
    passwords = passfile.translate(settings, folder)
    if passwords is not None:
        environment["PGPASSFILE"] = str(passwords)
    os.execve(binary, [program, *_arguments(parsed, folder)], environment)  # noqa: S606 - no shell is the point


def connection_settings(program: str, parsed: Arguments | None) -> dict[str, str] | None:
    """The settings of libpq for the call: environment, then options, then a connection string. None when no TLS is involved."""
    if parsed is None or (program == "pg_restore" and parsed.database is None):
        return None
    found = {
        option.keyword.decode(): option.val.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.val is not None
    }
    found |= {name: value for name, value in (("host", parsed.host), ("port", parsed.port)) if value}
    found |= string_settings(parsed.database)
    host = found.get("host", "")
    if not host and not found.get("hostaddr"):
        return None
    return None if host.startswith(("/", "@")) else found


def string_settings(database: str | None) -> dict[str, str]:
    """What a connection string in place of a database's name says; a plain name says only itself."""
    if database is None:
        return {}
    if "=" not in database and not database.startswith(("postgresql://", "postgres://")):
        return {"dbname": database}
    try:
        return {name: str(value) for name, value in psycopg.conninfo.conninfo_to_dict(database).items()}
    except psycopg.ProgrammingError:
        return {}


def _arguments(parsed: Arguments, folder: Path) -> list[str]:
    """The call again, with what leads to the server replaced: the last of an option that is given twice holds."""
    ours = ["-h", str(folder), "-p", PORT]
    if parsed.database is not None:
        kept = {k: v for k, v in string_settings(parsed.database).items() if k not in REPLACED}
        ours += ["-d", psycopg.conninfo.make_conninfo(**kept, host=str(folder), port=PORT)]
    return [*parsed.without_database, *ours, *parsed.rest]


def _serve(target: Target) -> Path:
    """The folder of a private Unix socket that a child of ours relays to the target until this process has ended."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    listener = tls_client.listen(folder / f".s.PGSQL.{PORT}")
    ended, alive = os.pipe()
    if os.fork() == 0:
        os.close(alive)
        os.setsid()
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silence, descriptor)
        try:
            tls_client.relay(listener, target, ended, folder)
        finally:
            os._exit(0)
    os.close(ended)
    listener.close()
    # The program inherits it; the system closes it when the last process of the program ends.
    os.set_inheritable(alive, True)
    return folder
