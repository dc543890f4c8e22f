"""The requirement locks are in step with what they were made from, as far as can be told without a network."""

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import LOCKS

MEND = "run: make lock"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>.*)$")


def check(root: Path) -> Iterator[str]:
    """A message for each requirement that a lock lacks or contradicts, each pin without a hash, and each disagreement of two locks."""
    seen: dict[str, tuple[str, str]] = {}
    for source, lock in LOCKS.items():
        pins, unhashed = read_lock(root / lock)
        yield from (f"{lock}: {name} has no hash; {MEND}" for name in unhashed)
        for requirement in read_source(root / source):
            yield from _compare(lock, requirement, pins.get(canonicalize_name(requirement.name), set()))
        for name, versions in pins.items():
            # A package may be pinned twice, for different Pythons; then the locks cannot be compared so simply.
            version = ", ".join(sorted(versions))
            other, found = seen.setdefault(name, (lock, version))
            if found != version:
                yield f"{lock}: {name} is {version}, and {found} in {other}; {MEND}"


def read_source(file: Path) -> list[Requirement]:
    """The requirements of a .in file and of the files that it includes."""
    found = []
    for raw in file.read_text(encoding="utf-8").splitlines():
        line = raw.split(" #")[0].strip()
        if line.startswith("-r "):
            found += read_source(file.parent / line[3:].strip())
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def read_lock(file: Path) -> tuple[dict[str, set[str]], list[str]]:
    """The pinned versions by canonical name, and the names that carry no hash."""
    pins: dict[str, set[str]] = {}
    unhashed = []
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        found = PIN.match(line)
        if found:
            pins.setdefault(canonicalize_name(found["name"]), set()).add(found["version"])
            if "--hash=sha256:" not in found["rest"]:
                unhashed.append(found["name"])
    return pins, unhashed


def _compare(lock: str, requirement: Requirement, versions: set[str]) -> Iterator[str]:
    if not versions:
        yield f"{lock}: lacks {requirement.name}; {MEND}"
    for version in sorted(versions):
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{lock}: {requirement.name} is {version}, and {requirement.specifier} is asked for; {MEND}"
