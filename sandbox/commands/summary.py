"""What a person wants to know after a command: what differs from the real settings, what changed, where to look, what to try next."""

import shlex
from pathlib import Path

from rich.console import Console

from sandbox.engine import report
from sandbox.engine.progress import Progress
from sandbox.engine.state import short
from sandbox.engine.workspace import Workspace
from sandbox.home import PROJECT, Home

# More single steps than this are counted by type.
SHOWN_STEPS = 40


def overlay(console: Console, workspace: Workspace) -> None:
    """Which settings are not the real stack file's."""
    overlaid = workspace.folder.overlaid
    if overlaid:
        file = f"Pulumi.{workspace.folder.stack}.yaml"
        console.print(f"Settings of {file}, with an overlay for what needs real credentials:", highlight=False)
    for item in overlaid:
        console.print(f"  {item.key}: {item.instead}", markup=False, highlight=False, soft_wrap=True)


def steps(console: Console, progress: Progress) -> None:
    """Every change, or their counts by type when there are many."""
    changes = progress.steps
    if len(changes) <= SHOWN_STEPS:
        for step in changes:
            paths = f": {', '.join(step.paths)}" if step.paths else ""
            console.print(f"  {step.word:<9} {short(step.urn)}{paths}", markup=False, highlight=False, soft_wrap=True)
        return
    counted: dict[tuple[str, str], int] = {}
    for step in changes:
        key = (step.word, short(step.urn).split(" ")[0])
        counted[key] = counted.get(key, 0) + 1
    for (word, kind), count in sorted(counted.items()):
        console.print(f"  {word:<9} {count:>4} of {kind}", markup=False, highlight=False)


def after_up(console: Console, workspace: Workspace) -> None:
    """Outputs, where to look and what to try next."""
    home = workspace.home
    report.outputs(console, workspace.state.outputs)
    write_environment(home)
    where(console, home)
    console.print("\n[bold]Next[/]")
    for command, what in (
        ("make invoke NAME=database-backup", "dump the database to the backups bucket, now"),
        ("make preview STACK=production", "what production would get, on this embedded cloud"),
        ("make status", "what exists"),
        ("make down", "remove everything and count that nothing is left"),
    ):
        console.print(f"  {command:<34} {what}", markup=False, highlight=False)


def where(console: Console, home: Home) -> None:
    """Where the cloud answers and how to point tools at it."""
    file = shlex.quote(_near(home.root / "env"))
    console.print("\n[bold]Where to look[/]")
    for what, place in (
        ("every AWS service", home.endpoint),
        ("the cloud's log", _near(home.log)),
        ("the AWS CLI, boto3, psql", f". {file}   then, for instance: aws s3 ls"),
        ("Pulumi's state", _near(home.root / "state")),
    ):
        console.print(f"  {what:<26} {place}", markup=False, highlight=False, soft_wrap=True)


def write_environment(home: Home) -> Path:
    """The file to source in a shell: the AWS SDKs pinned to this cloud, and psql told to verify the database's certificate."""
    variables = {**home.environment(), "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(home.certificate_authority)}
    path = home.root / "env"
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    path.write_text("\n".join([*lines, "unset AWS_PROFILE AWS_DEFAULT_PROFILE", ""]), encoding="utf-8")
    return path


def _near(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
