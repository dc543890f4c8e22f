"""One run of the engine as a command sees it: shown while it goes, its failures told, and how it ended."""

from collections.abc import Callable
from typing import Any

from pulumi.automation.errors import CommandError, ConcurrentUpdateError
from rich.console import Console

from sandbox.engine import report
from sandbox.engine.cli import Interrupts
from sandbox.engine.errors import SandboxError
from sandbox.engine.progress import Progress
from sandbox.engine.screen import Screen
from sandbox.engine.workspace import Workspace


class FailedError(SandboxError):
    """The engine failed; everything about it has been shown already."""


class StoppedError(SandboxError):
    """A person interrupted the engine; the message says what state that left."""


def run(
    console: Console,
    workspace: Workspace,
    interrupts: Interrupts,
    progress: Progress,
    operation: Callable[..., Any],
    **options: Any,
) -> None:
    """Run `operation` (a method of Pulumi's Stack) with its progress on the screen.

    Raises:
        FailedError: it failed, which was shown.
        StoppedError: a person stopped it.
    """
    error: CommandError | None = None
    with Screen(console, progress):
        try:
            operation(on_event=progress, color="never", suppress_progress=True, **options)
        except CommandError as caught:
            error = caught
    if interrupts.count:
        raise StoppedError(_left(workspace, progress))
    if error is None:
        report.warnings(console, workspace.home, progress)
        return
    if isinstance(error, ConcurrentUpdateError):
        raise SandboxError(
            f"another engine works on the stack {workspace.folder.stack}; wait for it and try again"
        ) from error
    report.failures(console, workspace.home, progress, error)
    console.print(_after(workspace, operation.__name__ == "preview"), markup=False, highlight=False, soft_wrap=True)
    raise FailedError("failed") from error


def _after(workspace: Workspace, planned_only: bool) -> str:
    if planned_only:
        return "Nothing was changed."
    return f"{len(workspace.state.live)} resources exist. Once it is mended, `make up` goes on from here; `make down` removes them."


def _left(workspace: Workspace, progress: Progress) -> str:
    state = workspace.state
    lines = [
        f"interrupted during “{progress.title}” after {progress.finished} steps; {len(state.live)} resources exist."
    ]
    lines += [f"  {line}" for line in state.interrupted()]
    lines.append("`make up` goes on from here, `make down` removes what there is.")
    return "\n".join(lines)
