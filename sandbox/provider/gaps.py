"""Where the embedded cloud keeps less than AWS: one table out of the mappings, the extensions and the checks."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from rich.table import Table

from sandbox.provider.catalogue import RESOURCES
from sandbox.provider.types.image_builds import ImageType
from sandbox.provider.types.randomness import RandomId, RandomPassword, RandomString

# Modules with a GAPS tuple of (what, how it differs).
_MODULES = (
    "sandbox.provider.general_gaps",
    "sandbox.cloud.postgres.gaps",
    "sandbox.cloud.gaps",
)


def rows() -> Iterator[tuple[str, str]]:
    """Every gap: what, and how it differs from AWS; the mappings' first."""
    for token, gaps, unserved in _types():
        for name, reason in sorted(gaps.items()):
            yield f"{token}.{name}", f"sent, not read back: {reason}"
        for name, reason in sorted(unserved.items()):
            yield f"{token}.{name}", f"output not served: {reason}"
    for module in _MODULES:
        yield from import_module(module).GAPS


def _types() -> Iterator[tuple[str, Mapping[str, str], Mapping[str, str]]]:
    for resource in RESOURCES:
        yield resource.token, resource.gaps, resource.unserved
    yield ImageType.token, ImageType.gaps, ImageType.unserved
    for local in (RandomId, RandomPassword, RandomString):
        yield local.token, local.gaps, local.unserved


def table() -> Table:
    """The rows for a terminal."""
    shown = Table(title="Where the embedded cloud is less than AWS", show_lines=False)
    shown.add_column("what", overflow="fold", ratio=2)
    shown.add_column("how it differs", overflow="fold", ratio=3)
    for row in rows():
        shown.add_row(*row)
    return shown
