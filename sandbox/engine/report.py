"""What a run of the engine comes to, for a person: every failure whole and once with what mends it, then what there is and where."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulumi.automation.errors import CommandError
from rich.console import Console
from rich.markup import escape

from sandbox.engine.cli import plain
from sandbox.engine.progress import Finding, Progress
from sandbox.engine.screen import counts
from sandbox.engine.state import short
from sandbox.home import PROJECT, Home

# What the SDK and the engine put before a program's own message.
_WRAPPING = re.compile(
    r"^(python inline source runtime error|an unhandled error occurred|program failed with an unhandled exception): ?",
    re.IGNORECASE,
)
_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(rf'File "{re.escape(str(PROJECT))}/((?:infra|runtime|sandbox)/[^"]+)", line (\d+)')
# The engine's second account of a failure whose reason the program has given already.
_SECOND_ACCOUNT = re.compile(r"^(run|program) failed|^failed to run|^error: .*program.*exited", re.IGNORECASE)
_HINTS = (
    (
        re.compile(r"has no mapping|add a rename"),
        "see README, “How to add a resource type”, and `make sandbox-gaps` for what is left out on purpose",
    ),
    (
        re.compile(
            r"EndpointConnectionError|Could not connect to the endpoint|[Cc]onnection refused|ConnectionClosedError"
        ),
        "the embedded cloud ended: `make status` tells; its log is {log}; then `make reset` and `make up`",
    ),
    (
        re.compile(r"No space left on device|disk is full"),
        "free some space (`df -h`), then run the command again; it goes on where it stopped",
    ),
    (
        re.compile(r"incorrect passphrase|could not decrypt"),
        "the passphrase of {root} no longer fits its state: `make reset`",
    ),
)


def failures(console: Console, home: Home, progress: Progress, error: CommandError | None) -> None:
    """Print everything that stopped the run, each once; when the engine gave no reason by an event, what it printed."""
    found = list(_once(progress.errors))
    for finding in found:
        _print(console, home, finding)
    trace = _keep_tracebacks(home, progress.errors)
    if trace is not None:
        console.print(f"  the whole traceback: {trace}", markup=False, highlight=False, soft_wrap=True)
    if not found and error is not None:
        said = plain(str(error))
        console.print(_error_lines(said) or said.strip(), style="red", markup=False, highlight=False, soft_wrap=True)
        _hint(console, home, said)


def warnings(console: Console, home: Home, progress: Progress) -> None:
    """Print the warnings of a run, each once; not those that are in `progress.told`, from the plan before it."""
    for finding in _once([f for f in progress.findings if f.severity == "warning" and f not in progress.told]):
        _print(console, home, finding)
    progress.told.update(progress.findings)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """The findings without what only repeats another: a program's message comes as its own and as the engine's."""
    seen: list[str] = []
    for finding in findings:
        text = tidy(finding.text)
        if not text or any(text in other or other in text for other in seen):
            continue
        if _SECOND_ACCOUNT.search(text) and seen:
            continue
        seen.append(text)
        yield finding._replace(text=text)


def tidy(text: str) -> str:
    """A diagnostic without the SDK's wrapping; of a Python traceback only the exception and the place in this project."""
    text = plain(text).strip()
    while _WRAPPING.search(text):
        text = _WRAPPING.sub("", text).strip()
    message, found, trace = text.partition(_TRACEBACK)
    if not found:
        return text
    frames = _FRAME.findall(trace)
    # The lines behind the last indented one are the exception, which repeats the message with its type.
    lines = trace.rstrip().splitlines()
    last = max((i for i, line in enumerate(lines) if line.startswith(" ")), default=-1)
    place = f"\n  at {frames[-1][0]}:{frames[-1][1]}" if frames else ""
    return ("\n".join(lines[last + 1 :]).strip() or message.strip()) + place


def _keep_tracebacks(home: Home, findings: list[Finding]) -> Path | None:
    """The file with the tracebacks of a run, for whoever mends the program; None when there are none."""
    traces = [finding.text for finding in findings if _TRACEBACK in finding.text]
    path = home.root / "program.log"
    if not traces:
        return None
    path.write_text("\n\n".join(traces), encoding="utf-8")
    return path


def _print(console: Console, home: Home, finding: Finding) -> None:
    style = "red" if finding.severity == "error" else "yellow"
    whose = f" {short(finding.urn)}" if finding.urn and "pulumi:pulumi:Stack" not in finding.urn else ""
    policy = f" [policy {finding.policy}]" if finding.policy else ""
    head = f"[{style} bold]{finding.severity}{escape(policy)}[/]{escape(whose)}"
    console.print(head, highlight=False, soft_wrap=True)
    for line in finding.text.splitlines():
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if finding.policy:
        console.print(
            "  mend: change what the program declares; the policies and their reasons are in policy/", highlight=False
        )
    _hint(console, home, finding.text)


def _hint(console: Console, home: Home, text: str) -> None:
    for pattern, hint in _HINTS:
        if pattern.search(text):
            console.print(
                f"  mend: {hint.format(log=home.log, root=home.root)}", markup=False, highlight=False, soft_wrap=True
            )


def _error_lines(said: str) -> str:
    """The lines of the engine's error stream that say what is wrong; the first stands behind the stream's name."""
    return "\n".join(re.findall(r"^\s*(?:stderr: )?(error: .*)$", said, re.MULTILINE))


def outcome(console: Console, progress: Progress, word: str) -> None:
    """One line: what was done, in how many seconds."""
    seconds = f" in {progress.seconds} s" if progress.seconds is not None else ""
    console.print(f"[green bold]{escape(word)}[/]{seconds}: {counts(progress.planned)}.", highlight=False)


def outputs(console: Console, values: dict[str, Any]) -> None:
    """The stack's outputs, aligned; secrets are named, never shown."""
    if not values:
        return
    console.print("\n[bold]Outputs[/]")
    width = max(map(len, values))
    for name, value in sorted(values.items()):
        console.print(f"  {name:<{width}}  {_output(value)}", markup=False, highlight=False, soft_wrap=True)


def _output(value: Any) -> str:
    if value is None:
        return "(secret)"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
