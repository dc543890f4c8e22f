"""`up`: the stack on the embedded cloud, by the program that `pulumi up` runs for production."""

import argparse

from rich.console import Console

from sandbox import inventory
from sandbox.cloud import control
from sandbox.commands import configuration, summary
from sandbox.engine import deployed, losses, preflight, report, settings
from sandbox.engine.cli import Interrupts
from sandbox.engine.lock import held
from sandbox.engine.progress import Progress
from sandbox.engine.run import run as run_engine
from sandbox.engine.workspace import Workspace, open_stack
from sandbox.home import Home


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--stack", default="development", help="which stack (default: development)")
    configuration.argument(parser)


def run(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Bring the stack up; what comes of it is printed. 0 when it is as declared."""
    preflight.check(home, options.stack)
    with held(home, f"up --stack {options.stack}"), Interrupts(console.print) as interrupts:
        deployed.check(home, settings.StackFolder(home, options.stack).project, options.stack)
        cloud = control.start(home)
        inventory.remember_baseline(home, cloud.boot_id or "")
        deployed.remember(home, options.stack, cloud.boot_id)
        workspace = open_stack(home, options.stack, interrupts, config=dict(options.config))
        summary.overlay(console, workspace)
        _resume(console, workspace, interrupts)
        # As `pulumi up` does: first the plan, with every check and policy, so that a bad program changes nothing.
        plan = Progress(f"Planning the stack {options.stack}")
        run_engine(console, workspace, interrupts, plan, workspace.stack.preview, policy_packs=workspace.policy_packs)
        losses.check(console, workspace, plan)
        progress = Progress(f"Deploying the stack {options.stack}", total=sum(plan.planned.values()))
        progress.told.update(plan.told)
        up = workspace.stack.up
        run_engine(
            console, workspace, interrupts, progress, up, policy_packs=workspace.policy_packs, show_secrets=False
        )
        report.outcome(console, progress, f"The stack {options.stack} is up")
        summary.after_up(console, workspace)
    return 0


def _resume(console: Console, workspace: Workspace, interrupts: Interrupts) -> None:
    """Make a state that a killed command left fit for the next one.

    Pulumi keeps interrupted creations in its state and warns of them for ever. A refresh reads every other interrupted
    resource as it is now, and drops those entries; the creation is then repeated, and finds what the killed one made.
    """
    interrupted = workspace.state.interrupted()
    if not interrupted:
        return
    console.print(
        f"An earlier command was killed while it worked on {len(interrupted)} resources; going on from there:"
    )
    for line in interrupted:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    progress = Progress("Reading what the killed command left")
    refresh = workspace.stack.refresh
    run_engine(console, workspace, interrupts, progress, refresh, clear_pending_creates=True, show_secrets=False)
