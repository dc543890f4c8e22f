"""`rehearse`: deployments on real traffic, scenario by scenario, on a stack of its own; at the end a report."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from runtime.common.logging import Redactor
from sandbox.commands import reset
from sandbox.engine import preflight
from sandbox.engine.errors import RefusedError
from sandbox.home import Home
from sandbox.rehearsal.picture import Picture
from sandbox.rehearsal.report import document, page, text
from sandbox.rehearsal.run import Rehearsal
from sandbox.rehearsal.scenarios import Scenarios, scenarios
from sandbox.rehearsal.showing import Shown, told
from sandbox.rehearsal.stack import NAME, Stack
from sandbox.rehearsal.stage import Play
from tools.documents.stages import facts

NOT_MET = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help="which scenarios (default: all)")
    parser.add_argument("--list", action="store_true", help="only say which there are")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="where the report goes (default: in the home)")


def run(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Play the scenarios; 0 when each came to what it must."""
    every = scenarios()
    if options.list:
        for name, scenario in every.scenarios.items():
            console.print(f"  {name:<34} {scenario.what}", markup=False, highlight=False, soft_wrap=True)
        return 0
    names = chosen(every, options.names)
    own = Home(home.root / "rehearsal")
    preflight.check(own, NAME)
    try:
        console.print(f"Bringing up a stack to rehearse on, in {own.root} (about 2 minutes)", highlight=False)
        stack = Stack.bring_up(own)
        found = played(console, stack, every, names)
    finally:
        reset.run(own, Console(quiet=True), argparse.Namespace(force=True))
    return reported(console, found, options.report or home.root / "rehearsal-report")


def chosen(every: Scenarios, names: Sequence[str]) -> list[str]:
    """These scenarios, or all; those in real time first, because an account that has seen later times cannot go back. Raises RefusedError."""
    unknown = [name for name in names if name not in every.scenarios]
    if unknown:
        raise RefusedError(
            f"There is no scenario {', '.join(unknown)}. There are: {', '.join(every.scenarios)} "
            "(`make rehearse ARGS=--list` says what each is)."
        )
    return sorted(names or every.scenarios, key=lambda name: every.scenarios[name].speed > 1)


def played(console: Console, stack: Stack, every: Scenarios, names: Sequence[str]) -> dict[str, Any]:
    """The report's document of these scenarios, played one after the other on the stack."""
    rehearsal, redactor = Rehearsal(stack, facts(), every), Redactor()
    for secret in stack.secrets():
        redactor.learn(secret)

    def play(picture: Picture) -> Iterator[document.Told]:
        for number, name in enumerate(names, 1):

            def show(play: Play, number: int = number) -> None:
                picture.show(Shown(play, number, len(names)))

            yield told(rehearsal.play(name, show))

    with Picture(console) as picture:
        return document.document(play(picture), datetime.now(UTC), redactor)


def reported(console: Console, found: dict[str, Any], folder: Path) -> int:
    """Write the report as text, JSON and a page, and print the text; the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    words = text.text(found)
    for name, content in (("json", document.lines(found)), ("txt", words), ("html", page.page(found))):
        (folder / f"rehearsal.{name}").write_text(content, encoding="utf-8")
    console.print(words, markup=False, highlight=False, soft_wrap=True)
    console.print(f"The report: {folder / 'rehearsal.html'} (and .json, .txt)", markup=False, highlight=False)
    return 0 if found["met"] else NOT_MET
