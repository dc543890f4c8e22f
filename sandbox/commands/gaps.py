"""`gaps`: where the embedded cloud keeps less than AWS does."""

import argparse

from rich.console import Console

from sandbox.home import Home


def arguments(_parser: argparse.ArgumentParser) -> None:
    """What the command takes: nothing."""


def run(_home: Home, console: Console, _options: argparse.Namespace) -> int:
    """Print the table; 0."""
    # Only here: it loads every mapping.
    from sandbox.provider.gaps import table  # noqa: PLC0415 - as said above

    console.print(table())
    return 0
