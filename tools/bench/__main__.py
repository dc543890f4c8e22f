"""`make bench`: measures, shows a table and keeps it as JSON. A missed target is said and is no failure; only not measuring is."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from sandbox.home import PROJECT
from tools.bench import imports, ratios, report, shift, stacks
from tools.bench.processes import MeasuringError

RESULT = PROJECT / ".bench" / "latest.json"
# Fewer pairs tell nothing of the spread.
LEAST_PAIRS = 3
WIDTH = 180


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 1 when something could not be measured."""
    options = _parsed(arguments)
    # A table in a file or a pipe is as wide as it needs to be.
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    found: list[ratios.Measure] = []
    try:
        if options.only in {None, "imports"}:
            found += imports.measures(options.pairs)
        if options.only in {None, "stacks"}:
            found += stacks.measures(options.stack, options.pairs, errors.print)
        if options.only in {None, "shift"}:
            found += shift.measures(options.pairs, errors.print)
    except MeasuringError as error:
        errors.print(f"not measured: {error}", style="red", markup=False)
        return 1
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(report.lines(report.document(found)))
    console.print(report.table(found))
    missed = [measure.name for measure in found if measure.verdict == "target missed"]
    console.print(f"Targets missed: {', '.join(missed)}." if missed else "Every target is met.")
    console.print(f"Each pair's seconds: {options.json}")
    return 0


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Ratios of time, with their spread")
    parser.add_argument("--stack", default="production", help="whose settings (default: production)")
    parser.add_argument("--pairs", type=int, default=5, help=f"pairs of runs, {LEAST_PAIRS} at least (default: 5)")
    parser.add_argument("--only", choices=("imports", "stacks", "shift"), help="measure only these")
    parser.add_argument("--json", type=Path, default=RESULT, help=f"where the result goes (default: {RESULT})")
    options = parser.parse_args(arguments)
    if options.pairs < LEAST_PAIRS:
        parser.error(f"--pairs must be at least {LEAST_PAIRS}")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
