"""Progress on one screen that stays one screen; where there is no terminal, a plain line every few seconds."""

import threading
from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sandbox.engine.progress import Progress
from sandbox.engine.state import short

# With eight resources and three messages the whole fits a terminal of 24 lines.
SHOWN_RESOURCES = 8
SHOWN_MESSAGES = 3
PLAIN_SECONDS = 5.0
_DOING = {"create": "creating", "update": "updating", "delete": "deleting", "same": "checking", "refresh": "reading"}


class Screen:
    """Shows one `Progress` for as long as the context lasts."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console = console
        self._progress = progress
        self._ended = threading.Event()
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=8, transient=True)
        self._thread = threading.Thread(target=self._print_lines, daemon=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        else:
            self._console.print(self._progress.title, markup=False, highlight=False)
            self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._console.is_terminal:
            self._live.stop()
        else:
            self._thread.join()

    def _print_lines(self) -> None:
        while not self._ended.wait(PLAIN_SECONDS):
            self._console.print(plain_line(self._progress), markup=False, highlight=False, soft_wrap=True)

    def _render(self) -> RenderableType:
        progress = self._progress
        parts: list[RenderableType] = [Text(progress.title, style="bold")]
        # A bar ends no line of its own; a row of a table does.
        bar = Table.grid(expand=True)
        bar.add_row(ProgressBar(total=progress.total, completed=progress.finished, pulse=progress.total is None))
        parts += [bar, Text(_head(progress))]
        table = Table.grid(padding=(0, 2))
        working = progress.working()
        for urn, op, seconds in working[:SHOWN_RESOURCES]:
            table.add_row(f"{seconds:4.0f} s", _DOING.get(op, op), Text(short(urn), overflow="ellipsis", no_wrap=True))
        if len(working) > SHOWN_RESOURCES:
            table.add_row("", "", f"and {len(working) - SHOWN_RESOURCES} more")
        parts.append(table)
        for finding in progress.findings[-SHOWN_MESSAGES:]:
            style = {"error": "red", "warning": "yellow"}.get(finding.severity, "dim")
            first = finding.text.splitlines()[0]
            parts.append(Text(f"{finding.severity}: {first}", style=style, overflow="ellipsis", no_wrap=True))
        return Group(*parts)


def plain_line(progress: Progress) -> str:
    """The state of the run in one line, with the two resources that have been worked on longest."""
    working = [f"{short(urn)} ({seconds:.0f} s)" for urn, _, seconds in progress.working()]
    more = f" and {len(working) - 2} more" if len(working) > 2 else ""  # noqa: PLR2004 - the two shown
    return "  " + _head(progress) + (f"; in work: {', '.join(working[:2])}{more}" if working else "")


def counts(done: Counter[str]) -> str:
    """The counts in the order in which a person wants them, such as "12 created, 3 unchanged"."""
    order = ["created", "updated", "replaced", "deleted", "read back", "read", "unchanged"]
    words = sorted(done, key=lambda word: order.index(word) if word in order else len(order))
    return ", ".join(f"{done[word]} {word}" for word in words if done[word]) or "nothing yet"


def _head(progress: Progress) -> str:
    of = f"/{max(progress.total, progress.finished)}" if progress.total is not None else ""
    failed = f", {len(progress.failed)} failed" if progress.failed else ""
    return f"{progress.finished}{of} steps: {counts(progress.done)}{failed}"
