"""What was measured, for people and for machines."""

import json
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psutil
from rich.table import Table
from rich.text import Text

from tools.bench.ratios import Measure, Side

# The strip shows ratios from 0.8 to 1.6; what lies outside stands at its edge.
STRIP_FROM, STRIP_TO, STRIP_CELLS = 0.8, 1.6, 40


def table(measures: Sequence[Measure]) -> Table:
    """A row for each measure: its ratio, spread, target and verdict, and a strip that shows them."""
    found = Table(
        title="Ratios of time, the median of pairs that ran in turn", box=None, padding=(0, 1), title_justify="left"
    )
    for head in ("measure", "ratio", "least to most", "target", "verdict", strip_head()):
        found.add_column(head, justify="right" if head in {"ratio", "target"} else "left", no_wrap=True)
    for measure in measures:
        least, most = measure.spread
        found.add_row(
            f"{measure.name}\n  against {measure.against}",
            f"{measure.median:.3f}",
            f"{least:.3f} to {most:.3f}",
            "" if measure.target is None else f"{measure.target:.2f}",
            Text(measure.verdict, style={"met": "green", "target missed": "red bold"}.get(measure.verdict, "")),
            strip(measure),
        )
    return found


def strip_head() -> str:
    """The scale over the strips."""
    return f"{STRIP_FROM:<{STRIP_CELLS - 3}}{STRIP_TO}"


def strip(measure: Measure) -> str:
    """The spread as a line, the median as a dot on it, the target as a bar."""
    cells = [" "] * STRIP_CELLS
    least, most = (_cell(ratio) for ratio in measure.spread)
    cells[least : most + 1] = "─" * (most + 1 - least)
    if measure.target is not None:
        cells[_cell(measure.target)] = "┃"
    cells[_cell(measure.median)] = "●"
    return "".join(cells)


def _cell(ratio: float) -> int:
    place = (ratio - STRIP_FROM) / (STRIP_TO - STRIP_FROM)
    return round(min(max(place, 0.0), 1.0) * (STRIP_CELLS - 1))


def document(measures: Sequence[Measure]) -> dict[str, Any]:
    """The same for machines, with the machine that it was measured on and every pair's seconds."""
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"system": platform.platform(), "python": platform.python_version(), "cores": psutil.cpu_count()},
        "measures": [_entry(measure) for measure in measures],
    }


def _entry(measure: Measure) -> dict[str, Any]:
    least, most = measure.spread
    return {
        "name": measure.name,
        "against": measure.against,
        "ratio": {"least": least, "median": measure.median, "most": most},
        "target": measure.target,
        "verdict": measure.verdict,
        "seconds": {side.value: measure.seconds(side) for side in Side},
        "pairs": [{"ours": pair.ours, "baseline": pair.baseline} for pair in measure.pairs],
    }


def lines(document: dict[str, Any]) -> str:
    """The document as the file holds it."""
    return json.dumps(document, indent=1) + "\n"
