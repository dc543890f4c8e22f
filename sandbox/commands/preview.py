"""`preview`: what a deployment of a stack would change, with the real stack file's settings. Nothing is deployed."""

import argparse

from rich.console import Console

from sandbox.cloud import control
from sandbox.commands import configuration, summary
from sandbox.engine import deployed, losses, preflight, report, settings
from sandbox.engine.cli import Interrupts
from sandbox.engine.lock import held
from sandbox.engine.progress import Progress
from sandbox.engine.run import run as run_engine
from sandbox.engine.workspace import open_stack
from sandbox.home import Home


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--stack", default="development", help="which stack (default: development)")
    configuration.argument(parser)


def run(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Print what an `up` of the stack would do. 0 when it could be done."""
    preflight.check(home, options.stack)
    with held(home, f"preview --stack {options.stack}"), Interrupts(console.print) as interrupts:
        deployed.check(home, settings.StackFolder(home, options.stack).project, options.stack)
        ran = control.status(home).state == "running"
        control.start(home)
        try:
            workspace = open_stack(home, options.stack, interrupts, config=dict(options.config))
            summary.overlay(console, workspace)
            progress = Progress(f"Previewing the stack {options.stack}")
            preview = workspace.stack.preview
            run_engine(console, workspace, interrupts, progress, preview, policy_packs=workspace.policy_packs)
        finally:
            if not ran:
                control.stop(home)
        summary.steps(console, progress)
        losses.check(console, workspace, progress)
        report.outcome(console, progress, f"The stack {options.stack} would be deployed")
        if not ran:
            console.print(
                "The embedded cloud was started for this preview only and has ended again; nothing was deployed."
            )
    return 0
