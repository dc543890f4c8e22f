import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from runtime.common.clock import Clock
from sandbox.rehearsal.picture import Picture
from sandbox.rehearsal.recent import Recent
from tests.sandbox.rehearsal.invented import BEGUN, ZERO, Entry, Request, entries, requests


class Counted(Sequence[Request]):
    """Requests that remember how often they were read."""

    def __init__(self, found: list[Request]) -> None:
        self.found = found
        self.reads = 0

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: Any) -> Any:
        self.reads += 1
        return self.found[index]

    def __iter__(self) -> Iterator[Request]:
        raise AssertionError("nothing may go through all requests")


@dataclass
class Play:
    name: str = "slow-burn"
    number: int = 3
    of: int = 14
    begun: datetime = BEGUN
    speed: float = 1.0
    green: str = "2"
    second: float = 100.0
    weights: dict[str, float] = field(default_factory=lambda: {"blue": 90.0, "green": 10.0})
    found: list[Request] = field(default_factory=list)
    noted: list[Entry] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: BEGUN + timedelta(seconds=self.second), steady=lambda: ZERO + self.second)

    @property
    def journal(self) -> Any:
        last = self.noted[-1] if self.noted else Entry(BEGUN, "before the deployment", 0.0, "")
        return SimpleNamespace(stage=last.stage, share=last.share, entries=self.noted)

    @property
    def load(self) -> Any:
        return SimpleNamespace(requests=self.found)


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100, height=24, color_system=None)


def seen(picture: Picture, console: Console) -> list[str]:
    with console.capture() as capture:
        console.print(picture._render())
    return [line.rstrip() for line in capture.get().splitlines()]


def test_on_a_terminal_stage_weights_rates_and_error_ratios_stand_on_one_screen() -> None:
    console, play = terminal(), Play(found=requests(), noted=entries()[1:5])
    picture = Picture(console)
    picture.show(play)
    lines = seen(picture, console)
    assert lines[0] == "[3/14] slow-burn: 100 s of the clock"
    assert lines[1] == "PRODUCTION_TRAFFIC_SHIFT, green has 100 %"
    rows = [line.split() for line in lines]
    assert ["blue", "90", "%", "0.0", "requests/s", "no", "request"] in rows
    assert ["green", "10", "%", "10.0", "requests/s", "2.0", "%", "failed"] in rows
    assert "2,600 requests so far, 15 failed" in lines
    assert len(lines) <= 24


def test_the_picture_fits_however_much_happened_and_obeys_no_log_line() -> None:
    console = terminal()
    nasty = [Entry(BEGUN, "SCALE_UP", 0.0, f"\x1b[2J[red]{index}\n" + "long " * 50) for index in range(500)]
    picture = Picture(console)
    picture.show(Play(noted=nasty))
    lines = seen(picture, console)
    assert len(lines) <= 12
    assert all(len(line) <= 100 and "\x1b" not in line for line in lines)
    assert any("[red]499" in line for line in lines)


def test_before_the_first_scenario_it_says_so() -> None:
    console = terminal()
    assert seen(Picture(console), console) == ["The rehearsal is being prepared."]


def test_a_live_picture_is_drawn_and_taken_away_at_the_end() -> None:
    file = io.StringIO()
    with Picture(Console(file=file, force_terminal=True, width=100, height=24)) as picture:
        picture.show(Play(noted=entries()[1:2]))
        picture._live.refresh()
    assert "slow-burn" in file.getvalue()
    assert "\x1b[2K" in file.getvalue(), "its lines are erased"


def test_where_there_is_no_terminal_each_change_of_stage_is_one_line_and_none_is_missed() -> None:
    file = io.StringIO()
    with Picture(Console(file=file, force_terminal=False, width=40)) as picture:
        picture.show(Play(noted=entries()[1:]))
        picture.show(Play(name="good", number=4, noted=entries()[1:3]))
    assert file.getvalue().splitlines() == [
        "[3/14] slow-burn, 0 s: begins",
        "[3/14] slow-burn, 0 s: PRE_SCALE_UP, green has 0 %: PRE_SCALE_UP begins",
        "[3/14] slow-burn, 31 s: SCALE_UP, green has 0 %: SCALE_UP begins",
        "[3/14] slow-burn, 60 s: PRODUCTION_TRAFFIC_SHIFT, green has 0 %: PRODUCTION_TRAFFIC_SHIFT begins",
        "[3/14] slow-burn, 130 s: POST_PRODUCTION_TRAFFIC_SHIFT, green has 100 %: the watch says FAILED",
        "[3/14] slow-burn, 160 s: ROLLBACK_SUCCESSFUL, green has 0 %: ROLLBACK_SUCCESSFUL: a hook failed",
        "[4/14] good, 0 s: begins",
        "[4/14] good, 0 s: PRE_SCALE_UP, green has 0 %: PRE_SCALE_UP begins",
        "[4/14] good, 31 s: SCALE_UP, green has 0 %: SCALE_UP begins",
    ]


def test_no_look_reads_a_request_that_another_look_read() -> None:
    asked = Counted(requests()[:1000])
    recent = Recent(asked, "2", 1.0)
    for _ in range(50):
        recent.look(ZERO + 40)
    assert asked.reads == 1000
    asked.found.extend(requests()[1000:1010])
    recent.look(ZERO + 41)
    assert asked.reads == 1010
    assert recent.total == 1010


def test_only_answers_of_the_last_ten_seconds_count_and_an_answer_counts_when_it_came() -> None:
    # Half a second of the wall is six of a clock that runs twelve times as fast.
    asked = [Request(100.0, seconds=0.5, version="2"), Request(100.0, 500, "1", 0.0), Request(95.0, 0, "", 0.0)]
    recent = Recent(asked, "2", 12.0)
    found, failed = recent.look(107.0)
    assert (found, failed) == ({"blue": 1, "green": 1}, {"blue": 1})
    assert recent.look(116.5)[0] == {"green": 1}, "ten seconds after it came it still counts"
    assert not recent.look(118.0)[0]
    assert (recent.total, recent.failed) == (3, 2)
