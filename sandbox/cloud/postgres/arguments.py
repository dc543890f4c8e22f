"""The command line of pg_dump, pg_restore or psql, read by the options that the program itself lists in its help."""

import getopt
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# A line of the help such as "  -d, --dbname=DBNAME      database to dump".
OPTION = re.compile(r"^\s+(?:-(?P<short>[^-\s,=]),\s+)?--(?P<long>[a-z][a-z-]*)(?P<value>=)?")
ANOTHER = re.compile(r"^\s+-\S, --[a-z-]+=, --(?P<long>[a-z-]+)=")


@dataclass(frozen=True)
class Arguments:
    """What leads to the server, and the call without the database.

    `database` is the last of -d, or the first word without an option; it may be a connection string.
    """

    host: str | None
    port: str | None
    database: str | None
    without_database: list[str]
    rest: list[str]


def parse(binary: Path, given: list[str]) -> Arguments | None:
    """The parts of the call; None when the program will make no connection: on --help, --version and bad options."""
    short, long = _options(binary)
    try:
        options, words = getopt.gnu_getopt(given, short, long)
    except getopt.GetoptError:
        return None
    found: dict[str, str] = {}
    kept: list[str] = []
    for name, value in options:
        if name in {"-?", "-V", "--help", "--version"}:
            return None
        key = {"--host": "-h", "--port": "-p", "--dbname": "-d"}.get(name, name)
        found[key] = value
        if key in {"-h", "-p", "-d"}:
            continue
        takes = f"{name[2:]}=" in long if name.startswith("--") else f"{name[1]}:" in short
        kept += [name, value] if takes else [name]
    # pg_restore's word is a file, not a database.
    if "-d" not in found and words and binary.name != "pg_restore":
        found["-d"], *words = words
    return Arguments(found.get("-h"), found.get("-p"), found.get("-d"), kept, ["--", *words] if words else [])


@cache
def _options(binary: Path) -> tuple[str, list[str]]:
    """The options in getopt's notation."""
    listed = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    short, long = "?V", ["help", "version"]
    for line in listed.stdout.splitlines():
        found = OPTION.match(line)
        if not found or found["long"] in long:
            continue
        takes = bool(found["value"])
        long.append(found["long"] + ("=" if takes else ""))
        if found["short"] and found["short"] not in "?V":
            short += found["short"] + (":" if takes else "")
        if another := ANOTHER.match(line):
            long.append(another["long"] + "=")
    return short, long
