"""Ratios of pairs of runs, with their spread, and the order in which pairs are run. Pure arithmetic."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Side(StrEnum):
    """Which of the two things that are compared."""

    OURS = "ours"
    BASELINE = "baseline"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One run of each side, next to each other in time; both in seconds."""

    ours: float
    baseline: float

    def of(self, side: Side) -> float:
        """One side's time."""
        return self.ours if side is Side.OURS else self.baseline

    @property
    def ratio(self) -> float:
        """How many times as long ours took."""
        return self.ours / self.baseline


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What was measured, against what, and how it came out; without a `target` it is told and not judged."""

    name: str
    against: str
    pairs: tuple[Pair, ...]
    target: float | None = None
    ratios: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.pairs:
            raise ValueError(f"{self.name}: nothing was measured")
        object.__setattr__(self, "ratios", tuple(sorted(pair.ratio for pair in self.pairs)))

    @property
    def median(self) -> float:
        """The median of the pairs' ratios, by which the target is judged."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest ratio."""
        return self.ratios[0], self.ratios[-1]

    def seconds(self, side: Side) -> float:
        """The median time of one side."""
        return statistics.median(pair.of(side) for pair in self.pairs)

    @property
    def verdict(self) -> str:
        """What the target makes of it."""
        if self.target is None:
            return "no target"
        return "met" if self.median <= self.target else "target missed"


def interleaved(pairs: int) -> Iterator[tuple[Side, Side]]:
    """The order within each pair: every second one is turned round, so that a machine that slows down favours neither side."""
    for index in range(pairs):
        yield (Side.OURS, Side.BASELINE) if index % 2 == 0 else (Side.BASELINE, Side.OURS)


def measured(run: Callable[[Side], float], pairs: int) -> tuple[Pair, ...]:
    """The pairs that come of running both sides in turn; `run` gives one side's time in seconds."""
    return tuple(_pair({side: run(side) for side in order}) for order in interleaved(pairs))


def _pair(seconds: dict[Side, float]) -> Pair:
    return Pair(ours=seconds[Side.OURS], baseline=seconds[Side.BASELINE])
