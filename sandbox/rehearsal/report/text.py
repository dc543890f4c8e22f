"""The report for a terminal: a line for each scenario, then what was not met."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.rehearsal.report.words import count, latency, moment, one_line


def text(document: Mapping[str, Any]) -> str:
    """The report of this document; nothing in it is obeyed by a terminal."""
    scenarios = document["scenarios"]
    met = sum(scenario["met"] for scenario in scenarios)
    parts = [f"Rehearsal of {document['made']}: {met} of {count(len(scenarios), 'scenario')} met", ""]
    parts += _columns([_row(scenario) for scenario in scenarios])
    for scenario in scenarios:
        parts += _misses(scenario)
    return "\n".join(parts) + "\n"


def _row(scenario: Mapping[str, Any]) -> tuple[str, ...]:
    totals = scenario["totals"]
    return (
        "met" if scenario["met"] else "NOT MET",
        one_line(scenario["name"]),
        one_line(scenario["status"]),
        f"in {moment(scenario['ended_second'])},",
        f"{count(totals['requests'], 'request')},",
        f"{totals['failed']:,} failed,",
        f"p99 {latency(totals['p99_seconds'])}",
    )


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield ("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()


def _misses(scenario: Mapping[str, Any]) -> Iterator[str]:
    if scenario["met"]:
        return
    yield from ("", f"{one_line(scenario['name'])}: {one_line(scenario['what'])}")
    yield from (f"  - {one_line(miss)}" for miss in scenario["misses"])
    decided = [verdict for verdict in scenario["verdicts"] if verdict["outcome"] not in {"GO", "WAIT"}]
    yield from (f"    {one_line(verdict['title'])}" for verdict in decided)
