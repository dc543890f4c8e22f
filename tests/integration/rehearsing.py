"""What the rehearsals' tests have in common: a stack of their own, and a result with everything that a person would look at first."""

from collections.abc import Iterator
from pathlib import Path

from sandbox.home import Home
from sandbox.rehearsal.result import Result
from sandbox.rehearsal.run import Rehearsal
from sandbox.rehearsal.scenarios import scenarios
from sandbox.rehearsal.stack import Command, Stack
from tools.documents.stages import facts


def rehearsals(root: Path) -> Iterator[Rehearsal]:
    """A stack to rehearse on, in a new home; nothing of it is left afterwards."""
    root.mkdir()
    home = Home(root.resolve())
    try:
        yield Rehearsal(Stack.bring_up(home), facts(), scenarios())
    finally:
        Command.start(home, "reset", "--force").wait()


def story(result: Result) -> str:
    """How it went, for whoever reads the failure."""
    begun = result.pace.moment(result.begun)
    events = [f"{(one.at - begun).total_seconds():6.0f} s {one.stage}: {one.what}" for one in result.entries]
    verdicts = [f"{one['stage']} {one['outcome']}: {one['summary']}" for one in result.verdicts]
    return "\n".join([*result.misses, str(result.totals), str(result.measures), *events, *verdicts])
