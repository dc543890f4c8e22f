"""`refresh`: reads every resource back, so that a change made behind Pulumi's back is known."""

import argparse

from rich.console import Console

from sandbox.cloud import control
from sandbox.commands import summary
from sandbox.engine import deployed, preflight, report, settings
from sandbox.engine.cli import Interrupts
from sandbox.engine.errors import RefusedError
from sandbox.engine.lock import held
from sandbox.engine.progress import Progress
from sandbox.engine.run import run as run_engine
from sandbox.engine.workspace import open_stack
from sandbox.home import Home


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--stack", default="development", help="which stack (default: development)")


def run(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Print what differs from what was deployed, and take it into the state. 0 in either case."""
    preflight.check(home, options.stack)
    with held(home, f"refresh --stack {options.stack}"), Interrupts(console.print) as interrupts:
        deployed.check(home, settings.StackFolder(home, options.stack).project, options.stack)
        if control.status(home).state != "running":
            raise RefusedError("nothing is deployed: `make up` first")
        workspace = open_stack(home, options.stack, interrupts)
        summary.overlay(console, workspace)
        progress = Progress(f"Reading the stack {options.stack} back")
        run_engine(
            console,
            workspace,
            interrupts,
            progress,
            workspace.stack.refresh,
            clear_pending_creates=bool(workspace.state.pending),
            show_secrets=False,
        )
        summary.steps(console, progress)
        report.outcome(console, progress, f"The stack {options.stack} was read back")
        if progress.changes:
            console.print("These were changed behind Pulumi's back; `make up` sets them right again.")
    return 0
