"""The live picture of a rehearsal on a terminal; where there is none, a line for each change of stage."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from runtime.common.clock import Clock
from sandbox.rehearsal.recent import WINDOW_SECONDS, Recent
from sandbox.rehearsal.report.document import Dated
from sandbox.rehearsal.report.series import BLUE, COLOURS, GREEN, NOBODY, Asked
from sandbox.rehearsal.report.words import count, one_line

REFRESHES = 2  # a second of the wall
SHOWN_EVENTS = 3
WORDS = {BLUE: "blue", GREEN: "green", NOBODY: "no task"}
STYLES = {BLUE: "blue", GREEN: "green", NOBODY: "magenta"}


class Told(Protocol):
    """The journal: where the deployment is, green's percent then, and everything that happened."""

    @property
    def stage(self) -> str: ...  # noqa: D102 - the members are told above
    @property
    def share(self) -> float: ...  # noqa: D102
    @property
    def entries(self) -> Sequence[Dated]: ...  # noqa: D102


class Asking(Protocol):
    """The load generator's requests so far; the list only grows."""

    @property
    def requests(self) -> Sequence[Asked]: ...  # noqa: D102 - told above


class Play(Protocol):
    """A scenario under way: the `number`th of `of`, begun at `begun` of the rehearsal's clock, which runs `speed` times as fast as the wall's.

    `green` is the version that is deployed. `weights` are the percents of the production rule by colour, as the load balancer uses them now.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - the members are told above
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def of(self) -> int: ...  # noqa: D102
    @property
    def begun(self) -> datetime: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def speed(self) -> float: ...  # noqa: D102
    @property
    def green(self) -> str: ...  # noqa: D102
    @property
    def weights(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def journal(self) -> Told: ...  # noqa: D102
    @property
    def load(self) -> Asking: ...  # noqa: D102


class Picture:
    """Shows one scenario after the other for as long as the context lasts."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._play: Play | None = None
        self._recent: Recent | None = None
        self._told = 0
        self._stage = ""
        self._live = Live(
            console=console,
            get_renderable=self._render,
            refresh_per_second=REFRESHES,
            transient=True,
            redirect_stdout=False,
        )
        self._thread = threading.Thread(target=self._print_lines, daemon=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        else:
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
            self._catch_up()

    def show(self, play: Play) -> None:
        """Show this scenario from now on."""
        self._catch_up()
        with self._lock:
            self._play, self._told, self._stage = play, 0, ""
            self._recent = Recent(play.load.requests, play.green, play.speed)
        if not self._console.is_terminal:
            self._print(play, play.begun, "begins")

    def _print_lines(self) -> None:
        while not self._ended.wait(1 / REFRESHES):
            self._catch_up()

    def _catch_up(self) -> None:
        """Print the changes of stage that were not told yet, also those that lasted less than a refresh."""
        with self._lock:
            if self._play is None or self._console.is_terminal:
                return
            for entry in self._play.journal.entries[self._told :]:
                self._told += 1
                if entry.stage != self._stage:
                    self._stage = entry.stage
                    self._print(self._play, entry.at, f"{entry.stage}, green has {entry.share:g} %: {entry.what}")

    def _print(self, play: Play, at: datetime, what: str) -> None:
        line = f"{_head(play)}, {(at - play.begun).total_seconds():.0f} s: {what}"
        self._console.print(one_line(line), markup=False, highlight=False, soft_wrap=True)

    def _render(self) -> RenderableType:
        with self._lock:
            play, recent = self._play, self._recent
            if play is None or recent is None:
                return Text("The rehearsal is being prepared.")
            return Group(*_parts(play, recent))


def _head(play: Play) -> str:
    return f"[{play.number}/{play.of}] {play.name}"


def _parts(play: Play, recent: Recent) -> list[RenderableType]:
    asked, failed = recent.look(play.clock.steady())
    elapsed = (play.clock.now() - play.begun).total_seconds()
    table = Table.grid(padding=(0, 2))
    for name in COLOURS:
        weight = f"{play.weights.get(name, 0):g} %" if name != NOBODY else ""
        rate = f"{asked[name] / WINDOW_SECONDS:.1f} requests/s"
        style = STYLES[name] if asked[name] else "dim"
        table.add_row(
            Text(WORDS[name], style=style), Text(weight, justify="right"), rate, _errors(asked[name], failed[name])
        )
    bar = Table.grid(expand=True)
    bar.add_row(ProgressBar(total=100, completed=play.weights.get(GREEN, 0), complete_style="green", style="blue"))
    stage = f"{play.journal.stage}, green has {play.journal.share:g} %"
    last = [one_line(entry.what) for entry in play.journal.entries[-SHOWN_EVENTS:]]
    return [
        _line(f"{_head(play)}: {elapsed:.0f} s of the clock", "bold"),
        _line(stage, "cyan"),
        bar,
        table,
        _line(f"{count(recent.total, 'request')} so far, {recent.failed:,} failed", "red" if recent.failed else ""),
        *(_line(f"  {what}", "dim") for what in last),
    ]


def _line(text: str, style: str) -> Text:
    return Text(one_line(text), style=style, overflow="ellipsis", no_wrap=True)


def _errors(asked: int, failed: int) -> Text:
    if not asked:
        return Text("no request", style="dim")
    return Text(f"{100 * failed / asked:.1f} % failed", style="red" if failed else "")
