"""The plots of one scenario as geometry, which templates/figure.svg draws: four panels over one axis of time, with the stages behind them.

Of our own because pygal marks no stretch of time and puts its site's address and script into each picture.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sandbox.rehearsal.report.scales import Scale, decades, even, step
from sandbox.rehearsal.report.series import BLUE, COLOURS, GREEN, NOBODY, PERCENTS
from sandbox.rehearsal.report.words import count, latency, moment

WIDTH, LEFT, RIGHT = 960.0, 62.0, 14.0
TOP, PANEL, GAP, FOOT = 42.0, 92.0, 34.0, 30.0
# A stage's number needs so much room; the table below the plots has every number.
ROOM = 16.0
# What is faster is drawn as if it took so many seconds: a logarithm has no zero.
LEAST_LATENCY = 1e-4

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Mark:
    """A line on an axis, and what is written beside it."""

    at: float
    text: str


@dataclass(frozen=True)
class Band:
    """A stretch of time from one edge to the other: a stage with its number, or a bucket."""

    x: float
    width: float
    title: str
    number: str = ""


@dataclass(frozen=True)
class Panel:
    """One plot: paths by the class that gives them their colour. `note` stands in it where there is nothing to draw; `least` is the least between two marks."""

    y: float
    title: str
    marks: Sequence[Mark] = ()
    paths: Sequence[tuple[str, str]] = ()
    note: str = ""
    keys: Sequence[tuple[str, str]] = ()
    least: float = 0.0


@dataclass(frozen=True)
class Figure:
    """All of it. `bands` are stages, `slots` the buckets, which tell their numbers to whoever points at them."""

    name: str
    bands: Sequence[Band]
    panels: Sequence[Panel]
    marks: Sequence[Mark]
    slots: Sequence[Band]
    width: float = WIDTH
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    panel: float = PANEL
    bottom: float = field(default=TOP + 4 * PANEL + 3 * GAP)
    height: float = field(default=TOP + 4 * PANEL + 3 * GAP + FOOT)


def figure(scenario: Data) -> Figure:
    """The plots of a scenario of the document."""
    first, last = scenario["first_second"], max(scenario["last_second"], scenario["first_second"] + 1)
    x = Scale(first, last, LEFT, WIDTH - RIGHT)
    buckets = scenario["series"]["buckets"]
    size = scenario["series"]["bucket_seconds"]
    ys = [TOP + index * (PANEL + GAP) for index in range(4)]
    return Figure(
        name=f"{scenario['name']}: requests, failures, weight and latency by the rehearsal's clock",
        bands=list(_bands(scenario["stages"], x)),
        panels=[
            _requests(buckets, size, x, ys[0]),
            _failures(buckets, size, x, ys[1]),
            _weight(scenario["weights"], last, x, ys[2]),
            _latency(buckets, size, x, ys[3]),
        ],
        marks=list(_times(first, last, x)),
        slots=[_slot(bucket, size, x) for bucket in buckets],
    )


def _bands(stages: Sequence[Data], x: Scale) -> Iterator[Band]:
    free = 0.0
    for number, stage in enumerate(stages, 1):
        begin, end = x(stage["second"]), x(stage["second"] + stage["seconds"])
        shown = begin >= free
        free = begin + ROOM if shown else free
        title = f"{number}: {stage['stage']}, from {moment(stage['second'])}, {moment(stage['seconds'])} long"
        yield Band(begin, round(end - begin, 1), title, str(number) if shown else "")


def _times(first: float, last: float, x: Scale) -> Iterator[Mark]:
    apart = step(last - first, 10)
    index = -int(-first // apart) if first < 0 else 0
    while index * apart <= last:
        yield Mark(x(index * apart), f"{index * apart:,.6g}")
        index += 1


def _slot(bucket: Data, size: int, x: Scale) -> Band:
    begin, end = x(bucket["second"]), x(bucket["second"] + size)
    answered = ", ".join(f"{name} {bucket['by'][name]:,}" for name in COLOURS if bucket["by"][name])
    parts = [
        f"{bucket['second']:,} to {bucket['second'] + size:,} s: {count(sum(bucket['by'].values()), 'request')}",
        f"({answered}), {bucket['failed']:,} failed" if answered else "",
        *(f"p{percent} {latency(bucket[f'p{percent}_seconds'])}" for percent in PERCENTS),
    ]
    return Band(begin, round(end - begin, 1), "\n".join(part for part in parts if part))


def _requests(buckets: Sequence[Data], size: int, x: Scale, y: float) -> Panel:
    title = f"Requests per second of the clock, by who answered, in {size} s"

    def rate(bucket: Data, colours: Sequence[str]) -> float:
        return float(sum(bucket["by"][name] for name in colours) / bucket["seconds"])

    return _stacked(buckets, size, rate, x, Panel(y, title, note="no request was made"))


def _failures(buckets: Sequence[Data], size: int, x: Scale, y: float) -> Panel:
    title = f"Failed requests, by who answered, in {size} s"
    note = "none failed" if buckets else "no request was made"

    def failed(bucket: Data, colours: Sequence[str]) -> float:
        return float(sum(bucket["failed_by"][name] for name in colours))

    return _stacked(buckets, size, failed, x, Panel(y, title, note=note, least=1.0))


def _stacked(
    buckets: Sequence[Data], size: int, value: Callable[[Data, Sequence[str]], float], x: Scale, panel: Panel
) -> Panel:
    """Blue at the bottom, green on it, and on top what no task answered."""
    most = max((value(bucket, COLOURS) for bucket in buckets), default=0.0)
    if not most:
        return Panel(panel.y, panel.title, note=panel.note)
    tops = even(most, 3, least=panel.least)
    y = Scale(0, tops[-1], panel.y + PANEL, panel.y)
    paths = []
    for below, colours in zip([(), (BLUE,), (BLUE, GREEN)], [(BLUE,), (BLUE, GREEN), COLOURS], strict=True):
        areas = [
            f"M{x(b['second'])} {y(value(b, below))}V{y(value(b, colours))}H{x(b['second'] + size)}V{y(value(b, below))}z"
            for b in buckets
            if value(b, colours) > value(b, below)
        ]
        paths.append((f"area {colours[-1]}", "".join(areas)))
    marks = [Mark(y(top), f"{top:,.6g}") for top in tops]
    keys = [(BLUE, "blue"), (GREEN, "green"), (NOBODY, "no task")]
    return Panel(panel.y, panel.title, marks, [path for path in paths if path[1]], keys=keys)


def _weight(weights: Sequence[Data], last: float, x: Scale, top: float) -> Panel:
    y = Scale(0, 100, top + PANEL, top)
    path = f"M{x(weights[0]['second'])} {y(weights[0]['green'])}"
    path += "".join(f"H{x(change['second'])}V{y(change['green'])}" for change in weights[1:]) + f"H{x(last)}"
    marks = [Mark(y(share), f"{share} %") for share in (0, 50, 100)]
    return Panel(top, "Green's weight: its percent of production traffic", marks, [("line green", path)])


def _latency(buckets: Sequence[Data], size: int, x: Scale, top: float) -> Panel:
    title = f"Latency without uploads, in real time (logarithmic), in {size} s"
    names = [f"p{percent}_seconds" for percent in PERCENTS]
    known = [max(b[name], LEAST_LATENCY) for b in buckets for name in names if b[name] is not None]
    if not known:
        return Panel(top, title, note="no request was made")
    tops = decades(known)
    y = Scale(tops[0], tops[-1], top + PANEL, top, logarithmic=True)
    paths = [(f"line {name.partition('_')[0]}", "".join(_line(buckets, name, size, x, y))) for name in names]
    keys = [(f"p{percent}", f"p{percent}") for percent in PERCENTS]
    return Panel(top, title, [Mark(y(t), _decade(t)) for t in tops], paths[::-1], keys=keys)


def _decade(seconds: float) -> str:
    return f"{seconds:,.6g} s" if seconds >= 1 else f"{seconds * 1000:.6g} ms"


def _line(buckets: Sequence[Data], name: str, size: int, x: Scale, y: Scale) -> Iterator[str]:
    """Through the middles of the buckets; broken where a bucket has no request."""
    for before, bucket in pairwise([{name: None}, *buckets]):
        if bucket[name] is None:
            continue
        start = "M" if before[name] is None else "L"
        # A line of no length is what shows a bucket that stands alone.
        yield f"{start}{x(bucket['second'] + size / 2)} {y(bucket[name])}" + ("h0" if start == "M" else "")
