"""`python -m tools.bench.one_run HOME STACK OPERATION PROGRAM`: one run of the engine, in a process as fresh as `pulumi` starts one.

OPERATION is `preview` or `up`. PROGRAM is `real`, `record` (the real one, recorded into the home's file) or `flat` (what was recorded).
Prints one line of JSON: the engine's seconds, from its start to its end with the program's imports, and the counts of resources.
"""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from sandbox.engine import preflight
from sandbox.engine.cli import Interrupts
from sandbox.engine.program import program as real
from sandbox.engine.progress import Progress
from sandbox.engine.run import FailedError, run
from sandbox.engine.workspace import open_stack
from sandbox.home import Home


def recordings(home: Home, stack: str) -> Path:
    """Where the recorded registrations of a home are kept."""
    return home.root / f"registrations-{stack}.json"


def chosen(name: str, file: Path) -> Callable[[], None]:
    """The program of that name. Modules are imported when it runs, as those of the real one are."""

    def record() -> None:
        from tools.bench import registrations  # noqa: PLC0415 - as the docstring says

        kept.append(registrations.record())
        real()

    def flat() -> None:
        from tools.bench import flat, registrations  # noqa: PLC0415 - as the docstring says

        flat.program(registrations.Registrations.load(file))()

    return {"real": real, "record": record, "flat": flat}[name]


# What the recording program saw; it is complete when the engine has ended.
kept: list[Any] = []


def main(arguments: list[str]) -> int:
    """Run it; 1 when the engine failed, with its diagnostics."""
    root, stack, operation, name = arguments
    home, shown = Home(Path(root)), io.StringIO()
    console = Console(file=shown, soft_wrap=True)
    preflight.pin(home)
    file = recordings(home, stack)
    with Interrupts(console.print) as interrupts:
        workspace = open_stack(home, stack, interrupts, program=chosen(name, file))
        progress = Progress(operation)
        started = time.perf_counter()
        try:
            run(console, workspace, interrupts, progress, getattr(workspace.stack, operation))
        except FailedError:
            sys.stderr.write(shown.getvalue())
            return 1
        seconds = time.perf_counter() - started
    for recorded in kept:
        recorded.save(file)
    sys.stdout.write(json.dumps({"seconds": seconds, "counts": dict(progress.planned)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
