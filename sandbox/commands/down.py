"""`down`: removes every stack of this embedded cloud, counts what is left, and ends the cloud."""

import argparse

from rich.console import Console
from rich.table import Table

from sandbox import inventory
from sandbox.cloud import control
from sandbox.engine import deployed, preflight, report, settings, state
from sandbox.engine.cli import Interrupts
from sandbox.engine.errors import RefusedError, SandboxError
from sandbox.engine.lock import held
from sandbox.engine.progress import Progress
from sandbox.engine.run import run as run_engine
from sandbox.engine.workspace import open_stack
from sandbox.home import Home


def arguments(_parser: argparse.ArgumentParser) -> None:
    """What the command takes: nothing."""


def run(home: Home, console: Console, _options: argparse.Namespace) -> int:
    """Remove everything. 0 when the account is as empty as it was at the start."""
    preflight.pin(home)
    with held(home, "down"), Interrupts(console.print) as interrupts:
        project = settings.project_name()
        stacks = [name for name in state.stacks(home, project) if not state.read(home, project, name).empty]
        for stack in stacks:
            deployed.check(home, project, stack)
            _refuse_protected(stack, state.read(home, project, stack))
        for stack in stacks:
            _destroy(home, console, interrupts, stack)
        if control.status(home).state != "running":
            console.print("The embedded cloud does not run, and no stack has resources: there is nothing to remove.")
            return 0
        _count(home, console)
        control.stop(home)
        (home.root / "baseline.json").unlink(missing_ok=True)
        console.print("The account is empty; the embedded cloud has ended.")
    return 0


def _refuse_protected(stack: str, found: state.State) -> None:
    """The engine would stop at each protected resource, one by one, when half of the stack is gone already.

    Raises:
        RefusedError: some are protected.
    """
    protected = [resource for resource in found.live if resource.get("protect")]
    if protected:
        kinds = ", ".join(f"{count} {kind}" for kind, count in state.services(state.State(protected, [])))
        raise RefusedError(
            f"the stack {stack} is not disposable: {len(protected)} of its resources hold data and are protected ({kinds}). "
            "Nothing was removed.\n"
            "`make reset ARGS=--force` forgets it together with this embedded cloud; "
            "docs/first-deployment.md says how such a stack is taken down on AWS."
        )


def _destroy(home: Home, console: Console, interrupts: Interrupts, stack: str) -> None:
    workspace = open_stack(home, stack, interrupts)
    resources = len(workspace.state.resources)
    progress = Progress(f"Removing the stack {stack}", total=resources)
    if workspace.state.pending:
        refresh = workspace.stack.refresh
        reading = Progress("Reading what a killed command left")
        run_engine(console, workspace, interrupts, reading, refresh, clear_pending_creates=True, show_secrets=False)
    run_engine(console, workspace, interrupts, progress, workspace.stack.destroy, show_secrets=False)
    deployed.remember(home, stack, None)
    report.outcome(console, progress, f"The stack {stack} is removed")


def _count(home: Home, console: Console) -> None:
    left = inventory.left(home)
    console.print(_table(left))
    remaining = {kind: ids for kind, ids in left.items() if ids and kind not in inventory.WAITING}
    if remaining:
        lines = [f"  {kind}: {', '.join(ids)}" for kind, ids in remaining.items()]
        raise SandboxError(
            "\n".join(
                [
                    "the account is not empty; the embedded cloud still runs, so that you can look:",
                    *lines,
                    "`make reset ARGS=--force` ends it all the same.",
                ]
            )
        )


def _table(left: inventory.Counted) -> Table:
    """What is left, kind by kind; two columns of pairs, so that it fits a screen."""
    table = Table(title="What is left in the account", box=None, padding=(0, 1), title_justify="left")
    columns = 2
    for _ in range(columns):
        table.add_column("kind", no_wrap=True)
        table.add_column("left", justify="right")
    entries = sorted(left.items())
    rows = -(-len(entries) // columns)
    for row in range(rows):
        cells: list[str] = []
        for kind, ids in entries[row::rows]:
            cells += [kind, str(len(ids))]
        table.add_row(*cells)
    return table
