"""The stack's dashboard, made from the same list as its alarms. Pure data until its last step.

Structure: CloudWatch API Reference, "Dashboard Body Structure and Syntax".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pulumi

from infra.operations.alarms.component import RESULT
from infra.operations.alarms.model import Alarm, Comparison, Group, Metric, Signal, metric
from infra.operations.alarms.requests import BALANCERS, WatchedBalancer

# The grid is 24 columns wide.
COLUMNS = 24
TILE_WIDTH, TILE_HEIGHT = 6, 6
TITLE_HEIGHT = 1
STATUS_HEIGHT = 4
RUNBOOKS_HEIGHT = 6
# CloudWatch takes up to 100 alarms in a status widget.
STATUS_LIMIT = 100
# What is shown without an alarm: by group, and by title in it.
Graphs = Mapping[Group, Mapping[str, Signal]]
_SIGNS = {Comparison.ABOVE: ">", Comparison.AT_LEAST: "≥", Comparison.BELOW: "<"}


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One graph. A threshold is drawn as a line, with what it means beside it."""

    title: str
    signal: Signal
    seconds: int
    thresholds: Mapping[str, float]


def dashboard_body(
    alarms: Sequence[Alarm],
    *,
    arns: Sequence[pulumi.Input[str]],
    balancer: WatchedBalancer,
    region: str,
    graphs: Graphs = MappingProxyType({}),
) -> pulumi.Output[str]:
    """The dashboard: what is in alarm, traffic, errors, latency and saturation, then each group, then the runbooks.

    `graphs` are shown in their group beside those of its alarms.
    """
    placed: list[dict[str, Any]] = []
    row = 0

    def add(widgets: list[dict[str, Any]]) -> None:
        nonlocal row
        placed.extend(widgets)
        row = max(widget["y"] + widget["height"] for widget in placed)

    for start in range(0, len(arns), STATUS_LIMIT):
        add([_status(list(arns[start : start + STATUS_LIMIT]), row)])
    add([_text("## Golden signals", row, TITLE_HEIGHT)])
    add(list(_grid(_golden(alarms, balancer), row, region)))
    for group in Group:
        tiles = [_tile(alarm) for alarm in alarms if alarm.group is group]
        tiles += [
            Tile(title=title, signal=signal, seconds=60, thresholds={})
            for title, signal in graphs.get(group, {}).items()
        ]
        if tiles:
            add([_text(f"## {group}", row, TITLE_HEIGHT)])
            add(list(_grid(tiles, row, region)))
    add([_text(_runbooks(alarms), row, RUNBOOKS_HEIGHT)])
    return pulumi.Output.from_input({"widgets": placed}).apply(json.dumps)


def _golden(alarms: Sequence[Alarm], balancer: WatchedBalancer) -> list[Tile]:
    """Traffic, errors, latency, saturation: what says at a glance whether people are served."""
    traffic = metric(BALANCERS, "RequestCount", LoadBalancer=balancer.load_balancer)
    named = {alarm.name: _tile(alarm) for alarm in alarms}
    wanted = ("error-ratio-high", "latency-high", "task-cpu-high")
    return [
        Tile(title="Traffic: requests a minute", signal=traffic, seconds=60, thresholds={}),
        *(named[name] for name in wanted if name in named),
    ]


def _tile(alarm: Alarm) -> Tile:
    line = f"{_SIGNS[alarm.comparison]} {alarm.threshold:g}: {alarm.severity}"
    title = alarm.name if alarm.group is not Group.FUNCTIONS else f"{alarm.name}: {alarm.summary.partition(':')[0]}"
    return Tile(
        title=title, signal=alarm.signal, seconds=int(alarm.period.total_seconds()), thresholds={line: alarm.threshold}
    )


def _grid(tiles: Sequence[Tile], top: int, region: str) -> Iterator[dict[str, Any]]:
    """The tiles side by side, row under row."""
    per_row = COLUMNS // TILE_WIDTH
    for number, tile in enumerate(tiles):
        yield {
            "type": "metric",
            "x": number % per_row * TILE_WIDTH,
            "y": top + number // per_row * TILE_HEIGHT,
            "width": TILE_WIDTH,
            "height": TILE_HEIGHT,
            "properties": {
                "title": tile.title,
                "view": "timeSeries",
                "region": region,
                "period": tile.seconds,
                "metrics": _series(tile.signal),
                "annotations": {
                    "horizontal": [{"label": label, "value": value} for label, value in tile.thresholds.items()]
                },
            },
        }


def _series(signal: Signal) -> list[list[Any]]:
    """The metrics array: each metric with its dimensions in pairs, an expression with its id."""
    if not signal.expression:
        return [_line(signal.only, {})]
    lines = [_line(metric, {"id": id_, "visible": False}) for id_, metric in signal.metrics.items()]
    return [[{"expression": signal.expression, "id": RESULT, "label": "value"}], *lines]


def _line(measured: Metric, options: dict[str, Any]) -> list[Any]:
    pairs = [part for pair in measured.dimensions.items() for part in pair]
    return [measured.namespace, measured.name, *pairs, {"stat": measured.statistic, **options}]


def _text(markdown: str, row: int, height: int) -> dict[str, Any]:
    return {
        "type": "text",
        "x": 0,
        "y": row,
        "width": COLUMNS,
        "height": height,
        "properties": {"markdown": markdown},
    }


def _status(arns: list[pulumi.Input[str]], row: int) -> dict[str, Any]:
    return {
        "type": "alarm",
        "x": 0,
        "y": row,
        "width": COLUMNS,
        "height": STATUS_HEIGHT,
        "properties": {"title": "Alarms", "alarms": arns, "sortBy": "stateUpdatedTimestamp"},
    }


def _runbooks(alarms: Sequence[Alarm]) -> str:
    """A line for each runbook, with its place in the repository."""
    paths = sorted({alarm.runbook_path for alarm in alarms})
    return "\n".join(["## What to do", *(f"- `{path}`" for path in paths)])
