"""No file names a package registry's host: which one is used is the business of each machine's settings."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lint.files import lines

# In pieces, so that this file passes its own check.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "npmjs", "com"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("index", "crates", "io"),
        ("static", "crates", "io"),
        ("rubygems", "org"),
        ("repo", "maven", "apache", "org"),
        ("conda", "anaconda", "org"),
        ("deb", "debian", "org"),
    )
)
HOST = re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)


def check(files: Iterable[Path]) -> Iterator[str]:
    """A message for each line that names a registry's host."""
    for file in files:
        for number, line in lines(file):
            found = HOST.search(line)
            if found:
                yield f"{file}:{number}: names the package registry {found[0]}; lock files are made without index addresses: make lock"
