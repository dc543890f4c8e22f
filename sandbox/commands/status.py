"""`status`: what runs, what exists and where to look."""

import argparse

from rich.console import Console

from sandbox.cloud import control
from sandbox.commands import summary
from sandbox.engine import deployed, preflight, settings, state
from sandbox.engine.errors import RefusedError
from sandbox.home import Home


def arguments(_parser: argparse.ArgumentParser) -> None:
    """What the command takes: nothing."""


def run(home: Home, console: Console, _options: argparse.Namespace) -> int:
    """Print the status; 0 unless a cloud with live resources is dead."""
    preflight.pin(home)
    cloud = control.status(home)
    running = (
        f"running for {cloud.uptime:.0f} s at {home.endpoint}, process {cloud.pid}"
        if cloud.uptime is not None
        else cloud.state
    )
    console.print(f"Embedded cloud: {running}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"  folder {home.root}, log {home.log}", markup=False, highlight=False, soft_wrap=True)
    project, code = settings.project_name(), 0
    for stack in state.stacks(home, project):
        found = state.read(home, project, stack)
        if found.empty:
            continue
        services = state.services(found)
        console.print(f"Stack {stack}: {len(found.live)} resources", highlight=False)
        if services:
            console.print(f"  {', '.join(f'{name} {count}' for name, count in services)}", highlight=False)
        for line in found.interrupted():
            console.print(f"  {line}; the next `make up` goes on", markup=False, highlight=False, soft_wrap=True)
        try:
            deployed.check(home, project, stack)
        except RefusedError as error:
            console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
            code = 1
    if cloud.state == "running":
        summary.where(console, home)
    return code
