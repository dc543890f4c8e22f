"""Which stages a deployment walks, with which shares of production traffic: out of docs/deployment-stages.toml and the service's settings."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sandbox.rehearsal.errors import RehearsalError

EVERYTHING = 100.0
MINUTE = 60.0


@dataclass(frozen=True)
class Step:
    """One stage: green's percent of production traffic before and after it, and the seconds that it bakes."""

    stage: str
    before: float
    after: float
    bake: float = 0.0


def shifts(configuration: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Green's percent after each shift, and the seconds of bake that follow it.

    Raises:
        RehearsalError: the strategy has no shifts.
    """
    match configuration.get("strategy"):
        case "BLUE_GREEN":
            return [(EVERYTHING, 0.0)]
        case "CANARY":
            canary = configuration["canaryConfiguration"]
            return [(float(canary["canaryPercent"]), canary["canaryBakeTimeInMinutes"] * MINUTE), (EVERYTHING, 0.0)]
        case "LINEAR":
            linear = configuration["linearConfiguration"]
            percent, bake = float(linear["stepPercent"]), linear["stepBakeTimeInMinutes"] * MINUTE
            steps = math.ceil(EVERYTHING / percent)
            return [(percent * step, bake) for step in range(1, steps)] + [(EVERYTHING, 0.0)]
        case strategy:
            raise RehearsalError(
                f"a deployment by {strategy} has no stages to walk; rehearse BLUE_GREEN, CANARY or LINEAR"
            )


def steps(table: Mapping[str, Any], configuration: Mapping[str, Any], *, first: bool) -> list[Step]:
    """The stages in order; those of each shift are repeated together. RECONCILE_SERVICE is for more than one live revision: never here."""
    moves = shifts(configuration)
    stages: Mapping[str, Any] = table["stages"]
    path = [
        name for name in table["strategies"][configuration["strategy"]]["stages"] if not stages[name]["conditional"]
    ]
    if first:
        path = [name for name in path if stages[name]["first_deployment"]]
    walked: list[Step] = []
    for per_shift, names in groupby(path, key=lambda name: bool(stages[name]["per_shift"])):
        kept = list(names)
        if per_shift:
            walked.extend(_each_shift(stages, kept, moves))
            continue
        at = walked[-1].after if walked else 0.0
        bake = float(configuration.get("bakeTimeInMinutes") or 0) * MINUTE
        walked.extend(Step(name, at, at, bake if name == "BAKE_TIME" else 0.0) for name in kept)
    return walked


def _each_shift(stages: Mapping[str, Any], names: list[str], moves: list[tuple[float, float]]) -> Iterator[Step]:
    at = 0.0
    for share, bake in moves:
        for name in names:
            moved = stages[name]["production"][1] == "shift"
            after = share if moved else at
            yield Step(name, at, after, bake if moved else 0.0)
            at = after
